import HTTPTypes

extension HTTPField.Name {
    /// Ours; what it names is also `reference` in an error's body.
    static let requestID = HTTPField.Name.known("x-request-id")
    static let lastEventID = HTTPField.Name.known("last-event-id")

    /// A name that is known to be one.
    private static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is no header name") }
        return name
    }

    /// The headers that routes may look at. Others are not copied: it would cost more than most handlers.
    static let passedOn: [HTTPField.Name] = [.contentType, .accept, .range, .ifNoneMatch, .userAgent, .lastEventID]
}

extension HTTPFields {
    /// The bearer token of the `authorization` header; nil when there is none.
    var bearer: String? {
        guard let value = self[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }

    var contentBytes: Int64? { self[.contentLength].flatMap { Int64($0) } }

    /// Whether a body follows.
    var announcesBody: Bool { self[.transferEncoding] != nil || (self.contentBytes ?? 0) > 0 }

    mutating func set(_ headers: [String: String]) {
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { self[name] = value }
        }
    }

    func values(of names: [HTTPField.Name]) -> [String: String] {
        var values: [String: String] = [:]
        for name in names {
            if let value = self[name] { values[name.canonicalName] = value }
        }
        return values
    }
}
