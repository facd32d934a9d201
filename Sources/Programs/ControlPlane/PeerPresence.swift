import NIOCore
import Synchronization

/// Knows whether the client at the other end of a connection is still there, for answers that take long.
///
/// A handler in each connection's pipeline. A request that is held back or streamed waits beside its work for `departure`,
/// and its work is cancelled when that comes: the client hung up, or the server is about to stop.
final class PeerPresence: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private struct State {
        var hasLeft = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let registry: PresenceRegistry
    private let state = Mutex(State())

    init(registry: PresenceRegistry) { self.registry = registry }

    func handlerAdded(context: ChannelHandlerContext) { self.registry.add(self, for: context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.registry.remove(context.channel)
        self.leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.leave()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { self.leave() }
        context.fireUserInboundEventTriggered(event)
    }

    /// Marks the client as gone; who waits for that is woken.
    func leave() {
        let waiter = self.state.withLock { state in
            state.hasLeft = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the client has gone, or the task is cancelled. One request of a connection waits at a time.
    func departure() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = self.state.withLock { state in
                    if state.hasLeft || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}

/// The connections that are open, to find the `PeerPresence` of the one a request came by.
final class PresenceRegistry: Sendable {
    private let peers = Mutex<[ObjectIdentifier: PeerPresence]>([:])

    func add(_ peer: PeerPresence, for channel: any Channel) {
        self.peers.withLock { $0[ObjectIdentifier(channel)] = peer }
    }

    func remove(_ channel: any Channel) {
        _ = self.peers.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    func peer(of channel: any Channel) -> PeerPresence? {
        self.peers.withLock { $0[ObjectIdentifier(channel)] }
    }

    /// How many connections are open.
    var count: Int { self.peers.withLock { $0.count } }
}
