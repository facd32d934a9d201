package import NIOHTTP1

/// Which header fields pass the gateway, and which it sets itself.
package enum HeaderRules {
    /// The gateway's own fields in an answer.
    package static let revision = "martlet-revision"
    package static let site = "martlet-site"
    package static let requestID = "martlet-request-id"
    /// The client's id of its request; passed on, made when absent.
    package static let clientRequestID = "x-request-id"

    /// Longer ids are replaced.
    package static let maximumRequestID = 128

    /// RFC 9110 §7.6.1: fields that concern one connection only.
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// The head as a replica gets it.
    package static func upstream(
        _ head: HTTPRequestHead, uri: String, address: ReplicaAddress, requestID: String
    ) -> HTTPRequestHead {
        var headers = self.endToEnd(head.headers, besides: ["host", "expect", self.clientRequestID])
        headers.add(name: "host", value: address.description)
        headers.add(name: self.clientRequestID, value: requestID)
        if head.headers.contains(name: "transfer-encoding") { headers.add(name: "transfer-encoding", value: "chunked") }
        return HTTPRequestHead(version: .http1_1, method: head.method, uri: uri, headers: headers)
    }

    /// The head as the client gets it.
    package static func downstream(
        _ head: HTTPResponseHead, to request: HTTPRequestHead, choice: Choice, requestID: String
    ) -> HTTPResponseHead {
        var headers = self.endToEnd(head.headers, besides: [self.revision, self.site, self.requestID])
        headers.add(name: self.revision, value: choice.revision)
        headers.add(name: self.site, value: choice.environment)
        headers.add(name: self.requestID, value: requestID)
        return HTTPResponseHead(version: self.version(for: request), status: head.status, headers: headers)
    }

    /// The answer's version: the request's, as long as that is one we speak.
    package static func version(for request: HTTPRequestHead) -> HTTPVersion {
        request.version == .http1_0 ? .http1_0 : .http1_1
    }

    /// The client's request id if it is one that may stand in a header and a log.
    package static func requestID(in headers: HTTPHeaders) -> String? {
        guard let text = headers.first(name: self.clientRequestID),
            (1...self.maximumRequestID).contains(text.utf8.count),
            text.utf8.allSatisfy({ (33...126).contains($0) })
        else { return nil }
        return text
    }

    /// Whether these credentials are the control plane's: a client may send them, a replica's code must not get them. Others
    /// are between the client and the replica.
    static func isOurs(_ credentials: some StringProtocol) -> Bool {
        credentials.split(separator: " ").last?.hasPrefix("mrt_") ?? false
    }

    /// RFC 6750 §2.1: the token of `Bearer <token>`, the scheme in any case; nil for other credentials.
    static func bearer(in credentials: String) -> Substring? {
        let scheme = credentials.prefix { $0 != " " }
        guard scheme.utf8.count == 6, scheme.lowercased() == "bearer" else { return nil }
        let rest = credentials[scheme.endIndex...].drop { $0 == " " }
        let token = rest.prefix { $0 != " " }
        return token.isEmpty || rest[token.endIndex...].contains { $0 != " " } ? nil : token
    }

    private static func endToEnd(_ headers: HTTPHeaders, besides own: [String]) -> HTTPHeaders {
        let named = headers[canonicalForm: "connection"].map { $0.lowercased() }
        var kept = HTTPHeaders()
        kept.reserveCapacity(headers.count + 3)
        for (name, value) in headers {
            let lowered = name.lowercased()
            if self.hopByHop.contains(lowered) || own.contains(lowered) || named.contains(lowered) { continue }
            if lowered == "authorization", self.isOurs(value) { continue }
            kept.add(name: name, value: value)
        }
        return kept
    }
}
