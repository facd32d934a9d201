import Kernel
import NIOCore
import NIOHTTP1

/// Who hears of what a replica sends on a connection. Always on the connection's event loop.
protocol UpstreamListener: AnyObject {
    func received(_ part: HTTPClientResponsePart)
    /// The connection ended before the answer did.
    func lost(_ reason: String)
    func writabilityChanged(_ isWritable: Bool)
    /// Whether more may be read from the replica now.
    var takesAnswer: Bool { get }
}

/// One connection to a replica, and the handler at the end of its pipeline. Lives on one event loop.
///
/// While nobody listens it lies in the pool: whatever then arrives means that it is of no more use.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPClientRequestPart

    weak var listener: (any UpstreamListener)?
    /// Called once, when it has closed.
    var onClose: ((UpstreamConnection) -> Void)?
    /// When it was given back to the pool.
    var idleSince = NIODeadline.now()
    private var context: ChannelHandlerContext?
    private var readWanted = false
    private var problem = "the replica closed the connection"

    var isActive: Bool { self.context?.channel.isActive ?? false }
    var isWritable: Bool { self.context?.channel.isWritable ?? false }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Queues parts of a request; `flush` sends them.
    func write(_ part: HTTPClientRequestPart) {
        self.context?.write(self.wrapOutboundOut(part), promise: nil)
    }

    func flush() { self.context?.flush() }

    func close() {
        self.listener = nil
        self.context?.close(promise: nil)
    }

    /// Reads on if reading was held back; called when the listener takes more again.
    func resume() {
        guard self.readWanted, let context = self.context else { return }
        self.readWanted = false
        context.read()
    }

    func read(context: ChannelHandlerContext) {
        if self.listener?.takesAnswer ?? true { context.read() } else { self.readWanted = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let listener = self.listener else { return context.close(promise: nil) }
        listener.received(self.unwrapInboundIn(data))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.listener?.writabilityChanged(context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.problem = error is HTTPParserError ? "the replica does not speak HTTP" : "the connection broke (\(error))"
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let listener = self.listener
        self.listener = nil
        self.onClose?(self)
        self.onClose = nil
        listener?.lost(self.problem)
        context.fireChannelInactive()
    }
}
