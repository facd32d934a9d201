import Kernel
import Synchronization

/// What all event loops of a gateway share.
final class GatewayShared: Sendable {
    let router: Router
    let counters: ServingCounters
    let tokens: TokenGate
    let deadlines: TryDeadlines
    let time: any TimeSource
    private let requests = Atomic<Int>(0)
    private let refusals = Mutex<[FaultKind: Int64]>([:])

    init(
        router: Router, counters: ServingCounters, tokens: TokenGate, deadlines: TryDeadlines, time: any TimeSource
    ) {
        self.router = router
        self.counters = counters
        self.tokens = tokens
        self.deadlines = deadlines
        self.time = time
    }

    /// Lets a request in; false when as many as may be are under way.
    func enter() -> Bool {
        if self.requests.wrappingAdd(1, ordering: .relaxed).newValue <= GatewayLimits.concurrentRequests { return true }
        self.leave()
        return false
    }

    /// A request that was let in has ended.
    func leave() { self.requests.wrappingSubtract(1, ordering: .relaxed) }

    /// Requests under way.
    var underWay: Int { self.requests.load(ordering: .relaxed) }

    /// A request got an error of the gateway's own.
    func countRefusal(_ kind: FaultKind) { self.refusals.withLock { $0[kind, default: 0] += 1 } }

    /// Requests that got an error of the gateway's own, by its kind.
    var refused: [FaultKind: Int64] { self.refusals.withLock { $0 } }

    /// An id for a request that came without one.
    func makeRequestID() -> String { self.makeID(ServedRequest.self) }

    /// An id for this start of the gateway.
    func makeStartID() -> String { self.makeID(GatewayStart.self) }

    private func makeID<Entity: Identified>(_: Entity.Type) -> String {
        var random = SystemRandomNumberGenerator()
        return ID<Entity>(at: self.time.now, using: &random).description
    }
}

/// A request to the gateway, for its ids only.
enum ServedRequest: Identified {
    static var idPrefix: String { "req" }
}

/// One start of a gateway, for its ids only.
enum GatewayStart: Identified {
    static var idPrefix: String { "gtw" }
}
