/// Finds the best choice of one option for each task of a graph, and proves it where it can.
///
/// Knows integers only: no names, no offers, no clock. It fails by `PlacementInfeasibility` when limits cannot be kept, and
/// never by running out of work: then it returns the best choice it has with a proven bound. The same problem gives the
/// same answer as long as `isOut` stays false, because every limit of its own counts work, not time.
package struct PlacementSolver: Sendable {
    /// What the search may take before it returns what it has.
    package struct Limits: Sendable {
        /// Additions of an elimination that is tried at once; 20 million take about 20 ms.
        package var directWork: Int64 = 20_000_000
        /// Additions of an elimination that is tried after bounds have removed what they can; about one second.
        package var eliminationWork: Int64 = 1_000_000_000
        /// Additions of the whole search; a few seconds.
        package var totalWork: Int64 = 4_000_000_000
        /// Entries of all tables at once; 8 million are 64 MB.
        package var tableEntries: Int64 = 8_000_000

        package init() {}
    }

    let limits: Limits

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// - Parameter isOut: asked now and then; once it says true the search returns what it has.
    /// - Throws: when the limits cannot be kept, or no choice that keeps them was found in time.
    package func solve(
        _ problem: PlacementProblem, isOut: @escaping () -> Bool = { false }
    ) throws(PlacementInfeasibility) -> PlacementSolution {
        problem.validate()
        let meter = WorkMeter(limit: self.limits.totalWork, isOut: isOut)
        let network = try CostNetwork(problem)
        let outcome = WeightSearch.solve(network, of: problem, limits: self.limits, meter: meter)
        if outcome.choice == nil, outcome.bound >= CostNetwork.forbidden { throw .taskLimits }
        if problem.goal == .weight {
            if let choice = outcome.choice, problem.keepsLimits(choice) {
                return PlacementSolution(problem, choice, weightBound: outcome.bound, isOptimal: outcome.isProven)
            }
            if let budget = problem.budget, problem.isWeightCost { try Self.check(problem, outcome, budget) }
        }
        return try ScheduleSearch(problem, weightBound: outcome.bound, limits: self.limits, meter: meter).solve()
    }

    /// Where the weight is the cost, the least weight is the least cost: no more can be had for the budget.
    private static func check(
        _ problem: PlacementProblem, _ outcome: WeightSearch.Outcome, _ budget: Int64
    ) throws(PlacementInfeasibility) {
        guard let choice = outcome.choice else { throw .unproven }
        let totals = problem.totals(of: choice)
        if outcome.isProven, totals.unknownTransfers > 0 { throw .unknownPrices(transfers: totals.unknownTransfers) }
        if outcome.bound > budget { throw .budget(least: outcome.bound, isExact: outcome.isProven) }
    }
}

extension PlacementSolution {
    /// - Parameter weightBound: with unknown prices counted as the ceiling.
    init(_ problem: PlacementProblem, _ choice: [Int], weightBound: Int64, isOptimal: Bool) {
        let totals = problem.totals(of: choice)
        let known = weightBound - problem.ceiling * Int64(totals.unknownTransfers)
        self.init(choice: choice, totals: totals, bound: max(0, known), isOptimal: isOptimal)
    }

    /// - Parameter timeBound: milliseconds.
    init(_ problem: PlacementProblem, _ choice: [Int], timeBound: Int64, isOptimal: Bool) {
        self.init(choice: choice, totals: problem.totals(of: choice), bound: timeBound, isOptimal: isOptimal)
    }
}
