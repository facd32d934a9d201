package import Kernel

/// What a job with a deadline may use: how much there is to compute, until when, at which prices.
///
/// All times are counted from the moment the job was asked for; that moment is 0.
package struct SpotTerms: Sendable, Hashable {
    /// Ten years. Longer jobs are a mistake in a unit, and sums of such spans cannot overflow.
    package static let longest = TimeSpan.hours(24 * 3650)

    /// Time on one machine that the whole job takes, without any changeover: `C(0)` of the paper.
    package let computation: TimeSpan
    /// When the job must have ended: `R(0)` of the paper.
    package let deadline: TimeSpan
    /// What every new machine costs before it gets further than the last one did: launch, set-up, and the work since
    /// the last checkpoint done again. `d` of the paper.
    package let changeover: TimeSpan
    /// The longest time between two looks at the job: a lost machine may go unnoticed for so long.
    package let tick: TimeSpan
    /// Dollars per hour.
    package let onDemandPrice: Money
    /// Dollars per hour.
    package let spotPrice: Money
    /// How much more than all on demand the job may cost in the worst case, as time of an on-demand machine; nil for no
    /// bound.
    package let allowance: TimeSpan?

    /// - Throws: a `SpotError` for times or prices that are not positive, a changeover below zero, spans above ten
    ///   years, and a deadline that an on-demand machine started at once would miss.
    package init(
        computation: TimeSpan, deadline: TimeSpan, changeover: TimeSpan, tick: TimeSpan, onDemandPrice: Money,
        spotPrice: Money, allowance: SpotAllowance = .usual
    ) throws(SpotError) {
        for (name, span) in [("computation", computation), ("deadline", deadline), ("tick", tick)] {
            guard span > .zero, span <= Self.longest else { throw .badSpan(name: name, span: span) }
        }
        guard changeover >= .zero, changeover <= Self.longest else {
            throw .badSpan(name: "changeover", span: changeover)
        }
        let allowed = allowance.span(computation: computation, changeover: changeover)
        if let allowed, allowed < .zero || allowed > Self.longest + Self.longest {
            throw .badSpan(name: "allowance", span: allowed)
        }
        guard onDemandPrice > .zero else { throw .badPrice(name: "on-demand", price: onDemandPrice) }
        guard spotPrice > .zero else { throw .badPrice(name: "spot", price: spotPrice) }
        guard computation + changeover <= deadline else {
            throw .deadlineTooTight(deadline: deadline, earliest: computation + changeover)
        }
        self.computation = computation
        self.deadline = deadline
        self.changeover = changeover
        self.tick = tick
        self.onDemandPrice = onDemandPrice
        self.spotPrice = spotPrice
        self.allowance = allowed
    }

    /// One on-demand machine from the start to the end, its one changeover included.
    package var onDemandCost: Money {
        self.onDemandPrice.perHour(forMilliseconds: (self.computation + self.changeover).milliseconds)
    }

    /// What the two kinds of machines cost together.
    package func cost(spot: TimeSpan, onDemand: TimeSpan) -> Money {
        self.spotPrice.perHour(forMilliseconds: spot.milliseconds)
            + self.onDemandPrice.perHour(forMilliseconds: onDemand.milliseconds)
    }
}

/// How much more than all on demand a job may cost in the worst case.
package enum SpotAllowance: Sendable, Hashable {
    /// The larger of 5 % of the computation and two changeovers. Less than two (one to spot, one back) forbids any try;
    /// 5 % changed the mean cost by less than 0.5 % of all on demand in every setting of `docs/benchmarks.md`.
    case usual
    /// This much time of an on-demand machine.
    case span(TimeSpan)
    /// The rules of the paper: they bound the time that may be wasted (deadline − computation), and not the money.
    case unbounded

    fileprivate func span(computation: TimeSpan, changeover: TimeSpan) -> TimeSpan? {
        switch self {
        case .usual: max(TimeSpan(milliseconds: computation.milliseconds / 20), changeover + changeover)
        case .span(let span): span
        case .unbounded: nil
        }
    }
}

/// Why a job cannot run on spot machines with a deadline.
package enum SpotError: Fault, Hashable {
    case badSpan(name: String, span: TimeSpan)
    case badPrice(name: String, price: Money)
    case deadlineTooTight(deadline: TimeSpan, earliest: TimeSpan)

    package var kind: FaultKind { .invalid }

    package var message: String {
        switch self {
        case .badSpan(let name, let span):
            "The \(name) of \(span) is below zero, nothing at all, or above ten years. Write one such as 90s, 15m or 2h."
        case .badPrice(let name, let price):
            "The \(name) price of \(price) per hour is not positive. Give the price of the offer."
        case .deadlineTooTight(let deadline, let earliest):
            "The deadline of \(deadline) cannot be met: an on-demand machine started now ends after \(earliest). "
                + "Set the deadline to \(earliest) or later, or ask for a faster machine."
        }
    }
}
