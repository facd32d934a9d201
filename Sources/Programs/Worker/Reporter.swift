package import Contract
import Kernel
package import Logging
import Synchronization

/// Brings reports to the control plane, in batches, for as long as it takes.
///
/// While the control plane is away reports wait; sent twice they have one effect. A refusal is final: a newer attempt holds the
/// run, and what this one did does not count.
package final class Reporter: Sendable {
    /// Reports in one request; few, since each may carry a tree of fifty thousand files.
    private static let batch = 16

    private struct Waiting {
        var report: AttemptReport
        var continuation: CheckedContinuation<ReportVerdict, Never>
    }

    private let link: any ControlPlaneLink
    private let logger: Logger
    private let waiting = Mutex<[ID<Attempt>: Waiting]>([:])
    private let wakeup = Wakeup()

    package init(link: any ControlPlaneLink, logger: Logger) {
        self.link = link
        self.logger = logger
    }

    /// Returns what the control plane decided; not accepted when the task is cancelled before it has.
    package func deliver(_ report: AttemptReport) async -> ReportVerdict {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = self.waiting.withLock { waiting in
                    if Task.isCancelled { return true }
                    waiting[report.attempt] = Waiting(report: report, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(returning: Self.cancelled(report.attempt)) }
                self.wakeup.call()
            }
        } onCancel: {
            self.decide(Self.cancelled(report.attempt))
        }
    }

    /// Sends what waits, until the task is cancelled.
    package func run() async {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let reports = self.waiting.withLock { waiting in
                waiting.sorted { $0.key < $1.key }.prefix(Self.batch).map(\.value.report)
            }
            if reports.isEmpty {
                await self.wakeup.wait()
            } else if await self.send(reports) {
                backoff.reset()
            } else {
                await pause(backoff.next(using: &random))
            }
        }
    }

    /// - Returns: whether the control plane has decided on all of them.
    private func send(_ reports: [AttemptReport]) async -> Bool {
        do {
            let verdicts = try await self.link.report(ReportBatch(reports: reports)).verdicts
            for verdict in verdicts { self.decide(verdict) }
            let decided = Set(verdicts.map(\.attempt))
            return reports.allSatisfy { decided.contains($0.attempt) }
        } catch {
            if error.isWorthRetrying || error is CancellationError { return false }
            return await self.refused(reports, by: error)
        }
    }

    /// One bad report must not take its neighbours with it; and what cannot be committed has failed, which can be reported.
    private func refused(_ reports: [AttemptReport], by error: any Error) async -> Bool {
        if reports.count > 1 {
            var all = true
            for report in reports { all = await self.send([report]) && all }
            return all
        }
        guard let report = reports.first else { return true }
        self.logger.warning(
            "report refused", metadata: ["attempt": "\(report.attempt)", "reason": "\(error.sentence)"])
        if report.outcome == .succeeded, (error as? any Fault)?.kind == .invalid {
            let failure = AttemptReport(
                attempt: report.attempt, fence: report.fence, outcome: .failed, exitCode: report.exitCode,
                reason: "The outputs could not be committed: \(error.sentence)")
            self.waiting.withLock { $0[report.attempt]?.report = failure }
            return true
        }
        self.decide(ReportVerdict(attempt: report.attempt, accepted: false, reason: error.sentence))
        return true
    }

    private func decide(_ verdict: ReportVerdict) {
        let waiting = self.waiting.withLock { $0.removeValue(forKey: verdict.attempt) }
        waiting?.continuation.resume(returning: verdict)
    }

    private static func cancelled(_ attempt: ID<Attempt>) -> ReportVerdict {
        ReportVerdict(attempt: attempt, accepted: false, reason: "The worker stopped waiting for the answer.")
    }
}
