package import Kernel

/// The least that a job with a deadline can cost for whoever knows the whole availability trace beforehand.
///
/// Exact by dynamic programming over (step, steps of work left, machine): the paper's Omniscient policy, which it states as
/// an integer program (§5.3). It starts and leaves machines at the starts of steps, as the simulation does, so no policy can
/// cost less on the same trace. A changeover is one move: giving up in the middle of one never pays.
///
/// - Complexity: O(deadline · computation) time and O(changeover · computation) memory, all counted in steps.
package struct SpotClairvoyant: Sendable {
    private static let never = Int64.max / 4

    private let terms: SpotTerms
    private let isAvailable: [Bool]
    private let changeover: Int
    private let work: Int
    private let steps: Int

    /// The cheapest rest of a job that stands still, or runs on a machine whose changeover is over.
    private struct Rest {
        var idle = SpotClairvoyant.never
        var spot = SpotClairvoyant.never
        var onDemand = SpotClairvoyant.never
    }

    /// - Parameter isAvailable: one value for each step; what is missing at the end counts as no capacity.
    package init(terms: SpotTerms, step: TimeSpan, isAvailable: [Bool]) {
        for span in [terms.computation, terms.deadline, terms.changeover] {
            precondition(span.milliseconds % step.milliseconds == 0, "times are whole numbers of steps")
        }
        let steps = Int(terms.deadline.milliseconds / step.milliseconds)
        self.terms = terms
        self.steps = steps
        self.work = Int(terms.computation.milliseconds / step.milliseconds)
        self.changeover = Int(terms.changeover.milliseconds / step.milliseconds)
        self.isAvailable = (0..<steps).map { $0 < isAvailable.count && isAvailable[$0] }
    }

    /// The least time on spot and on-demand machines, weighed by their prices; step is that of the trace.
    package func cost(step: TimeSpan) -> Money {
        // A layer is needed for as long as a changeover reaches; the one of the next step is always among them.
        var layers = Array(repeating: self.endLayer, count: self.changeover + 1)
        var reach = 0
        for now in stride(from: self.steps - 1, through: 0, by: -1) {
            reach = self.isAvailable[now] ? reach + 1 : 0
            let layer = self.layer(at: now, reach: reach, later: layers)
            layers.removeLast()
            layers.insert(layer, at: 0)
        }
        let units = layers[0][self.work].idle
        precondition(units < Self.never, "terms keep the deadline on demand")
        return Money(nanodollars: units).perHour(forMilliseconds: step.milliseconds)
    }

    /// At the deadline all work must be done.
    private var endLayer: [Rest] {
        var layer = Array(repeating: Rest(), count: self.work + 1)
        layer[0] = Rest(idle: 0, spot: 0, onDemand: 0)
        return layer
    }

    /// - Parameters:
    ///   - reach: for how many steps from `now` on there is capacity.
    ///   - later: the layers of the steps now + 1, now + 2, … now + changeover + 1.
    private func layer(at now: Int, reach: Int, later: [[Rest]]) -> [Rest] {
        let spotPrice = self.terms.spotPrice.nanodollars
        let onDemandPrice = self.terms.onDemandPrice.nanodollars
        let wait = Int64(self.changeover)
        let canStart = now + self.changeover <= self.steps
        let next = later[0]
        let started = later[max(0, self.changeover - 1)]
        var layer = Array(repeating: Rest(), count: self.work + 1)
        layer[0] = Rest(idle: 0, spot: 0, onDemand: 0)
        for left in 1...self.work {
            let goOnSpot = reach > 0 ? spotPrice + next[left - 1].spot : Self.never
            let goOnDemand = onDemandPrice + next[left - 1].onDemand
            var idle = next[left].idle
            if self.changeover == 0 {
                idle = min(idle, goOnSpot, goOnDemand)
            } else if canStart {
                if reach >= self.changeover { idle = min(idle, wait * spotPrice + started[left].spot) }
                idle = min(idle, wait * onDemandPrice + started[left].onDemand)
            }
            idle = min(idle, Self.never)
            layer[left] = Rest(idle: idle, spot: min(goOnSpot, idle), onDemand: min(goOnDemand, idle))
        }
        return layer
    }
}
