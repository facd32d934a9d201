import Client
import Contract
import Digest
import Kernel
import Synchronization

@testable import Worker

/// The control plane's side of a worker's protocol, in this process: correct, and away or refusing when a test says so.
final class MemoryControlPlane: ControlPlaneLink {
    struct State {
        var blobs: [ContentDigest: [UInt8]] = [:]
        var waiting: [Assignment] = []
        var claimed: [Assignment] = []
        var logs: [ID<Attempt>: [UInt8]] = [:]
        var metrics: [ID<Attempt>: [MetricPoint]] = [:]
        var reports: [AttemptReport] = []
        var staged: Set<ContentDigest> = []
        var lastHeartbeat: [ID<Attempt>: AttemptHeartbeat] = [:]
        var heartbeats = 0
        var orders: [ID<Attempt>: AttemptVerdict.Order] = [:]
        /// Attempts whose fence is not the current one any more.
        var superseded: Set<ID<Attempt>> = []
        var isDraining = false
        var downloads = 0
        /// Every call fails as if nobody listened.
        var isAway = false
        /// Answers are lost after they have had their effect, this many times.
        var lostAnswers = 0
        /// What a report is refused with, and how many blobs are refused for being too many.
        var reportFault: PlainFault?
    }

    let state = Mutex(State())

    static let away = PlainFault(.unavailable, "Nobody listens.")

    /// Does `body` unless the control plane is away, and loses its answer if one is to be lost.
    private func answering<Value>(_ body: (inout State) throws -> Value) throws -> Value {
        try self.state.withLock { state in
            if state.isAway { throw Self.away }
            let value = try body(&state)
            if state.lostAnswers > 0 {
                state.lostAnswers -= 1
                throw PlainFault(.unavailable, "The connection was interrupted.")
            }
            return value
        }
    }

    func add(_ texts: String...) {
        self.state.withLock { state in for text in texts { state.blobs[Sample.blob(text).sha256] = Array(text.utf8) } }
    }

    func submit(_ assignments: Assignment...) { self.state.withLock { $0.waiting += assignments } }

    func set(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    func report(of number: UInt64) -> AttemptReport? {
        self.state.withLock { state in state.reports.first { $0.attempt == Sample.id(number) } }
    }

    func log(of number: UInt64) -> String {
        self.state.withLock { String(decoding: $0.logs[Sample.id(number)] ?? [], as: UTF8.self) }
    }

    // MARK: ControlPlaneLink

    func claim(_ request: ClaimRequest) async throws -> ClaimResponse {
        // A long poll, short enough for a test.
        let isThere = await eventually(within: .milliseconds(200)) {
            self.state.withLock { state in
                state.isAway
                    || state.waiting.contains { $0.kind == .batch ? request.slots > 0 : request.servingSlots > 0 }
            }
        }
        if !isThere { return ClaimResponse(assignments: []) }
        return try self.answering { state in
            var free: [RunKind: Int] = [.batch: request.slots, .replica: request.servingSlots]
            var taken: [Assignment] = []
            for assignment in state.waiting where (free[assignment.kind] ?? 0) > 0 {
                free[assignment.kind, default: 0] -= 1
                taken.append(assignment)
            }
            state.waiting.removeAll { taken.map(\.attempt).contains($0.attempt) }
            state.claimed += taken
            return ClaimResponse(assignments: taken)
        }
    }

    func heartbeat(_ request: HeartbeatRequest) async throws -> HeartbeatResponse {
        try self.answering { state in
            state.heartbeats += 1
            for attempt in request.attempts { state.lastHeartbeat[attempt.attempt] = attempt }
            return HeartbeatResponse(
                attempts: request.attempts.map {
                    AttemptVerdict(attempt: $0.attempt, order: state.orders[$0.attempt] ?? .continue)
                })
        }
    }

    func report(_ batch: ReportBatch) async throws -> ReportVerdicts {
        try self.answering { state in
            if let fault = state.reportFault {
                if batch.reports.contains(where: { $0.outcome == .succeeded }) { throw fault }
            }
            return ReportVerdicts(
                verdicts: batch.reports.map { report in
                    let isAccepted = !state.superseded.contains(report.attempt)
                    if isAccepted, !state.reports.contains(where: { $0.attempt == report.attempt }) {
                        state.reports.append(report)
                    }
                    return ReportVerdict(
                        attempt: report.attempt, accepted: isAccepted,
                        reason: isAccepted ? nil : "A newer attempt holds the run.")
                })
        }
    }

    func appendLog(_ bytes: [UInt8], at offset: Int64, of attempt: AttemptKey) async throws -> LogReceipt {
        try self.answering { state in
            if state.superseded.contains(attempt.attempt) {
                throw PlainFault(.conflict, "A newer attempt holds the run.")
            }
            let stored = Int64(state.logs[attempt.attempt]?.count ?? 0)
            if offset <= stored, offset + Int64(bytes.count) > stored {
                state.logs[attempt.attempt, default: []] += bytes[Int(stored - offset)...]
            }
            return LogReceipt(offset: Int64(state.logs[attempt.attempt]?.count ?? 0))
        }
    }

    func appendMetrics(_ points: [MetricPoint], at offset: Int64, of attempt: AttemptKey) async throws {
        try self.answering { state in
            guard points.count <= MetricBatch.maximumPoints else { throw PlainFault(.invalid, "Too many points.") }
            let stored = Int64(state.metrics[attempt.attempt]?.count ?? 0)
            guard offset <= stored else { throw PlainFault(.invalid, "Points before \(offset) are missing.") }
            state.metrics[attempt.attempt, default: []] += points.dropFirst(Int(stored - offset))
        }
    }

    func download(
        _ blobs: [BlobDescription], of attempt: AttemptKey, to place: @escaping @Sendable (ContentDigest) -> String
    ) async throws {
        for blob in blobs {
            let bytes = try self.answering { state in
                state.downloads += 1
                guard let bytes = state.blobs[blob.sha256] else { throw BlobError.missing(blob.sha256) }
                return bytes
            }
            do { try Disk.write(bytes, to: place(blob.sha256), mode: 0o644) } catch {
                try? Disk.remove(place(blob.sha256))
                if case .full(let path) = error { throw BlobError.noSpace(path: path) }
                throw error
            }
        }
    }

    func upload(_ files: [BlobFile], of attempt: AttemptKey) async throws {
        for file in files {
            let bytes = try Disk.read(file.path) ?? []
            try self.answering { state in
                precondition(Digest.sha256(bytes) == file.sha256, "the file is not the blob")
                state.blobs[file.sha256] = bytes
                state.staged.insert(file.sha256)
            }
        }
    }

    func drain() async throws { try self.answering { $0.isDraining = true } }
}
