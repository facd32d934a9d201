import Kernel
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// By which addresses this server is reached. The port is known only once it listens.
final class ServerAddress: Sendable {
    private let advertise: String?
    private let isLocal: Bool
    private let port = Mutex<Int?>(nil)
    private let waiters: AsyncStream<Int>
    private let ready: AsyncStream<Int>.Continuation

    /// - Parameter isLocal: whether the server listens on loopback only.
    init(advertise: String?, isLocal: Bool) {
        self.advertise = advertise
        self.isLocal = isLocal
        (self.waiters, self.ready) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func set(port: Int) {
        self.port.withLock { $0 = port }
        self.ready.yield(port)
    }

    /// For whoever runs on this machine; nil until the server listens.
    var local: String? { self.port.withLock { $0 }.map { "http://127.0.0.1:\($0)" } }

    /// For workers and clients elsewhere, and in signed URLs.
    var advertised: String {
        if let advertise { return advertise }
        let port = self.port.withLock { $0 } ?? 0
        let host = self.isLocal ? nil : Self.outwardAddress()
        return "http://\(host ?? "127.0.0.1"):\(port)"
    }

    /// Waits until the server listens. For one waiter.
    func untilReady() async {
        if self.local != nil { return }
        for await _ in self.waiters { return }
    }

    /// The address of this machine that leads outwards; nil when there is no way out.
    ///
    /// Connecting a datagram socket sends nothing: it only makes the kernel choose a route. The address is one of those set
    /// aside for documentation (RFC 5737).
    private static func outwardAddress() -> String? {
        #if canImport(Glibc)
            let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_DGRAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = UInt16(9).bigEndian
        inet_pton(AF_INET, "192.0.2.1", &target.sin_addr)
        var own = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 }
        }
        let isNamed = withUnsafeMutablePointer(to: &own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        guard isConnected, isNamed else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard inet_ntop(AF_INET, &own.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
