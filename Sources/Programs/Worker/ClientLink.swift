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

    private let membership: Membership
    private let client: Client
    private let blobs = BlobTransfer(transport: HTTPTransport())

    init(_ membership: Membership) {
        self.membership = membership
        self.client = membership.client()
    }

    func claim(_ request: ClaimRequest) async throws -> ClaimResponse {
        try await self.send(Routes.claim, to: self.worker, request, within: request.wait + Self.claimMargin)
    }

    func heartbeat(_ request: HeartbeatRequest) async throws -> HeartbeatResponse {
        try await self.send(Routes.heartbeat, to: self.worker, request)
    }

    func report(_ batch: ReportBatch) async throws -> ReportVerdicts {
        try await self.send(Routes.report, to: self.worker, batch, within: Self.reportDeadline)
    }

    func appendLog(_ bytes: [UInt8], at offset: Int64, of attempt: AttemptKey) async throws -> LogReceipt {
        try await self.asMember {
            try await self.client.call(
                Routes.appendLog, path: ["id": attempt.attempt.description],
                query: ["offset": String(offset), "fence": String(attempt.fence)], bytes: bytes, within: Self.deadline)
        }
    }

    func appendMetrics(_ points: [MetricPoint], at offset: Int64, of attempt: AttemptKey) async throws {
        let batch = MetricBatch(fence: attempt.fence, offset: offset, points: points)
        _ = try await self.send(Routes.appendMetrics, to: attempt.attempt.description, batch)
    }

    func download(
        _ blobs: [BlobDescription], of attempt: AttemptKey, to place: @escaping @Sendable (ContentDigest) -> String
    ) async throws {
        try await self.blobs.download(
            blobs,
            asking: { digests in
                try await self.send(
                    Routes.attemptDownloads, to: attempt.attempt.description, DownloadRequest(blobs: digests))
            }, to: place)
    }

    func upload(_ files: [BlobFile], of attempt: AttemptKey) async throws {
        try await self.blobs.upload(
            files,
            asking: { blobs in
                try await self.send(Routes.attemptUploads, to: attempt.attempt.description, UploadRequest(blobs: blobs))
            })
    }

    func drain() async throws {
        _ = try await self.asMember {
            try await self.client.call(Routes.drainWorker, path: ["id": self.worker], within: Self.deadline)
        }
    }

    private var worker: String { self.membership.credentials.worker.description }

    private func send<Request: Encodable, Response: Decodable>(
        _ route: Route<Request, Response>, to id: String, _ body: Request, within deadline: TimeSpan = Self.deadline
    ) async throws -> Response {
        try await self.asMember { try await self.client.call(route, path: ["id": id], body: body, within: deadline) }
    }

    /// A token that is refused is the membership's trouble, and passes or ends the worker.
    private func asMember<Value>(_ call: () async throws -> Value) async throws -> Value {
        do { return try await call() } catch  where (error as? any Fault)?.kind == .unauthenticated {
            self.membership.doubt()
            throw PlainFault(.unavailable, "The worker's token is being renewed.", detail: error.sentence)
        }
    }
}
