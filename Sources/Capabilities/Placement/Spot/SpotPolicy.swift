import Kernel

/// How a job with a deadline spreads its work over time; the rules that keep the deadline are the same for all.
///
/// Source: Wu et al., *Can't Be Late: Optimizing Spot Instance Savings under Deadlines* (NSDI 2024), §3 and §5.
package enum SpotPolicy: Sendable, Hashable {
    /// Never spot: what all is compared with.
    case onDemandOnly
    /// Waits for spot as long as the deadline allows, then on demand to the end (§3.4).
    case greedy
    /// Greedy in each of so many equal slices of the time, each with its share of the work (§5.1).
    case timeSliced(Int)
    /// Work done never falls behind an even pace, with hysteresis (§5.2); it has no parameter.
    case uniformProgress

    /// Whether an idle job must take an on-demand machine now although the deadline itself would let it wait.
    func mustRun(_ terms: SpotTerms, at now: TimeSpan, done: TimeSpan) -> Bool {
        switch self {
        case .onDemandOnly: return true
        case .greedy: return false
        case .timeSliced(let slices):
            let slice = Slice(terms, count: slices, at: now)
            let missing = slice.work - done
            return missing > .zero && slice.end - now < missing + terms.changeover + terms.changeover + terms.tick
        case .uniformProgress: return done < Self.expected(terms, at: now)
        }
    }

    /// Whether a job on an on-demand machine has done enough to leave it.
    func mayLeaveOnDemand(_ terms: SpotTerms, at now: TimeSpan, done: TimeSpan) -> Bool {
        switch self {
        case .onDemandOnly, .greedy: false
        // An urgent slice stays urgent until its work is done or the next one begins.
        case .timeSliced: !self.mustRun(terms, at: now, done: done)
        case .uniformProgress: done >= Self.expected(terms, at: now + terms.changeover + terms.changeover)
        }
    }

    /// `ep(t) = C(0) · t ⁄ R(0)`: what an even pace has done by `now`, rounded up to the millisecond.
    static func expected(_ terms: SpotTerms, at now: TimeSpan) -> TimeSpan {
        let work = Int128(terms.computation.milliseconds) * Int128(min(now, terms.deadline).milliseconds)
        let span = Int128(terms.deadline.milliseconds)
        return TimeSpan(milliseconds: Int64((work + span - 1) / span))
    }

    /// The slice of time that holds a moment: when it ends, and what must be done by then.
    private struct Slice {
        let end: TimeSpan
        let work: TimeSpan

        init(_ terms: SpotTerms, count: Int, at now: TimeSpan) {
            precondition(count > 0, "time has at least one slice")
            let span = Int128(terms.deadline.milliseconds)
            let number = min(Int128(count), Int128(now.milliseconds) * Int128(count) / span + 1)
            self.end = TimeSpan(milliseconds: Int64(span * number / Int128(count)))
            self.work = SpotPolicy.expected(terms, at: self.end)
        }
    }
}
