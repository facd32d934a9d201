#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A port of this machine at which connecting takes forever, as at an address that nobody routes to: its queue of connections
/// is full and nobody accepts, so the kernel drops every further SYN.
final class DeafPort: Sendable {
    let port: Int
    private let sockets: [Int32]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 && listen(listener, 0) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound else { throw DeafPortError() }
        var sockets = [listener]
        // The queue takes one or two; further ones stay on their way.
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(filler, $0, size) }
            }
            sockets.append(filler)
        }
        self.sockets = sockets
        self.port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { for socket in self.sockets { close(socket) } }
}

struct DeafPortError: Error {}
