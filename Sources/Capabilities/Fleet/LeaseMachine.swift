package import Kernel

/// Decides how long an attempt holds its slot, and what that costs. Knows no clock: every event carries monotonic time.
///
/// A lease is renewed by heartbeats and lost when none came for a term. It is charged for the time it held the slot: up to the
/// last heartbeat while it lives, up to the end of its term when it is lost, because the slot was kept for it until then.
/// Each posting is cost(total) − cost(posted), so the postings add up to the price of the billed time exactly.
package struct LeaseMachine: Sendable, Hashable {
    package enum Event: Sendable, Hashable {
        /// The worker renewed it.
        case heartbeat(at: TimeSpan)
        /// Time went by.
        case tick(at: TimeSpan)
        /// Its attempt ended.
        case release(at: TimeSpan)
        /// The control plane could not listen or write until now: nobody may lose a lease for that.
        case termRestarted(at: TimeSpan)
    }

    package enum Effect: Sendable, Hashable {
        case post(Money)
        case lost
    }

    package let term: TimeSpan
    package let pricePerHour: Money
    package private(set) var billed: TimeSpan
    package private(set) var posted: Money
    /// When it was last renewed, or its term began anew.
    package private(set) var heard: TimeSpan
    package private(set) var ended: Bool

    package init(
        term: TimeSpan, pricePerHour: Money, heard: TimeSpan, billed: TimeSpan = .zero, posted: Money = .zero,
        ended: Bool = false
    ) {
        precondition(term > .zero, "a term is positive")
        self.term = term
        self.pricePerHour = pricePerHour
        self.heard = heard
        self.billed = billed
        self.posted = posted
        self.ended = ended
    }

    /// - Returns: nothing once the lease has ended, whatever comes.
    package mutating func handle(_ event: Event) -> [Effect] {
        guard !self.ended else { return [] }
        switch event {
        case .heartbeat(let now), .termRestarted(let now):
            self.bill(until: now)
            return self.posting()
        case .release(let now):
            self.bill(until: now)
            self.ended = true
            return self.posting()
        case .tick(let now):
            // What ran up while the control plane was away is billed already and posted with the first look.
            guard now - self.heard >= self.term else { return self.posting() }
            self.bill(until: self.heard + self.term)
            self.ended = true
            return self.posting() + [.lost]
        }
    }

    /// Time never runs back, whatever an event says.
    private mutating func bill(until now: TimeSpan) {
        let end = max(now, self.heard)
        self.billed = self.billed + (end - self.heard)
        self.heard = end
    }

    private mutating func posting() -> [Effect] {
        let total = self.pricePerHour.perHour(forMilliseconds: self.billed.milliseconds)
        guard total != self.posted else { return [] }
        defer { self.posted = total }
        return [.post(total - self.posted)]
    }
}
