package import CloudPorts
import Contract

/// What answers `/blobs/…`: the file stores' own signed URLs. Fulfilled with LocalCloud's gate in Wiring.
///
/// It authenticates by the signature in the URL alone, so no token is asked for, and the query never reaches a log.
package protocol BlobServing: Sendable {
    /// - Throws: a fault, which is answered as any other.
    func answer(_ call: BlobCall) async throws -> BlobReply

    /// The `endpoint`s of the stores that have one: each gets a listener of its own.
    func endpoints() async throws -> [String]
}

/// A request for the bytes of an object, or with them.
package struct BlobCall: Sendable {
    /// `GET` or `PUT`; the signature allows nothing else.
    package var method: String
    /// Path and query as they were sent: they are signed.
    package var target: String
    /// Names in lower case.
    package var headers: [String: String]
    /// In chunks as they arrive; the sender is slowed to the reader.
    package var body: ByteStream
    /// The endpoint whose listener it came by: objects of other stores are not served there. Nil is the control plane's.
    package var endpoint: String?

    package init(
        method: String, target: String, headers: [String: String], body: ByteStream, endpoint: String? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.endpoint = endpoint
    }
}

/// What is sent for it.
package struct BlobReply: Sendable {
    package var status: Int
    package var headers: [String: String]
    /// Nil when there is none, as for `HEAD`.
    package var body: ByteStream?

    package init(status: Int, headers: [String: String] = [:], body: ByteStream? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
