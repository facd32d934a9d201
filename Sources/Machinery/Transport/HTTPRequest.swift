package import Contract
package import Kernel

/// One request as the house speaks of it.
package struct HTTPRequest: Sendable {
    package var method: Contract.HTTPMethod
    package var url: String
    package var headers: [String: String]
    package var body: HTTPBody
    /// Whether sending it twice does what sending it once does. `GET`, `PUT` and `DELETE` are by nature.
    package var isIdempotent: Bool

    package init(
        _ method: Contract.HTTPMethod, _ url: String, headers: [String: String] = [:], body: HTTPBody = .none,
        isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = isIdempotent ?? (method != .post)
    }

    /// The address without its query and user, fit for messages and logs.
    package var redactedURL: String { RedactedURL.of(self.url) }

    var canBeSentAgain: Bool {
        if case .stream = self.body { false } else { true }
    }
}

/// What a request carries.
package enum HTTPBody: Sendable {
    case none
    case bytes([UInt8])
    /// The file at `path`, which must have exactly `size` bytes while it is sent.
    case file(path: String, size: ByteCount)
    /// Chunks as they come. Such a request is never tried again.
    case stream(length: ByteCount?, any AsyncSequence<[UInt8], any Error> & Sendable)
}

/// A whole answer with a 2xx status.
package struct HTTPAnswer: Sendable {
    package let status: Int
    /// Names in lower case; of several equal ones the first.
    package let headers: [String: String]
    package let body: [UInt8]
}

/// The head of an answer with a 2xx status, and its body as it comes.
package struct HTTPStream: Sendable {
    package let status: Int
    /// Names in lower case; of several equal ones the first.
    package let headers: [String: String]
    /// Can be read once. Not reading it to its end closes the connection.
    package let body: ResponseBody
}

/// Addresses as people may see them.
package enum RedactedURL {
    /// `url` without its query, fragment and user: those may be credentials.
    package static func of(_ url: String) -> String {
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
        let rest = bare[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return String(bare) }
        return String(bare[..<scheme.upperBound] + host[host.index(after: at)...] + rest[host.endIndex...])
    }
}
