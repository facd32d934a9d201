package import Contract
package import Kernel

/// Decides which of several candidates becomes champion.
///
/// The best by the metric wins if it is told apart from each other one. Two are told apart when the 95 % interval of their paired
/// difference does not contain 0 or, where no difference was measured, when their own intervals do not overlap (which is
/// stricter: non-overlap of two 95 % intervals is about a 99 % test). Of the best and those that are not told apart from it
/// the cheapest to train wins. Candidates without any interval are compared by value, and the sentence says so.
package struct RegistrationDecision: Sendable, Hashable {
    /// One candidate, as far as the decision needs it.
    package struct Entry: Sendable, Hashable {
        package var variant: String?
        package var metric: MetricSummary
        package var cost: Money

        package init(variant: String? = nil, metric: MetricSummary, cost: Money) {
            self.variant = variant
            self.metric = metric
            self.cost = cost
        }
    }

    /// Why the champion is the champion.
    package enum Evidence: Sendable, Hashable {
        /// There was no other.
        case alone
        /// It is told apart from the runner-up; with their paired difference, if it was measured.
        case clear(difference: MetricSummary?)
        /// It is better by value; no interval was measured.
        case withoutIntervals
        /// It is the cheapest of those that are not told apart from the best; `against` is one that it is preferred to.
        case notEnough(against: Int, difference: MetricSummary?)
    }

    /// Positions in what was given.
    package let champion: Int
    /// The best of the others; nil when there is none.
    package let challenger: Int?
    package let evidence: Evidence

    /// - Parameters:
    ///   - entries: at least one.
    ///   - difference: the paired difference of two positions, if it was measured; its sign does not matter.
    package init(entries: [Entry], higherIsBetter: Bool, difference: (Int, Int) -> MetricSummary?) {
        precondition(!entries.isEmpty, "a decision needs a candidate")
        func isBetter(_ a: Int, _ b: Int) -> Bool {
            let (x, y) = (entries[a].metric.value, entries[b].metric.value)
            if x != y { return higherIsBetter ? x > y : x < y }
            return (entries[a].cost, a) < (entries[b].cost, b)
        }
        let ranked = entries.indices.sorted(by: isBetter)
        let best = ranked[0]
        let close = ranked.dropFirst().filter { other in
            Self.areApart(entries[best].metric, entries[other].metric, difference(best, other)) == false
        }
        let champion = ([best] + close).min {
            (entries[$0].cost, $0 == best ? 0 : 1) < (entries[$1].cost, $1 == best ? 0 : 1)
        }
        self.champion = champion ?? best
        self.challenger = ranked.first { $0 != (champion ?? best) }
        if let rival = close.first {
            let other = self.champion == best ? rival : best
            self.evidence = .notEnough(against: other, difference: difference(self.champion, other))
        } else if let challenger = self.challenger {
            let measured = difference(best, challenger)
            let isMeasured = Self.areApart(entries[best].metric, entries[challenger].metric, measured) != nil
            self.evidence = isMeasured ? .clear(difference: measured) : .withoutIntervals
        } else {
            self.evidence = .alone
        }
    }

    /// Nil when there is nothing to tell by.
    private static func areApart(_ a: MetricSummary, _ b: MetricSummary, _ difference: MetricSummary?) -> Bool? {
        if let low = difference?.low, let high = difference?.high { return low > 0 || high < 0 }
        guard let lowA = a.low, let highA = a.high, let lowB = b.low, let highB = b.high else { return nil }
        return lowA > highB || lowB > highA
    }
}
