package import Kernel

/// What a job with a deadline will cost on spot machines, by simulation on seeded traces of a stated process.
///
/// It is an estimate for the process that was named, not a promise about a cloud: real capacity has no such law.
package struct SpotEstimate: Sendable, Hashable {
    package let runs: Int
    /// Ends after the deadline; 0 whatever the traces are.
    package let deadlineMisses: Int
    package let meanCost: Money
    package let worstCost: Money
    /// Mean of the cost over that of one on-demand machine from start to end; 0.4 saves 60 %.
    package let meanOverOnDemand: Double
    package let worstOverOnDemand: Double
    /// Runs that cost more than all on demand.
    package let dearerThanOnDemand: Int
    /// Mean cost over the mean of the least possible cost on the same traces, ≥ 1; nil when it was not asked for.
    package let overClairvoyant: Double?
    /// The least possible cost over that of all on demand; nil when it was not asked for.
    package let clairvoyantOverOnDemand: Double?
    /// The share of steps with capacity in the traces, until the deadline.
    package let availability: Double

    /// Simulates `runs` jobs, each on its own trace, and looks at the job at every tick.
    ///
    /// - Parameters:
    ///   - seed: the traces have the seeds `seed`, `seed + 1`, … so that two policies meet the same ones.
    ///   - withClairvoyant: also computes the least possible cost, for which the computation, the deadline and the changeover
    ///     must be whole ticks, in time O(runs · deadline · computation) counted in ticks.
    /// - Complexity: O(runs · deadline ⁄ tick) without it.
    package static func expectedCost(
        _ terms: SpotTerms, process: SpotProcess, policy: SpotPolicy = .uniformProgress, runs: Int, seed: UInt64,
        withClairvoyant: Bool = false
    ) -> SpotEstimate {
        precondition(runs > 0, "an estimate needs at least one run")
        let simulation = SpotSimulation(terms: terms, step: terms.tick)
        var tally = Tally()
        for number in 0..<runs {
            let trace = process.trace(length: terms.deadline, step: terms.tick, seed: seed &+ UInt64(number))
            let outcome = simulation.run(SpotMachine(terms: terms, policy: policy), on: trace)
            tally.add(outcome, trace, terms)
            guard withClairvoyant else { continue }
            tally.clairvoyant +=
                SpotClairvoyant(terms: terms, step: terms.tick, isAvailable: trace.isAvailable).cost(step: terms.tick)
        }
        return SpotEstimate(tally, runs: runs, terms: terms, withClairvoyant: withClairvoyant)
    }

    private struct Tally {
        var cost = Money.zero
        var worst = Money.zero
        var clairvoyant = Money.zero
        var misses = 0
        var dearer = 0
        var availability = 0.0

        mutating func add(_ outcome: SpotSimulation.Outcome, _ trace: SpotTrace, _ terms: SpotTerms) {
            self.cost += outcome.cost
            self.worst = max(self.worst, outcome.cost)
            self.availability += trace.availability
            if !outcome.meets(terms.deadline) { self.misses += 1 }
            if outcome.cost > terms.onDemandCost { self.dearer += 1 }
        }
    }

    private init(_ tally: Tally, runs: Int, terms: SpotTerms, withClairvoyant: Bool) {
        let onDemand = Double(terms.onDemandCost.nanodollars)
        let mean = Double(tally.cost.nanodollars) / Double(runs)
        let least = Double(tally.clairvoyant.nanodollars) / Double(runs)
        self.runs = runs
        self.deadlineMisses = tally.misses
        self.meanCost = Money(nanodollars: Int64(mean.rounded()))
        self.worstCost = tally.worst
        self.meanOverOnDemand = mean / onDemand
        self.worstOverOnDemand = Double(tally.worst.nanodollars) / onDemand
        self.dearerThanOnDemand = tally.dearer
        self.overClairvoyant = withClairvoyant ? mean / least : nil
        self.clairvoyantOverOnDemand = withClairvoyant ? least / onDemand : nil
        self.availability = tally.availability / Double(runs)
    }
}
