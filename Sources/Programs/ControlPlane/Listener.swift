import HummingbirdCore
package import Kernel
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// One address that the control plane listens on.
struct Listener: Service {
    /// A connection without a request for this long is closed; longer than clients keep idle ones, so that they close first.
    static let idleTimeout = TimeAmount.seconds(180)
    /// Connections waiting to be accepted.
    static let backlog = 1024
    /// Workers, gateways, command lines and pages of a large installation; each costs some 20 KiB.
    static let maximumConnections = 8192
    /// All headers of a request, in bytes.
    static let maximumHeaderBytes = 32 << 10

    let host: String
    let port: Int
    let exchange: Exchange
    let logger: Logger
    /// Called with the port once requests are accepted.
    let onReady: @Sendable (Int) async -> Void

    /// Accepts requests until a graceful shutdown; then finishes those that are in flight.
    ///
    /// - Throws: `ListenerError` when the address cannot be had.
    func run() async throws {
        let presence = self.exchange.presence
        let exchange = self.exchange
        let builder = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [PeerPresence(registry: presence)], idleTimeout: Self.idleTimeout,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: Self.maximumHeaderBytes, maxHeaderListSize: Self.maximumHeaderBytes,
                    maxHeaderFieldCount: 100)))
        var logger = self.logger
        logger.logLevel = max(logger.logLevel, .notice)
        let server = try builder.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(self.host, port: self.port), backlog: Self.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            responder: { request, writer, channel in try await exchange.respond(request, writer, channel) },
            onServerRunning: { [onReady] channel in await onReady(channel.localAddress?.port ?? 0) })
        do { try await server.run() } catch let error as IOError {
            throw ListenerError(host: self.host, port: self.port, reason: error.description, code: error.errnoCode)
        }
    }
}

/// Why an address cannot be listened on.
package struct ListenerError: Fault {
    let host: String
    let port: Int
    let reason: String
    let code: CInt

    package var kind: FaultKind { .unavailable }
    package var message: String {
        "\(self.host):\(self.port) cannot be listened on. Free the port, or give another one."
    }
    package var detail: String { "\(self.reason) (\(self.code))" }
}
