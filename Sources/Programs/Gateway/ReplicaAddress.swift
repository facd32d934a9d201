/// Where a replica listens: host and port of its `http://host:port`.
package struct ReplicaAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or a literal address, IPv6 without its brackets.
    package let host: String
    /// 1 to 65535.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Takes `http://host:port`, with or without a trailing slash; nil for anything else, https included: between the
    /// gateway and its replicas there is no TLS yet.
    package init?(url: String) {
        guard url.hasPrefix("http://") else { return nil }
        var authority = url.dropFirst("http://".count)
        if authority.last == "/" { authority.removeLast() }
        guard !authority.contains("/"), let colon = authority.lastIndex(of: ":"),
            let port = Int(authority[authority.index(after: colon)...]), (1...65535).contains(port)
        else { return nil }
        var host = authority[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// As in a Host header.
    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
