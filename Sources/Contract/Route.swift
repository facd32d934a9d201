package import Kernel

/// One row of the route table: what a request and its answer look like and who may send it.
///
/// The table is the only description of the API: the server binds every row (start-up fails on one that is not bound), the
/// client calls by row, and OpenAPI is generated from it.
package struct Route<Request: Sendable, Response: Sendable>: Sendable {
    package let row: RouteRow

    init(
        _ method: HTTPMethod, _ path: String, _ access: RouteAccess, _ summary: String, query: [QueryParameter] = [],
        limit: ByteCount = .mebibytes(1)
    ) where Request: RoutePayload, Response: RoutePayload {
        self.row = RouteRow(
            method: method, path: path, access: access, summary: summary, query: query, bodyLimit: limit,
            request: Request.payload, response: Response.payload)
    }
}

package enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
}

/// Who may send a request.
package enum RouteAccess: Sendable, Hashable {
    /// Anybody, without a token.
    case open
    /// A principal whose role includes this one.
    case role(Role)
    /// The worker itself or, for an attempt, the worker that holds it.
    case worker
    /// A gateway, or a viewer and above.
    case gateway
    /// The bearer of a one-time join token.
    case joinToken
}

package struct QueryParameter: Sendable, Hashable {
    package let name: String
    package let summary: String

    package init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }

    package static let page = [
        QueryParameter("cursor", "Opaque, from `next` of the page before."),
        QueryParameter("limit", "Rows on a page, 1 to 1000; 50 when absent."),
    ]
}

/// A route without its types.
package struct RouteRow: Sendable {
    package let method: HTTPMethod
    /// With `{name}` for path parameters.
    package let path: String
    package let access: RouteAccess
    package let summary: String
    package let query: [QueryParameter]
    /// A larger body is refused with `invalid` (HTTP 413) before it is read.
    package let bodyLimit: ByteCount
    package let request: Payload
    package let response: Payload

    package var key: String { "\(self.method.rawValue) \(self.path)" }

    /// The path with `values` for its parameters, percent-encoded.
    package func path(_ values: [String: String]) -> String {
        self.path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix("{"), let value = values[String(part.dropFirst().dropLast())] else {
                return String(part)
            }
            return PercentEncoding.encode(value)
        }.joined(separator: "/")
    }
}

/// What a body consists of.
package enum Payload: Sendable {
    case nothing
    case json(any (Codable & Sendable).Type)
    case bytes(contentType: String)
    /// Server-sent events; each event's data is one of these.
    case events(any (Codable & Sendable).Type)
}

/// A type that can stand in a route's row.
package protocol RoutePayload: Sendable {
    static var payload: Payload { get }
}

/// A request without a body.
package struct Nothing: RoutePayload, Codable {
    package init() {}
    package static var payload: Payload { .nothing }
}

/// A body of bytes that are not looked into.
package struct RawBytes: RoutePayload {
    package static var payload: Payload { .bytes(contentType: "application/octet-stream") }
}

/// A body of text for people or scrapers.
package struct PlainText: RoutePayload {
    package static var payload: Payload { .bytes(contentType: "text/plain; charset=utf-8") }
}

/// An answer that does not end: server-sent events.
package struct Events<Item: Codable & Sendable>: RoutePayload {
    package static var payload: Payload { .events(Item.self) }
}

extension RoutePayload where Self: Codable {
    package static var payload: Payload { .json(Self.self) }
}

/// RFC 3986 percent-encoding of one path segment or query value.
package enum PercentEncoding {
    package static func encode(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                out += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return out
    }

    /// Nil when a `%` is not followed by two hex digits or the bytes are not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 37 else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
