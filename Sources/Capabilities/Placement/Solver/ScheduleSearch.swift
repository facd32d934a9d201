/// Weight and time together: the least weight within a deadline or a budget of another quantity, or the least makespan.
///
/// First what is cheap to know: the fastest choice and the cheapest one, which also say how far a limit would have to give.
/// Then a Lagrangian relaxation removes labels, and label setting finishes: exact staircases on forests, else states over
/// the open tasks.
struct ScheduleSearch {
    typealias Best = (choice: [Int], weight: Int64, makespan: Int64)

    private let problem: PlacementProblem
    private let limits: PlacementSolver.Limits
    private let meter: WorkMeter
    private let network: CostNetwork
    private let timing: Timing
    /// No solution weighs less, whatever its time.
    private let weightBound: Int64

    init(
        _ problem: PlacementProblem, weightBound: Int64, limits: PlacementSolver.Limits, meter: WorkMeter
    ) throws(PlacementInfeasibility) {
        self.problem = problem
        self.limits = limits
        self.meter = meter
        self.weightBound = weightBound
        let dimensions = CostNetwork.Dimensions(cost: problem.hasBudgetBesidesWeight, duration: true)
        self.network = try CostNetwork(problem, dimensions: dimensions)
        self.timing = Timing(problem, self.network)
    }

    func solve() throws(PlacementInfeasibility) -> PlacementSolution {
        let cheapest = try self.cheapest()
        let fastest = self.fastest()
        if let deadline = self.problem.deadline, fastest.bound > deadline {
            throw .deadline(least: fastest.bound, isExact: fastest.best?.makespan == fastest.bound)
        }
        switch self.problem.goal {
        case .time: return try self.leastTime(fastest, cheapest)
        case .weight: return try self.leastWeight([fastest.best, cheapest])
        }
    }

    /// The cheapest choice when a budget limits another quantity than the weight.
    private func cheapest() throws(PlacementInfeasibility) -> Best? {
        guard let budget = self.problem.budget else { return nil }
        let costs = self.network.reweighed(self.problem, minimising: .cost)
        let outcome = WeightSearch.solve(costs, of: self.problem, limits: self.limits, meter: self.meter)
        guard let choice = outcome.choice else {
            throw outcome.bound >= CostNetwork.forbidden ? .taskLimits : .unproven
        }
        let totals = self.problem.totals(of: choice)
        if outcome.isProven, totals.unknownTransfers > 0 { throw .unknownPrices(transfers: totals.unknownTransfers) }
        if outcome.bound > budget { throw .budget(least: outcome.bound, isExact: outcome.isProven) }
        return self.best(choice)
    }

    private func best(_ choice: [Int]) -> Best {
        let totals = self.problem.totals(of: choice)
        return (choice, totals.weight + self.problem.ceiling * Int64(totals.unknownTransfers), totals.makespan)
    }

    /// A choice within the deadline for the least weight to start from; else the shortest choice there is, without deadline
    /// and budget, and the least that any can take.
    private func fastest() -> (best: Best?, bound: Int64) {
        let quick = TimeDescent(self.problem, self.network, self.timing).run(meter: self.meter).map { self.best($0) }
        if self.problem.goal == .weight, let quick, quick.makespan <= self.problem.deadline ?? .max {
            return (quick, self.timing.bound)
        }
        if let tree = TreeSchedule(self.network, self.timing, latest: .max / 4, meter: self.meter, timeOnly: true),
            let earliest = tree.earliest, let labels = tree.labels(within: earliest)
        {
            return (self.best(self.network.choice(labels)), earliest)
        }
        var free = self.problem
        free.deadline = nil
        free.budget = nil
        free.goal = .time
        let target = Labels.Target(goal: .time, deadline: .max, budget: .max)
        var labels = Labels(
            free, self.network, costs: nil, relaxation: nil, timing: self.timing, target: target, best: quick,
            meter: self.meter)
        labels.run()
        let bound = labels.isComplete ? labels.best?.makespan ?? self.timing.bound : self.timing.bound
        return (labels.best, max(bound, self.timing.bound))
    }

    private func leastTime(
        _ fastest: (best: Best?, bound: Int64), _ cheapest: Best?
    ) throws(PlacementInfeasibility) -> PlacementSolution {
        let target = Labels.Target(
            goal: .time, deadline: self.problem.deadline ?? .max, budget: self.problem.budget ?? .max)
        let allowed = [fastest.best, cheapest].compactMap { $0 }.filter { self.problem.keepsLimits($0.choice) }
        let first = allowed.min { ($0.makespan, $0.weight) < ($1.makespan, $1.weight) }
        // Without a budget only the weight among equally fast ones may be open.
        if self.problem.budget == nil, let first, first.makespan == fastest.bound {
            let within = try? self.leastWeight(within: first.makespan, [first])
            let choice = within?.choice ?? first.choice
            return PlacementSolution(
                self.problem, choice, timeBound: fastest.bound, isOptimal: within?.isOptimal ?? false)
        }
        let costs = self.problem.budget.map { _ in self.network.reweighed(self.problem, minimising: .cost) }
        var labels = Labels(
            self.problem, self.network, costs: costs, relaxation: nil, timing: self.timing, target: target, best: first,
            meter: self.meter)
        labels.run()
        guard let best = labels.best else { throw self.failure(labels.isComplete) }
        return PlacementSolution(
            self.problem, best.choice, timeBound: labels.isComplete ? best.makespan : fastest.bound,
            isOptimal: labels.isComplete)
    }

