package import Client
package import Contract
package import Kernel

/// What a worker asks of the control plane; `ClientLink` is the real one.
///
/// Every call throws a `Fault`. One that is retryable means that the control plane is away or busy, or that the worker's token
/// is just being renewed, and the same call may be made again, unchanged; any other is a decision.
package protocol ControlPlaneLink: Sendable {
    func claim(_ request: ClaimRequest) async throws -> ClaimResponse
    func heartbeat(_ request: HeartbeatRequest) async throws -> HeartbeatResponse
    /// The same report twice has the same answer.
    func report(_ batch: ReportBatch) async throws -> ReportVerdicts
    /// A chunk that is there already changes nothing.
    func appendLog(_ bytes: [UInt8], at offset: Int64, of attempt: AttemptKey) async throws -> LogReceipt
    /// Points that are there already change nothing; `offset` is how many of the attempt were sent before.
    func appendMetrics(_ points: [MetricPoint], at offset: Int64, of attempt: AttemptKey) async throws
    /// Fetches blobs to the paths that `place` names, verified.
    func download(
        _ blobs: [BlobDescription], of attempt: AttemptKey, to place: @escaping @Sendable (ContentDigest) -> String
    ) async throws
    /// Brings files to the attempt's staging area, unless their blobs are stored already.
    func upload(_ files: [BlobFile], of attempt: AttemptKey) async throws
    /// The worker takes no more.
    func drain() async throws
}

/// An attempt as the control plane is told of it.
package struct AttemptKey: Sendable, Hashable {
    package var attempt: ID<Attempt>
    package var fence: Int

    package init(attempt: ID<Attempt>, fence: Int) {
        self.attempt = attempt
        self.fence = fence
    }
}

extension Error {
    /// Whether the other side is away for now.
    var isOutage: Bool { (self as? any Fault)?.kind.isRetryable ?? false }

    /// Whether the same call may succeed later.
    var isWorthRetrying: Bool { self.isOutage || (self as? any Fault)?.kind == .exhausted }

    /// What to tell the user.
    var sentence: String { (self as? any Fault)?.message ?? "The worker failed: \(self)." }
}
