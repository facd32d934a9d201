package import Kernel

/// Whether a replica is sent requests, as one gateway sees it.
///
/// One failed request takes it out at once; it comes back when a health check answers. Every failed check doubles the wait to
/// the next, up to a limit, with jitter so that many gateways do not check in step. Times are of a monotonic clock.
package struct ReplicaHealth: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        case healthy
        /// Left alone until then; from then on a check is due.
        case ejected(until: TimeSpan)
        /// A check is under way.
        case probing
    }

    package private(set) var state: State = .healthy
    /// Failures without an answered request in between; sets the length of the next ejection.
    package private(set) var failures = 0

    package init() {}

    package var isHealthy: Bool { self.state == .healthy }

    /// A request was answered: whatever was held against it is forgotten.
    package mutating func answered() {
        self.state = .healthy
        self.failures = 0
    }

    /// A request failed. Those that were under way when it was ejected add nothing.
    ///
    /// - Returns: whether this ejected it.
    package mutating func failed(at now: TimeSpan, using random: inout some RandomNumberGenerator) -> Bool {
        guard self.isHealthy else { return false }
        self.eject(at: now, using: &random)
        return true
    }

    /// Whether a check should be made now; it counts as under way from here on.
    package mutating func takeProbe(at now: TimeSpan) -> Bool {
        guard case .ejected(let until) = self.state, until <= now else { return false }
        self.state = .probing
        return true
    }

    /// A check ended.
    package mutating func probed(_ ready: Bool, at now: TimeSpan, using random: inout some RandomNumberGenerator) {
        guard self.state == .probing else { return }
        if ready { self.state = .healthy } else { self.eject(at: now, using: &random) }
    }

    private mutating func eject(at now: TimeSpan, using random: inout some RandomNumberGenerator) {
        let doublings = min(self.failures, 16)
        let span = min(
            GatewayLimits.ejection.milliseconds << Int64(doublings), GatewayLimits.longestEjection.milliseconds)
        let jitter = Int64.random(in: -span / 5...span / 5, using: &random)
        self.failures += 1
        self.state = .ejected(until: now + .milliseconds(span + jitter))
    }
}
