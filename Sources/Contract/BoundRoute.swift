package import Kernel

/// A row of the route table with the code that answers it.
///
/// Capabilities bind their routes to plain values, knowing no HTTP server; the control plane serves them.
package struct BoundRoute: Sendable {
    package let row: RouteRow
    package let handle: @Sendable (IncomingCall) async throws -> Answer

    /// Binds a row whose types are not known here; `Route.bind` is the way for those that are.
    package init(row: RouteRow, handle: @escaping @Sendable (IncomingCall) async throws -> Answer) {
        self.row = row
        self.handle = handle
    }
}

/// A request as it came in, authenticated and within its limits.
package struct IncomingCall: Sendable {
    package var principal: Principal
    package var path: [String: String]
    package var query: [String: String]
    package var headers: [String: String]
    package var body: [UInt8]
    /// The address of the peer, as text.
    package var peer: String
    /// The bearer token, for routes that exchange it for another.
    package var bearer: String?

    package init(
        principal: Principal, path: [String: String] = [:], query: [String: String] = [:],
        headers: [String: String] = [:],
        body: [UInt8] = [], peer: String = "", bearer: String? = nil
    ) {
        self.principal = principal
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
        self.bearer = bearer
    }

    /// - Throws: `invalid` when the parameter is no id of that kind.
    package func id<Entity>(_ name: String = "id", of: Entity.Type = Entity.self) throws -> ID<Entity> {
        let text = self.path[name] ?? ""
        guard let id = ID<Entity>(text) else {
            throw PlainFault(.invalid, "'\(text)' is not an id of the form \(Entity.idPrefix)_<26 characters>.")
        }
        return id
    }

    /// The path parameter `name`; routes are bound only under paths that have it.
    package func name(_ name: String = "name") -> String { self.path[name] ?? "" }

    /// - Throws: `invalid` when `limit` is no number from 1 to 1000.
    package func page() throws -> PageRequest {
        guard let text = self.query["limit"] else { return PageRequest(cursor: self.query["cursor"]) }
        guard let limit = Int(text), (1...PageRequest.maximumLimit).contains(limit) else {
            throw PlainFault(.invalid, "'\(text)' is not a limit. Give a number from 1 to \(PageRequest.maximumLimit).")
        }
        return PageRequest(cursor: self.query["cursor"], limit: limit)
    }

    /// - Throws: `invalid` when the parameter is there and is not an integer.
    package func integer(_ name: String) throws -> Int64? {
        guard let text = self.query[name] else { return nil }
        guard let value = Int64(text) else { throw PlainFault(.invalid, "'\(text)' is not a number for '\(name)'.") }
        return value
    }

    package func flag(_ name: String) -> Bool { self.query[name] == "true" }
}

/// What a handler answers.
package struct Answer: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Written until the closure returns, or is cancelled because the client left.
        case stream(@Sendable (any BodyWriter) async throws -> Void)
    }

    package var status: Int
    package var contentType: String
    package var headers: [String: String]
    package var body: Body

    package init(status: Int = 200, contentType: String, headers: [String: String] = [:], body: Body) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    package static func json(_ value: some Encodable) throws -> Answer {
        Answer(contentType: "application/json", body: .bytes(try Wire.encode(value)))
    }
}

/// The far end of a streamed answer. `write` returns when the chunk has been taken, so the writer is slowed to the reader.
package protocol BodyWriter: Sendable {
    func write(_ bytes: [UInt8]) async throws
}

extension Route where Request: Codable, Response: Codable {
    /// Decodes the body, calls `verb`, encodes what it returns.
    package func bind(_ verb: @escaping @Sendable (IncomingCall, Request) async throws -> Response) -> BoundRoute {
        BoundRoute(row: self.row) { call in
            try .json(try await verb(call, try Wire.decode(Request.self, from: call.body)))
        }
    }
}

extension Route where Request == Nothing, Response: Codable {
    package func bind(_ verb: @escaping @Sendable (IncomingCall) async throws -> Response) -> BoundRoute {
        BoundRoute(row: self.row) { call in try .json(try await verb(call)) }
    }
}

extension Route {
    /// For bodies that are not JSON: the handler makes the answer itself.
    package func bindRaw(_ handle: @escaping @Sendable (IncomingCall) async throws -> Answer) -> BoundRoute {
        BoundRoute(row: self.row, handle: handle)
    }
}

extension JournalLine {
    /// One server-sent event, its id the sequence number so that a client resumes by `Last-Event-ID`.
    package func serverSentEvent() throws -> [UInt8] {
        Array("id: \(self.sequence)\nevent: \(self.kind)\ndata: ".utf8) + (try Wire.encode(self)) + Array("\n\n".utf8)
    }
}
