import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix

/// The connections of one event loop to replicas. Not shared, so a request never leaves its loop and nothing is locked.
///
/// Bounded by the requests under way plus `idleUpstreams` for each replica; an idle connection goes after `idleUpstream`.
final class UpstreamPool {
    private let eventLoop: any EventLoop
    private var idle: [ReplicaAddress: [UpstreamConnection]] = [:]

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// An idle connection, the one used last.
    func take(_ address: ReplicaAddress) -> UpstreamConnection? {
        let oldest = NIODeadline.now() - GatewayLimits.idleUpstream.amount
        while let connection = self.idle[address]?.popLast() {
            connection.onClose = nil
            if connection.isActive, connection.idleSince > oldest { return connection }
            connection.close()
        }
        return nil
    }

    /// Keeps a connection whose request and answer have both ended.
    func giveBack(_ connection: UpstreamConnection, to address: ReplicaAddress) {
        connection.listener = nil
        self.sweep(address)
        guard connection.isActive, self.idle[address, default: []].count < GatewayLimits.idleUpstreams else {
            return connection.close()
        }
        connection.idleSince = NIODeadline.now()
        connection.onClose = { [weak self] closed in
            self?.idle[address]?.removeAll { $0 === closed }
            if self?.idle[address]?.isEmpty == true { self?.idle[address] = nil }
        }
        self.idle[address, default: []].append(connection)
        connection.resume()
    }

    /// A new connection; fails after `deadline`.
    func connect(_ address: ReplicaAddress, deadline: TimeSpan) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(deadline.amount)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    var limits = NIOHTTPDecoderLimitConfiguration()
                    limits.maxHeaderListSize = GatewayLimits.headerBytes
                    limits.maxHeaderFieldCount = GatewayLimits.headerFields
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(decoderLimitConfiguration: limits)
                    try channel.pipeline.syncOperations.addHandler(UpstreamConnection())
                }
            }
        if let literal = try? SocketAddress(ipAddress: address.host, port: address.port) {
            return bootstrap.connect(to: literal)
        }
        return bootstrap.connect(host: address.host, port: address.port)
    }

    func closeAll() {
        let connections = self.idle.values.flatMap { $0 }
        self.idle = [:]
        for connection in connections {
            connection.onClose = nil
            connection.close()
        }
    }

    /// Drops the connections that have been idle too long; the oldest come first.
    private func sweep(_ address: ReplicaAddress) {
        let oldest = NIODeadline.now() - GatewayLimits.idleUpstream.amount
        while let connection = self.idle[address]?.first, connection.idleSince <= oldest {
            connection.onClose = nil
            self.idle[address]?.removeFirst()
            connection.close()
        }
    }
}

extension TimeSpan {
    /// In NIO's unit.
    var amount: TimeAmount { .milliseconds(self.milliseconds) }
}
