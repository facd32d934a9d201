import AsyncHTTPClient
import Contract
package import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Requests to addresses that users chose: where they lead is looked at first, and they lead just there.
extension HTTPTransport {
    /// The addresses of a host, each with its 4 or 16 bytes in network order, in the resolver's order without doubles.
    ///
    /// - Parameter host: a name, or an address as text, IPv6 without its brackets.
    /// - Throws: `unreachable`, saying why the name means nothing.
    package static func addresses(of host: String) async throws -> [(bytes: [UInt8], text: String)] {
        // The resolver blocks, so it runs on NIO's threads for such calls.
        let found = try await NIOThreadPool.singleton.runIfActive { self.resolve(host) }
        switch found {
        case .success(let addresses): return addresses.map { ($0.bytes, $0.text) }
        case .failure(let error): throw error
        }
    }

    /// Sends a request once and returns the answer, whatever its status. Redirects are not followed.
    ///
    /// - Parameters:
    ///   - host: as it stands in the request's address; TLS verifies this name.
    ///   - address: where to connect to instead of asking the resolver again.
    ///   - limit: what of a longer answer is read.
    /// - Throws: `TransportError` when there was no answer.
    package static func post(
        _ request: HTTPRequest, host: String, at address: String, within deadline: TimeSpan, limit: ByteCount
    ) async throws -> HTTPAnswer {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .milliseconds(deadline.milliseconds), read: .milliseconds(deadline.milliseconds))
        for name in [host, host.lowercased()] { configuration.dnsOverride[name] = address }
        // A client of its own for each request: the name means this address for this request only.
        let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        let answer: Result<HTTPAnswer, any Error>
        do {
            answer = .success(
                try await Deadline.race(
                    deadline, else: TransportError.timedOut(url: request.redactedURL, after: deadline)
                ) { try await self.exchange(request, by: client, limit: limit) })
        } catch { answer = .failure(error) }
        try? await client.shutdown()
        return try answer.get()
    }

    private static func exchange(
        _ request: HTTPRequest, by client: HTTPClient, limit: ByteCount
    ) async throws -> HTTPAnswer {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers { outgoing.headers.replaceOrAdd(name: name, value: value) }
        outgoing.body = try request.body.outgoing()
        do {
            let response = try await client.execute(outgoing, deadline: .distantFuture)
            var body: [UInt8] = []
            for try await chunk in response.body {
                body += chunk.readableBytesView.prefix(Int(limit.bytes) - body.count)
                if body.count >= limit.bytes { break }
            }
            return HTTPAnswer(status: Int(response.status.code), headers: [:], body: body)
        } catch { throw TransportError.sending(error, to: request.redactedURL) }
    }

    private struct Address: Hashable {
        let bytes: [UInt8]
        var text: String
    }

    private static func resolve(_ host: String) -> Result<[Address], TransportError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            return .failure(.unreachable(url: host, reason: String(cString: gai_strerror(status)).lowercased()))
        }
        defer { freeaddrinfo(list) }
        var found: [Address] = []
        var next = list
        while let entry = next {
            if let address = self.address(entry.pointee), !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return .success(found)
    }

    private static func address(_ entry: addrinfo) -> Address? {
        guard let pointer = entry.ai_addr else { return nil }
        let bytes: [UInt8]
        switch entry.ai_family {
        case AF_INET:
            bytes = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
            }
        case AF_INET6:
            bytes = pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
            }
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(entry.ai_family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return Address(bytes: bytes, text: String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }
}
