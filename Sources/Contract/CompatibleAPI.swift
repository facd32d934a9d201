package import Kernel

/// An API of somebody else's shape, served beside our own routes by the same server: MLflow's, for one.
///
/// Its paths, its statuses and the bodies of its errors are its own standard's, so it gets requests as they came and
/// authenticates them itself.
package protocol CompatibleAPI: Sendable {
    /// Whether a path is one of its own. The paths of the route table and of file stores never come here.
    ///
    /// - Parameter path: percent-encoded, without the query.
    func owns(_ path: Substring) -> Bool

    /// Answers a request; its own errors are answers too.
    ///
    /// - Throws: what it did not foresee; that is answered as any other fault.
    func answer(_ call: CompatibleCall) async throws -> Answer
}

/// A request as it came in, its body not yet read.
package struct CompatibleCall: Sendable {
    package var method: String
    /// Percent-encoded, as it was sent.
    package var path: Substring
    /// Without the question mark, as it was sent.
    package var query: Substring?
    /// The address of the peer, as text.
    package var peer: String
    package var body: any IncomingBody
    private let header: @Sendable (String) -> String?

    /// - Parameter header: the value of a header by its name in lower case.
    package init(
        method: String, path: Substring, query: Substring? = nil, peer: String = "", body: any IncomingBody,
        header: @escaping @Sendable (String) -> String?
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.peer = peer
        self.body = body
        self.header = header
    }

    /// The value of a header; nil when it was not sent.
    ///
    /// - Parameter name: in lower case.
    package func header(_ name: String) -> String? { self.header(name) }
}

/// The body of a request on its way in. Read once, by one task; the sender is slowed to the reader.
package protocol IncomingBody: Sendable {
    /// Bytes that the head announced; nil for a body in chunks.
    var announced: Int64? { get }

    /// The next bytes; nil at the end.
    func chunk() async throws -> [UInt8]?
}

extension IncomingBody {
    /// The whole body; nil when it is larger than `limit`, as soon as that is known.
    package func bytes(upTo limit: ByteCount) async throws -> [UInt8]? {
        if let announced, announced > limit.bytes { return nil }
        guard var bytes = try await self.chunk() else { return [] }
        while let next = try await self.chunk() {
            guard Int64(bytes.count + next.count) <= limit.bytes else { return nil }
            bytes.append(contentsOf: next)
        }
        return Int64(bytes.count) <= limit.bytes ? bytes : nil
    }
}
