package import Kernel

/// Decides, for a job with a deadline, when to run on spot machines, when on demand, and when to wait.
///
/// It is the Uniform Progress policy of Wu et al., *Can't Be Late* (NSDI 2024), with `C` the work left, `R` the time left,
/// `d` the changeover and `g` the tick:
/// - thrifty: nothing runs once the work is done;
/// - safety net: an idle job with `R < C + 2d + g` goes on demand to the end. The paper looks all the time and has no `g`;
///   here a machine may be lost for a tick before anybody sees it;
/// - exploitation: a spot machine is kept until it is lost. Should its job stand still without word of a loss, it is left
///   while there is time for one more changeover: at `R < C + d + g`;
/// - taking risks: an idle job takes spot whenever there is some;
/// - uniform progress: an idle job that is behind an even pace goes on demand;
/// - hysteresis: it stays there until it is ahead of the pace of `t + 2d`, and leaves only while the safety net allows.
///
/// Not in the paper: it never leaves an on-demand machine for what cannot pay even if all goes well, and with an
/// `allowance` it takes no risk whose worst end would cost more than all on demand plus that allowance.
///
/// It keeps every deadline that was possible on demand at time 0, provided looks come at most a tick apart, the first at
/// 0, on-demand machines are always to be had, and none needs more than the changeover. It knows no clock: events carry
/// the time since the job was asked for, and how much of the work is safe in a checkpoint. Late and doubled events do no harm.
package struct SpotMachine: Sendable, Hashable {
    /// What the job runs on.
    package enum Mode: String, Sendable, Hashable, Codable, CaseIterable { case idle, spot, onDemand }

    /// What is known of the job at a moment.
    package struct Look: Sendable, Hashable {
        /// Since the job was asked for.
        package var at: TimeSpan
        /// Work that is done and will not be lost with the machine, as time of computation.
        package var done: TimeSpan
        package var isSpotAvailable: Bool

        package init(at: TimeSpan, done: TimeSpan, isSpotAvailable: Bool) {
            self.at = at
            self.done = done
            self.isSpotAvailable = isSpotAvailable
        }
    }

    package enum Event: Sendable, Hashable {
        /// A look at the job: at least one each tick, and one more whenever spot capacity comes or goes.
        case looked(Look)
        /// The machine it ran on is gone, or the launch was refused; it was paid for until `since`.
        case lost(Look, since: TimeSpan)
    }

    package enum Effect: Sendable, Hashable {
        /// Give the machine of that mode back.
        case release(Mode, because: Reason)
        /// Get one of that mode and run the job on it.
        case launch(Mode, because: Reason)
    }

    /// The rule that led to a change.
    package enum Reason: String, Sendable, Hashable, Codable {
        case workDone = "the work is done"
        case spotAvailable = "spot capacity is available"
        case behind = "the job is behind an even pace to its deadline"
        case ahead = "the job is far enough ahead of an even pace to wait for spot"
        case safetyNet = "waiting any longer could miss the deadline"
    }

    /// All that must outlive the process.
    package struct State: Sendable, Hashable, Codable {
        package var mode = Mode.idle
        /// When the last event was; what comes later and is older is no news.
        package var at = TimeSpan.zero
        /// Paid time of spot and of on-demand machines.
        package var spotTime = TimeSpan.zero
        package var onDemandTime = TimeSpan.zero

        package init() {}
    }

    package let terms: SpotTerms
    package let policy: SpotPolicy
    package private(set) var state: State

    package init(terms: SpotTerms, policy: SpotPolicy = .uniformProgress, state: State = State()) {
        self.terms = terms
        self.policy = policy
        self.state = state
    }

    package var mode: Mode { self.state.mode }

    /// - Returns: what to do, in this order; nothing for an event older than the last one.
    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .looked(let look):
            guard look.at >= self.state.at else { return [] }
            self.pay(until: look.at)
            self.state.at = look.at
            return self.change(self.decision(look))
        case .lost(let look, let since):
            guard look.at >= self.state.at else { return [] }
            self.pay(until: min(since, look.at))
            self.state.at = look.at
            self.state.mode = .idle
            return self.change(self.decision(look))
        }
    }

    private mutating func pay(until now: TimeSpan) {
        let span = max(.zero, now - self.state.at)
        switch self.state.mode {
        case .idle: break
        case .spot: self.state.spotTime = self.state.spotTime + span
        case .onDemand: self.state.onDemandTime = self.state.onDemandTime + span
        }
    }

    private mutating func change(_ decision: (mode: Mode, reason: Reason)?) -> [Effect] {
        guard let decision, decision.mode != self.state.mode else { return [] }
        defer { self.state.mode = decision.mode }
        let release: [Effect] =
            self.state.mode == .idle ? [] : [.release(self.state.mode, because: decision.reason)]
        return release + (decision.mode == .idle ? [] : [.launch(decision.mode, because: decision.reason)])
    }

    /// Nil to go on as it is.
    private func decision(_ look: Look) -> (mode: Mode, reason: Reason)? {
        let left = self.terms.computation - look.done
        guard left > .zero else { return (.idle, .workDone) }
        // How long the job may stand still from now on and still end in time.
        let slack = self.terms.deadline - look.at - left
        let changeover = self.terms.changeover
        switch self.state.mode {
        case .spot:
            return slack < changeover + self.terms.tick ? (.onDemand, .safetyNet) : nil
        case .idle:
            if slack < changeover + changeover + self.terms.tick { return (.onDemand, .safetyNet) }
            if look.isSpotAvailable, self.takesSpot, self.affords(.spot, left: left) { return (.spot, .spotAvailable) }
            return self.policy.mustRun(self.terms, at: look.at, done: look.done) ? (.onDemand, .behind) : nil
        case .onDemand:
            guard slack >= changeover + changeover + self.terms.tick, self.isWorthLeaving(left: left),
                self.policy.mayLeaveOnDemand(self.terms, at: look.at, done: look.done)
            else { return nil }
            if look.isSpotAvailable, self.affords(.spot, left: left) { return (.spot, .spotAvailable) }
            return self.affords(.idle, left: left) ? (.idle, .ahead) : nil
        }
    }

    private var takesSpot: Bool { self.policy != .onDemandOnly && self.terms.spotPrice < self.terms.onDemandPrice }

    /// Whether the rest, one more changeover included, is cheaper on a spot machine that is never lost.
    private func isWorthLeaving(left: TimeSpan) -> Bool {
        Self.price(self.terms.spotPrice, left + self.terms.changeover) < Self.price(self.terms.onDemandPrice, left)
    }

    /// Whether going to `mode`, losing the machine at the end of its changeover and finishing on demand stays in bounds.
    private func affords(_ mode: Mode, left: TimeSpan) -> Bool {
        guard let allowance = self.terms.allowance else { return true }
        let whole = self.terms.computation + self.terms.changeover + allowance
        let spot = self.state.spotTime + (mode == .spot ? self.terms.changeover : .zero)
        let onDemand = self.state.onDemandTime + left + self.terms.changeover
        return Self.price(self.terms.spotPrice, spot) + Self.price(self.terms.onDemandPrice, onDemand)
            <= Self.price(self.terms.onDemandPrice, whole)
    }

    /// In nano-dollars per hour × milliseconds, so that nothing is rounded.
    private static func price(_ perHour: Money, _ span: TimeSpan) -> Int128 {
        Int128(perHour.nanodollars) * Int128(span.milliseconds)
    }
}
