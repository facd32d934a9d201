/// The least weight of a network: by elimination when its tables are small, else by bounds that remove labels until they
/// are, else by branch and bound.
struct WeightSearch {
    /// What was found, and how sure it is.
    struct Outcome {
        /// For each task the option; nil when none was found.
        var choice: [Int]?
        /// Of the choice, as the network weighs; `forbidden` without one.
        var weight: Int64
        /// No choice weighs less; `forbidden` when there is none.
        var bound: Int64

        var isProven: Bool { self.bound >= self.weight }
    }

    /// Passes of the bound before the search gives up on it.
    private static let mostPasses = 60
    /// Passes between two attempts to remove labels.
    private static let passesBetweenCuts = 3
    /// Passes of the bound that an elimination may cost before the bound is tried first.
    private static let worthOfPasses: Int64 = 10

    private let problem: PlacementProblem
    private let limits: PlacementSolver.Limits
    private let meter: WorkMeter
    private var network: CostNetwork
    private var best: (choice: [Int], weight: Int64)?

    static func solve(
        _ network: CostNetwork, of problem: PlacementProblem, limits: PlacementSolver.Limits, meter: WorkMeter
    ) -> Outcome {
        var search = WeightSearch(problem: problem, limits: limits, meter: meter, network: network)
        return search.run()
    }

    private init(
        problem: PlacementProblem, limits: PlacementSolver.Limits, meter: WorkMeter, network: CostNetwork
    ) {
        self.problem = problem
        self.limits = limits
        self.meter = meter
        self.network = network
    }

    private mutating func run() -> Outcome {
        let order = EliminationOrder(self.network)
        if self.isWorth(order), let outcome = self.eliminated(order) { return outcome }
        self.offer(Descent(self.network).start())
        return self.bounded()
    }

    private func isWorth(_ order: EliminationOrder) -> Bool {
        guard self.fits(order) else { return false }
        if order.work <= self.limits.directWork { return true }
        return order.work / Self.worthOfPasses <= Reparametrisation(self.network).workOfPass
    }

    private func fits(_ order: EliminationOrder) -> Bool {
        order.work <= min(self.limits.eliminationWork, self.meter.rest) && order.entries <= self.limits.tableEntries
    }

    /// Nil when the work ran out, or when what the network knows of the limits was not all: its least weight is then only
    /// a bound.
    private mutating func eliminated(_ order: EliminationOrder) -> Outcome? {
        switch Elimination.solve(self.network, order: order, meter: self.meter) {
        case .out: return nil
        case .infeasible: return self.outcome(bound: self.best?.weight ?? CostNetwork.forbidden)
        case .solved(let labels, let weight):
            self.offer(labels)
            return self.network.isRelaxed && self.best?.weight != weight ? nil : self.outcome(bound: weight)
        }
    }

    /// Tightens the bound and removes labels, until tables fit or nothing more is to be had.
    private mutating func bounded() -> Outcome {
        var weights = Reparametrisation(self.network)
        for pass in 1...Self.mostPasses {
            guard self.meter.spend(2 * weights.workOfPass) else { break }
            let before = weights.bound
            self.offer(Descent(self.network).improved(weights.pass()))
            if let best = self.best, weights.bound >= best.weight { return self.outcome(bound: best.weight) }
            guard pass % Self.passesBetweenCuts == 0 else { continue }
            self.cut(&weights)
            let order = EliminationOrder(self.network)
            if self.fits(order), order.work <= self.limits.directWork || pass == Self.mostPasses,
                let outcome = self.eliminated(order)
            {
                return outcome
            }
            if self.isStalled(before, weights.bound) { break }
        }
        let order = EliminationOrder(self.network)
        if self.fits(order), let outcome = self.eliminated(order) { return outcome }
        return self.branched(weights)
    }

    /// Less than a ten-thousandth of the gap was closed.
    private func isStalled(_ before: Int64, _ after: Int64) -> Bool {
        guard let best = self.best else { return before == after }
        return after - before < max(1, (best.weight - after) / 10_000)
    }

    /// Removes what the bound and dead ends rule out. A tie with the best solution stays, so that elimination finds the
    /// first of equals.
    private mutating func cut(_ weights: inout Reparametrisation) {
        guard let best = self.best else { return }
        weights.restrict(to: weights.labels(within: best.weight))
        weights.restrict(to: DeadEnd.survivors(weights.network))
        self.network = weights.network
    }

    private mutating func branched(_ weights: Reparametrisation) -> Outcome {
        var search = BranchAndBound(weights, of: self.problem, best: self.best, meter: self.meter)
        search.run()
        self.best = search.best
        let weight = self.best?.weight ?? CostNetwork.forbidden
        return self.outcome(bound: search.isComplete ? weight : min(weight, weights.bound))
    }

    /// Takes the labels as the best solution when they keep all limits and weigh less.
    private mutating func offer(_ labels: [Int]) {
        let weight = self.network.weight(of: labels)
        guard weight < self.best?.weight ?? CostNetwork.forbidden else { return }
        let choice = self.network.choice(labels)
        if self.network.isRelaxed, self.problem.firstBreach(choice) != nil { return }
        self.best = (choice, weight)
    }

    private func outcome(bound: Int64) -> Outcome {
        Outcome(
            choice: self.best?.choice,
            weight: self.best?.weight ?? CostNetwork.forbidden, bound: bound)
    }
}
