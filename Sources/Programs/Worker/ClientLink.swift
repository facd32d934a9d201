import Client
import Contract
import Kernel
import Transport

/// The control plane over HTTP.
///
/// Requests are not tried again here: every caller has a loop of its own. Blobs travel by presigned requests, with the
/// transport's retries.
struct ClientLink: ControlPlaneLink {
    /// Over the time that the control plane may hold a claim back.
    private static let claimMargin = TimeSpan.seconds(10)
    /// A request that is late by more than this is sent anew.
    private static let deadline = TimeSpan.seconds(10)
    /// A report may make the control plane copy every output.
    private static let reportDeadline = TimeSpan.minutes(5)

    private let worker: ID<Worker>
    private let client: Client
    private let blobs = BlobTransfer(transport: HTTPTransport())

    init(worker: ID<Worker>, client: Client) {
        self.worker = worker
        self.client = client
    }

    private var path: [String: String] { ["id": self.worker.description] }

    func claim(_ request: ClaimRequest) async throws -> ClaimResponse {
        try await self.client.call(
            Routes.claim, path: self.path, body: request, within: request.wait + Self.claimMargin)
    }

    func heartbeat(_ request: HeartbeatRequest) async throws -> HeartbeatResponse {
        try await self.client.call(
            Routes.heartbeat, path: self.path, body: request, within: Self.deadline, isIdempotent: true)
    }

    func report(_ batch: ReportBatch) async throws -> ReportVerdicts {
        try await self.client.call(
            Routes.report, path: self.path, body: batch, within: Self.reportDeadline, isIdempotent: true)
    }

    func appendLog(_ bytes: [UInt8], at offset: Int64, of attempt: AttemptKey) async throws -> LogReceipt {
        try await self.client.call(
            Routes.appendLog, path: ["id": attempt.attempt.description],
            query: ["offset": String(offset), "fence": String(attempt.fence)], bytes: bytes, within: Self.deadline,
            isIdempotent: true)
    }

    func appendMetrics(_ points: [MetricPoint], of attempt: AttemptKey) async throws {
        _ = try await self.client.call(
            Routes.appendMetrics, path: ["id": attempt.attempt.description],
            body: MetricBatch(fence: attempt.fence, points: points), within: Self.deadline)
    }

    func download(
        _ blobs: [BlobDescription], of attempt: AttemptKey, to place: @escaping @Sendable (ContentDigest) -> String
    ) async throws {
        try await self.blobs.download(
            blobs,
            asking: { digests in
                try await self.client.call(
                    Routes.attemptDownloads, path: ["id": attempt.attempt.description],
                    body: DownloadRequest(blobs: digests), isIdempotent: true)
            }, to: place)
    }

    func upload(_ files: [BlobFile], of attempt: AttemptKey) async throws {
        try await self.blobs.upload(
            files,
            asking: { blobs in
                try await self.client.call(
                    Routes.attemptUploads, path: ["id": attempt.attempt.description],
                    body: UploadRequest(blobs: blobs), isIdempotent: true)
            })
    }

    func drain() async throws {
        _ = try await self.client.call(Routes.drainWorker, path: self.path, within: Self.deadline, isIdempotent: true)
    }
}
