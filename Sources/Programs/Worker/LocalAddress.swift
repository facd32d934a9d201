import Glibc

/// The address of this machine as the control plane's network sees it.
enum LocalAddress {
    /// The source address the kernel would choose for `server`; the loopback address when it cannot say. Sends nothing.
    ///
    /// - Parameter server: `http://host[:port]`.
    static func towards(_ server: String) -> String {
        let (host, port) = self.split(server)
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0, let first = found else { return "127.0.0.1" }
        defer { freeaddrinfo(found) }
        return self.source(for: first.pointee) ?? "127.0.0.1"
    }

    static func split(_ server: String) -> (host: String, port: String) {
        let isSecure = server.hasPrefix("https:")
        var rest = server[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" }
        var host = rest
        var port: Substring = isSecure ? "443" : "80"
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            host = rest[..<colon]
            port = rest[rest.index(after: colon)...]
        }
        return (String(host.filter { $0 != "[" && $0 != "]" }), String(port))
    }

    /// Connecting a datagram socket only chooses a route.
    private static func source(for target: addrinfo) -> String? {
        let socket = Glibc.socket(target.ai_family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard connect(socket, target.ai_addr, target.ai_addrlen) == 0,
                    getsockname(socket, generic, &size) == 0
                else { return Int32(-1) }
                return getnameinfo(generic, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard code == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
