import Glibc
import Kernel

/// A port for a replica to listen on.
enum FreePort {
    /// One that nobody listens on at this moment. The kernel hands them out in turn, so the next caller gets another.
    ///
    /// - Throws: `unavailable` when the machine has none.
    static func pick() throws(PlainFault) -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw self.failure }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket, generic, size) == 0 ? getsockname(socket, generic, &size) : -1
            }
        }
        guard code == 0 else { throw self.failure }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static var failure: PlainFault {
        PlainFault(
            .unavailable, "The worker has no free port for the replica. Another worker may have.",
            detail: String(cString: strerror(errno)))
    }
}
