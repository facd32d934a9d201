package import Contract
import Data
import Database
import Fleet
import Journal
package import Kernel

extension Runs {
    /// Takes how attempts ended. Outputs are promoted from staging first and committed last, where the fence is current.
    ///
    /// Idempotent: a report that was taken before is accepted again. One that comes too late is refused and changes nothing.
    package func report(_ batch: ReportBatch, by worker: ID<Worker>) async throws -> ReportVerdicts {
        var faults: [ID<Attempt>: String] = [:]
        for report in batch.reports {
            do { try await self.promote(report, by: worker) } catch let fault as any Fault where fault.kind == .invalid
            {
                faults[report.attempt] = fault.message
            }
        }
        let broken = faults
        return try await self.database.write { transaction in
            let seen = try self.workers.seen(worker, in: transaction)
            var lines = seen.lines
            let verdicts = try batch.reports.map { report in
                try self.take(report, by: worker, brokenBy: broken[report.attempt], &lines, in: transaction)
            }
            if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
            return ReportVerdicts(verdicts: verdicts)
        }
    }

    /// Moves what the attempt staged to its place by content, if it holds its run now. Doing it twice is harmless.
    private func promote(_ report: AttemptReport, by worker: ID<Worker>) async throws {
        guard report.outcome == .succeeded, let outputs = report.outputs, !outputs.entries.isEmpty else { return }
        let store: String? = try await self.database.read { reader in
            guard let attempt = try AttemptStore.find(report.attempt, in: reader), attempt.worker == worker,
                attempt.number == report.fence, !attempt.status.isTerminal
            else { return nil }
            return try self.environments.find(attempt.environment, in: reader)?.store
        }
        guard let store else { return }
        try await self.stores.promote(outputs.blobs, at: store, attempt: report.attempt)
    }

    private func take(
        _ report: AttemptReport, by worker: ID<Worker>, brokenBy fault: String?, _ lines: inout [JournalDraft],
        in transaction: Transaction
    ) throws -> ReportVerdict {
        guard let attempt = try AttemptStore.find(report.attempt, in: transaction), attempt.worker == worker,
            attempt.number == report.fence
        else { throw RunError.unknownAttempt(report.attempt.description) }
        if attempt.status == .succeeded, report.outcome == .succeeded {
            return ReportVerdict(attempt: attempt.id, accepted: true)
        }
        var row = try self.row(attempt.run, in: transaction)
        var note = RunNote(
            actor: worker.description, reason: fault ?? report.reason, exitCode: report.exitCode, attempt: attempt)
        if attempt.status.isTerminal {
            let stale = RunError.staleFence(attempt: attempt.id.description, fence: report.fence)
            note.reason = stale.message
            lines.append(self.line("attempt.refused", row.run, note, ["fence": .integer(Int64(report.fence))]))
            return ReportVerdict(attempt: attempt.id, accepted: false, reason: stale.message)
        }
        let event = fault == nil ? Self.event(for: report) : .failed(fence: report.fence, .invalid)
        if case .succeeded = event, let outputs = report.outputs {
            note.outputs = try self.commit(outputs, from: attempt, in: transaction)
        }
        lines += try self.advance(&row, by: event, note, in: transaction)
        return ReportVerdict(attempt: attempt.id, accepted: fault == nil, reason: fault)
    }

    private func commit(_ outputs: Tree, from attempt: AttemptStore.Holder, in transaction: Transaction) throws
        -> ContentDigest
    {
        let digest = try self.stores.saveTree(outputs, in: transaction)
        if let store = try self.environments.find(attempt.environment, in: transaction)?.store {
            try self.stores.recordBlobs(outputs.blobs, at: store, in: transaction)
        }
        return digest
    }

    private static func event(for report: AttemptReport) -> RunMachine.Event {
        switch report.outcome {
        case .succeeded: .succeeded(fence: report.fence)
        case .failed:
            .failed(fence: report.fence, report.exitCode.flatMap { $0 == 0 ? nil : .exit(code: $0) } ?? .invalid)
        case .unavailable: .failed(fence: report.fence, .unavailable)
        case .cancelled: .stopped(fence: report.fence)
        case .timedOut: .failed(fence: report.fence, .timedOut)
        }
    }
}
