package import Contract
package import Kernel
package import Transport

/// The control plane as its clients see it: one typed function for each row of the route table.
///
/// A client is a server's address, a way to get the bearer token, and a transport. The token is asked for at each request, so
/// that one that was renewed is used at once, and goes to the server only, never to a store. Blobs travel by presigned
/// requests, straight between the store and a file (`BlobTransfer`). The journal and logs are sequences that resume by
/// themselves where the connection broke (`JournalFeed`, `LogFeed`).
///
/// It knows no SQL, no clock and no terminal. It fails with the server's own fault, or with a `TransportError` when there is
/// no answer. It costs a few words of memory until its first request.
package struct Client: Sendable {
    /// `http://host:port`, without a slash at its end.
    package let server: String
    package let transport: HTTPTransport
    private let token: @Sendable () -> String?

    /// - Parameters:
    ///   - server: `http://host:port` or `https://host[:port]`, with or without a slash at its end.
    ///   - token: the bearer token to send now; nil where the server asks for none.
    package init(
        server: String, token: @escaping @Sendable () -> String? = { nil }, transport: HTTPTransport = HTTPTransport()
    ) {
        var server = server[...]
        while server.hasSuffix("/") { server.removeLast() }
        self.server = String(server)
        self.token = token
        self.transport = transport
    }

    /// Sends `body` and returns the decoded answer.
    ///
    /// - Parameters:
    ///   - path: values of the route's path parameters.
    ///   - query: values of its query parameters; nil ones are left out.
    ///   - deadline: for everything, retries included.
    ///   - isIdempotent: whether it may be sent twice when the connection breaks; by the method when nil.
    /// - Throws: the server's fault, or `TransportError`.
    package func call<Request: Encodable, Response: Decodable>(
        _ route: Route<Request, Response>, path: [String: String] = [:], query: [String: String?] = [:], body: Request,
        within deadline: TimeSpan = HTTPTransport.defaultDeadline, isIdempotent: Bool? = nil
    ) async throws -> Response {
        let bytes = try Wire.encode(body)
        let request = self.request(
            route.row, path: path, query: query, body: .bytes(bytes), contentType: "application/json",
            isIdempotent: isIdempotent)
        return try Self.decode(try await self.transport.send(request, within: deadline), of: request)
    }

    /// Sends a request without a body and returns the decoded answer.
    package func call<Response: Decodable>(
        _ route: Route<Nothing, Response>, path: [String: String] = [:], query: [String: String?] = [:],
        within deadline: TimeSpan = HTTPTransport.defaultDeadline, isIdempotent: Bool? = nil
    ) async throws -> Response {
        let request = self.request(route.row, path: path, query: query, body: .none, isIdempotent: isIdempotent)
        return try Self.decode(try await self.transport.send(request, within: deadline), of: request)
    }

    /// Sends `bytes` as they are and returns the decoded answer.
    package func call<Response: Decodable>(
        _ route: Route<RawBytes, Response>, path: [String: String] = [:], query: [String: String?] = [:],
        bytes: [UInt8],
        within deadline: TimeSpan = HTTPTransport.defaultDeadline, isIdempotent: Bool? = nil
    ) async throws -> Response {
        let request = self.request(
            route.row, path: path, query: query, body: .bytes(bytes), contentType: "application/octet-stream",
            isIdempotent: isIdempotent)
        return try Self.decode(try await self.transport.send(request, within: deadline), of: request)
    }

    /// Returns the answer's bytes as they are.
    package func bytes<Response>(
        _ route: Route<Nothing, Response>, path: [String: String] = [:], query: [String: String?] = [:],
        within deadline: TimeSpan = HTTPTransport.defaultDeadline
    ) async throws -> [UInt8] {
        try await self.transport.send(self.request(route.row, path: path, query: query, body: .none), within: deadline)
            .body
    }

    /// Opens an answer that is read as it comes.
    ///
    /// - Parameter lastEventID: to resume an event stream after it.
    package func stream<Response>(
        _ route: Route<Nothing, Response>, path: [String: String] = [:], query: [String: String?] = [:],
        lastEventID: String? = nil, within deadline: TimeSpan = HTTPTransport.defaultDeadline
    ) async throws -> HTTPStream {
        var request = self.request(route.row, path: path, query: query, body: .none)
        if let lastEventID { request.headers["last-event-id"] = lastEventID }
        return try await self.transport.open(request, within: deadline)
    }

    /// Every item of a listing, page after page, at most `limit`.
    package func all<Item: Codable & Sendable>(
        _ route: Route<Nothing, Page<Item>>, path: [String: String] = [:], query: [String: String?] = [:],
        limit: Int = .max
    ) async throws -> [Item] {
        var items: [Item] = []
        var query = query
        repeat {
            query["limit"] = String(min(limit - items.count, PageRequest.maximumLimit))
            let page = try await self.call(route, path: path, query: query)
            items += page.items
            query["cursor"] = page.next
        } while query["cursor"] != nil && query["cursor"] != .some(nil) && items.count < limit
        return items
    }

    private func request(
        _ row: RouteRow, path: [String: String], query: [String: String?], body: HTTPBody, contentType: String? = nil,
        isIdempotent: Bool? = nil
    ) -> HTTPRequest {
        let pairs = query.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(PercentEncoding.encode(name))=\(PercentEncoding.encode($0))" }
        }
        let url = self.server + row.path(path) + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        var headers: [String: String] = [:]
        if let contentType { headers["content-type"] = contentType }
        if let token = self.token() { headers["authorization"] = "Bearer \(token)" }
        return HTTPRequest(row.method, url, headers: headers, body: body, isIdempotent: isIdempotent)
    }

    private static func decode<Response: Decodable>(_ answer: HTTPAnswer, of request: HTTPRequest) throws -> Response {
        do { return try Wire.decode(Response.self, from: answer.body) } catch {
            throw PlainFault(
                .unavailable,
                "\(request.redactedURL) answered something else than expected. Check that the address is a Martlet control plane of this version.",
                detail: error.message)
        }
    }
}
