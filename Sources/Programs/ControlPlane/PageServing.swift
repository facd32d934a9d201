package import Contract

/// What answers requests that are not in the route table: the pages for people. Fulfilled with the Console in Wiring.
package protocol PageServing: Sendable {
    /// A body larger than this many bytes is refused before it is read: a login form is small.
    var bodyLimit: Int { get }

    /// - Returns: nil when there is no such page.
    func answer(_ request: PageQuery) async throws -> Answer?
}

/// A request for a page.
package struct PageQuery: Sendable {
    /// `GET` or `POST`.
    package var method: String
    /// Percent-encoded, as it was sent.
    package var path: String
    package var query: [String: String]
    /// The value of the `cookie` header.
    package var cookie: String?
    package var body: [UInt8]

    package init(method: String, path: String, query: [String: String], cookie: String?, body: [UInt8]) {
        self.method = method
        self.path = path
        self.query = query
        self.cookie = cookie
        self.body = body
    }
}
