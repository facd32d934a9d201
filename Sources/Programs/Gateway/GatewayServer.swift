import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The listening side: accepts connections and gives each its pipeline.
final class GatewayServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let shared: GatewayShared
    private let pools: [ObjectIdentifier: NIOLoopBound<UpstreamPool>]
    private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// - Parameter group: lives as long as the server; it is not shut down here.
    init(group: MultiThreadedEventLoopGroup, shared: GatewayShared) async throws {
        self.group = group
        self.shared = shared
        var pools: [ObjectIdentifier: NIOLoopBound<UpstreamPool>] = [:]
        for eventLoop in group.makeIterator() {
            pools[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                NIOLoopBound(UpstreamPool(eventLoop: eventLoop), eventLoop: eventLoop)
            }.get()
        }
        self.pools = pools
    }

    /// - Throws: `unavailable` when the address cannot be bound.
    func listen(host: String, port: Int) async throws(PlainFault) -> any Channel {
        let bootstrap = ServerBootstrap(group: self.group)
            .serverChannelOption(ChannelOptions.backlog, value: GatewayLimits.backlog)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel) }
            }
        do { return try await bootstrap.bind(host: host, port: port).get() } catch {
            throw PlainFault(
                .unavailable,
                "The gateway cannot listen on \(host):\(port). Stop what listens there, or choose another port.",
                detail: "\(error)")
        }
    }

    /// Lets requests under way end, closes the rest at once, and everything when the time is over.
    func drain(_ listener: any Channel) async {
        try? await listener.close().get()
        for channel in self.connections.withLock({ Array($0.values) }) {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        let open = self.connections.withLock { Array($0.values) }
        let hangUp = self.group.next().scheduleTask(in: GatewayLimits.drain.amount) {
            for channel in open { channel.close(promise: nil) }
        }
        for channel in open { try? await channel.closeFuture.get() }
        hangUp.cancel()
        for pool in self.pools.values {
            try? await pool.eventLoop.submit { pool.value.closeAll() }.get()
        }
    }

    private func prepare(_ channel: any Channel) throws {
        guard let pool = self.pools[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a connection came on an event loop of another group")
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = GatewayLimits.headerBytes
        limits.maxHeaderFieldCount = GatewayLimits.headerFields
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(IdleStateHandler(allTimeout: GatewayLimits.idleConnection.amount))
        try pipeline.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(ClientConnection(shared: self.shared, pool: pool.value))
        let key = ObjectIdentifier(channel)
        self.connections.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { _ in self.connections.withLock { _ = $0.removeValue(forKey: key) } }
    }
}