    private func leastWeight(_ known: [Best?]) throws(PlacementInfeasibility) -> PlacementSolution {
        try self.leastWeight(within: self.problem.deadline ?? .max / 4, known.compactMap { $0 })
    }

    private func leastWeight(
        within deadline: Int64, _ known: [Best]
    ) throws(PlacementInfeasibility) -> PlacementSolution {
        var problem = self.problem
        problem.goal = .weight
        problem.deadline = deadline
        let first = known.filter { problem.keepsLimits($0.choice) }.min { $0.weight < $1.weight }
        var relaxation = DeadlineRelaxation(
            problem, self.network, self.timing, deadline: deadline, bound: self.weightBound, best: first,
            limits: self.limits, meter: self.meter)
        if self.problem.deadline != nil || self.problem.goal == .time { relaxation.run() }
        if relaxation.isClosed, let best = relaxation.best {
            return PlacementSolution(self.problem, best.choice, weightBound: best.weight, isOptimal: true)
        }
        if !self.problem.hasBudgetBesidesWeight,
            let tree = TreeSchedule(
                relaxation.network, relaxation.timing, latest: deadline, meter: self.meter, timeOnly: false)
        {
            return try self.settled(tree.labels(within: deadline).map(relaxation.network.choice), relaxation, problem)
        }
        return try self.labelled(relaxation, problem)
    }

    /// What a forest's staircases gave is the optimum; it may be above the budget.
    private func settled(
        _ choice: [Int]?, _ relaxation: DeadlineRelaxation, _ problem: PlacementProblem
    ) throws(PlacementInfeasibility) -> PlacementSolution {
        guard let choice else {
            guard let best = relaxation.best else { throw .taskLimits }
            return PlacementSolution(self.problem, best.choice, weightBound: best.weight, isOptimal: true)
        }
        let best = self.best(choice)
        if !problem.keepsLimits(choice) { throw .deadlineWithBudget(leastCost: best.weight, isExact: true) }
        return PlacementSolution(self.problem, choice, weightBound: best.weight, isOptimal: true)
    }

    private func labelled(
        _ relaxation: DeadlineRelaxation, _ problem: PlacementProblem
    ) throws(PlacementInfeasibility) -> PlacementSolution {
        let hasBudget = self.problem.hasBudgetBesidesWeight
        let costs = hasBudget ? relaxation.network.reweighed(problem, minimising: .cost) : nil
        let target = Labels.Target(
            goal: .weight, deadline: problem.deadline ?? .max, budget: hasBudget ? problem.budget ?? .max : .max)
        var labels = Labels(
            problem, relaxation.network, costs: costs, relaxation: relaxation.relaxation, timing: relaxation.timing,
            target: target, best: relaxation.best, meter: self.meter)
        labels.run()
        let bound = max(relaxation.bound, labels.bound)
        guard let best = labels.best else {
            if let budget = self.problem.budget, !hasBudget, bound > budget {
                throw .deadlineWithBudget(leastCost: bound, isExact: false)
            }
            throw self.failure(labels.isComplete, leastCost: bound)
        }
        return PlacementSolution(
            self.problem, best.choice, weightBound: labels.isComplete ? best.weight : min(bound, best.weight),
            isOptimal: labels.isComplete || bound >= best.weight)
    }

    /// Each limit can be kept by itself; a complete search says that not both can.
    private func failure(_ isComplete: Bool, leastCost: Int64? = nil) -> PlacementInfeasibility {
        guard isComplete, let budget = self.problem.budget else { return .unproven }
        return .deadlineWithBudget(leastCost: max(budget, leastCost ?? 0), isExact: false)
    }
}

extension PlacementProblem {
    /// Whether weight and cost are the same number on every option and edge.
    var isWeightCost: Bool {
        self.weightPerCost.numerator == self.weightPerCost.denominator
            && self.options.allSatisfy { $0.allSatisfy { $0.weight == $0.cost } }
    }

    /// Whether a budget is more than a limit of what is minimised anyway.
    var hasBudgetBesidesWeight: Bool { self.budget != nil && (self.goal == .time || !self.isWeightCost) }
}
