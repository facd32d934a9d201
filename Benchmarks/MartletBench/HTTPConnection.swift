import Foundation

/// One keep-alive connection with at most one request in flight, as light as a load generator must be.
///
/// Requests are bytes that were made before; of an answer only status and length are looked at.
final class HTTPConnection {
    struct Answer {
        var status: Int
        var body: ArraySlice<UInt8>
    }

    let descriptor: Int32
    private var received: [UInt8] = []

    /// Connects to this machine.
    init(port: UInt16) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw ChildProcess.Failure(description: "no connection to port \(port)") }
        var on: Int32 = 1
        setsockopt(self.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(self.descriptor) }

    /// A port at which nobody listens now, for a program that cannot pick one itself.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard code == 0 else { throw ChildProcess.Failure(description: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    static func request(_ method: String, _ path: String, token: String, body: [UInt8] = []) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
        if !body.isEmpty { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }

    func send(_ request: [UInt8]) throws {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes {
                write(self.descriptor, $0.baseAddress.map { $0 + sent }, request.count - sent)
            }
            guard count > 0 else { throw ChildProcess.Failure(description: "the connection broke while sending") }
            sent += count
        }
    }

    /// Reads what has arrived, waiting for at least a byte; nil while the answer is not whole.
    func receive() throws -> Answer? {
        let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { buffer in
            let count = read(self.descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { self.received += buffer[..<count] }
            return count
        }
        guard count > 0 else { throw ChildProcess.Failure(description: "the connection broke while receiving") }
        guard let headEnd = self.endOfHead() else { return nil }
        let head = String(decoding: self.received[..<headEnd], as: UTF8.self).lowercased()
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }?.dropFirst(15)
        guard let bodyLength = length.flatMap({ Int($0.trimmingPrefix(while: \.isWhitespace)) }),
            let status = Int(head.dropFirst(9).prefix(3))
        else { throw ChildProcess.Failure(description: "an answer without a length: \(head)") }
        guard self.received.count >= headEnd + bodyLength else { return nil }
        let answer = Answer(status: status, body: self.received[headEnd..<headEnd + bodyLength])
        self.received.removeAll(keepingCapacity: true)
        return answer
    }

    /// Sends and waits for the answer.
    func exchange(_ request: [UInt8]) throws -> Answer {
        try self.send(request)
        while true { if let answer = try self.receive() { return answer } }
    }

    private func endOfHead() -> Int? {
        let bytes = self.received
        guard bytes.count >= 4 else { return nil }
        for index in 3..<bytes.count
        where bytes[index] == 10 && bytes[index - 1] == 13 && bytes[index - 2] == 10 && bytes[index - 3] == 13 {
            return index + 1
        }
        return nil
    }
}

/// The same request again and again over some connections, each with one in flight, from one thread.
struct RequestLoad: Sendable {
    let port: UInt16
    let connections: Int
    let request: [UInt8]

    /// Sends `count` requests and returns when all are answered. Blocks.
    ///
    /// - Throws: when an answer is no success, with what it said.
    func run(count: Int) throws {
        let lines = try (0..<min(self.connections, count)).map { _ in try HTTPConnection(port: self.port) }
        for line in lines { try line.send(self.request) }
        var (sent, answered) = (lines.count, 0)
        var waiting = lines.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while answered < count {
            guard poll(&waiting, nfds_t(waiting.count), 60_000) > 0 else {
                throw ChildProcess.Failure(description: "no answer for a minute")
            }
            for (index, line) in lines.enumerated() where waiting[index].revents != 0 {
                guard let answer = try line.receive() else { continue }
                guard (200..<300).contains(answer.status) else {
                    throw ChildProcess.Failure(
                        description: "status \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
                }
                answered += 1
                if sent < count {
                    try line.send(self.request)
                    sent += 1
                }
            }
        }
    }

    /// As `run`, on a thread of its own.
    func runOnThread(count: Int) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread { continuation.resume(with: Result { try self.run(count: count) }) }.start()
        }
    }
}
