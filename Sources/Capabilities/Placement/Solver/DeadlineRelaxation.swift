/// A lower bound of the weight within a deadline, and solutions near it: time gets a price instead of a limit.
///
/// On any path, the durations and transfers add up to no more than the makespan. So with prices per millisecond that form a
/// flow along paths of total price Λ, no solution in time weighs less than the least priced weight minus Λ × deadline. The
/// prices rise along the longest path while solutions are late; between late and early ones the interval is halved, which
/// on a chain finds the best bound there is. Every bound is valid, the best one is kept.
/// Source: Handler, Zang, *A dual algorithm for the constrained shortest path problem*, Networks 10 (1980).
struct DeadlineRelaxation {
    private static let rounds = 20
    /// Passes of the bound for a priced network that is too wide to be solved.
    private static let passes = 6
    /// Rounds between two attempts to remove labels.
    private static let roundsBetweenCuts = 4

    private let problem: PlacementProblem
    /// With the labels that may still be better than the best.
    private(set) var network: CostNetwork
    private(set) var timing: Timing
    private let deadline: Int64
    private let limits: PlacementSolver.Limits
    private let meter: WorkMeter
    private var prices: CostNetwork.TimePrices
    private var total: Int64 = 0
    /// The last prices whose solution was late, and the last whose solution was in time.
    private var late: (prices: CostNetwork.TimePrices, total: Int64)?
    private var early: (prices: CostNetwork.TimePrices, total: Int64)?
    /// The prices with the best bound, and the priced network they gave it to.
    private var bestPrices: (prices: CostNetwork.TimePrices, total: Int64, network: CostNetwork)?
    private(set) var bound: Int64
    /// The best solution in time.
    private(set) var best: (choice: [Int], weight: Int64, makespan: Int64)?

    /// - Parameter bound: of the weight without a deadline.
    init(
        _ problem: PlacementProblem, _ network: CostNetwork, _ timing: Timing, deadline: Int64, bound: Int64,
        best: (choice: [Int], weight: Int64, makespan: Int64)?, limits: PlacementSolver.Limits, meter: WorkMeter
    ) {
        self.problem = problem
        self.network = network
        self.timing = timing
        self.deadline = deadline
        self.bound = bound
        self.best = best
        self.limits = limits
        self.meter = meter
        let nothing = [Int64](repeating: 0, count: network.variables.count)
        self.prices = CostNetwork.TimePrices(tasks: nothing, edges: problem.edges.map { _ in 0 })
    }

    mutating func run() {
        for round in 0..<Self.rounds {
            let priced = self.network.reweighed(
                self.problem, minimising: .weight, timePrices: self.prices, onePerLocation: self.hasSharedLinks)
            guard let (found, weight) = self.solve(priced) else { return }
            let labels = self.labels(of: priced.choice(found))
            let (offset, overflow) = self.total.multipliedReportingOverflow(by: self.deadline)
            guard !overflow, offset < CostNetwork.forbidden else { return }
            if weight - offset > self.bound || self.bestPrices == nil {
                self.bound = max(self.bound, weight - offset)
                self.bestPrices = (self.prices, self.total, priced)
            }
            let schedule = self.timing.schedule(labels)
            self.offer(labels, schedule.makespan)
            if schedule.makespan > self.deadline {
                self.late = (self.prices, self.total)
                if !self.halve() { self.raise(schedule.tasks, schedule.arcs, by: self.step(schedule.makespan)) }
            } else {
                self.early = (self.prices, self.total)
                if !self.halve() { break }
            }
            if self.isClosed { return }
            if round % Self.roundsBetweenCuts == Self.roundsBetweenCuts - 1 { self.cut() }
        }
        self.cut()
    }

    /// Whether the best solution is known to be that.
    var isClosed: Bool { self.best.map { $0.weight <= self.bound } ?? false }

    /// Whether what links weigh depends on locations only.
    private var hasSharedLinks: Bool { self.problem.taskLimits.isEmpty }

    /// The labels that stand for a choice of options.
    private func labels(of choice: [Int]) -> [Int] {
        zip(self.network.variables, choice).map { variable, option in
            variable.options.firstIndex(of: Int32(option)) ?? 0
        }
    }

    /// The best prices over all labels that are left; nil when there are none.
    var relaxation: Labels.Relaxation? {
        self.bestPrices.map { best in
            Labels.Relaxation(
                network: self.network.reweighed(self.problem, minimising: .weight, timePrices: best.prices),
                offset: best.total * self.deadline)
        }
    }

    /// Removes the labels with which no solution in time is lighter than the best.
    private mutating func cut() {
        guard let best = self.best, let prices = self.bestPrices else { return }
        var weights = Reparametrisation(prices.network)
        for _ in 0..<Self.passes where self.meter.spend(2 * weights.workOfPass) { _ = weights.pass() }
        let slack = best.weight + prices.total * self.deadline - weights.bound
        let kept = self.kept(weights.excess, slack, prices.prices, prices.network)
        guard kept.allSatisfy({ !$0.isEmpty }) else {
            self.bound = best.weight
            return
        }
        self.network = self.network.restricted(to: kept)
        self.timing = Timing(self.problem, self.network)
        let priced = self.network.reweighed(
            self.problem, minimising: .weight, timePrices: prices.prices, onePerLocation: self.hasSharedLinks)
        self.bestPrices = (prices.prices, prices.total, priced)
    }

    /// The labels whose excess is within the slack. A label that its priced network left out weighs more than the one at
    /// the same location that it kept, by the difference of their weights.
    private func kept(
        _ excess: [ContiguousArray<Int64>], _ slack: Int64, _ prices: CostNetwork.TimePrices, _ priced: CostNetwork
    ) -> [ContiguousArray<Int>] {
        self.network.variables.enumerated().map { task, variable in
            let kept = priced.variables[task]
            var positions = [Int32: Int]()
            for (position, location) in kept.locations.enumerated() { positions[location] = position }
            return ContiguousArray(
                variable.options.indices.filter { label in
                    guard self.hasSharedLinks else { return excess[task][label] <= slack }
                    guard let position = positions[variable.locations[label]] else { return false }
                    let option = self.problem.options[task][Int(variable.options[label])]
                    let weight = CostNetwork.saturated(
                        variable.weights[label], self.problem.duration(option), prices.tasks[task])
                    return excess[task][position] + weight - kept.weights[position] <= slack
                })
        }
    }

    /// Labels of a priced network, and a lower bound of its weight.
    private func solve(_ priced: CostNetwork) -> (labels: [Int], bound: Int64)? {
        let order = EliminationOrder(priced)
        if order.work <= self.limits.directWork, order.entries <= self.limits.tableEntries {
            guard case .solved(let labels, let weight) = Elimination.solve(priced, order: order, meter: self.meter)
            else {
                return nil
            }
            return (labels, weight)
        }
        var weights = Reparametrisation(priced)
        var labels: [Int] = []
        for _ in 0..<Self.passes {
            guard self.meter.spend(2 * weights.workOfPass) else { return nil }
            labels = weights.pass()
        }
        return (Descent(priced).improved(labels), weights.bound)
    }

    /// Closes about half of the gap if the makespan falls as the price says, and never less than doubles the price.
    private func step(_ makespan: Int64) -> Int64 {
        let gap = (self.best?.weight ?? 2 * max(1, self.bound)) - self.bound
        return max(1, self.total, gap / max(1, makespan - self.deadline) / 2)
    }

    private mutating func raise(_ tasks: [Int], _ arcs: [Int], by step: Int64) {
        for task in tasks { self.prices.tasks[task] += step }
        for arc in arcs {
            let pair = self.timing.arcs[arc]
            // The largest of the edges between the two decides about the time, the first of equals.
            let edge = self.problem.edges.firstIndex {
                $0.producer == pair.producer && $0.consumer == pair.consumer && $0.bytes == pair.bytes
            }
            if let edge { self.prices.edges[edge] += step }
        }
        self.total += step
    }

    /// Prices half-way between late and early ones; false when there are none between. Halves are rounded down on tasks and
    /// edges but up in total, so that they never promise more than a flow does.
    private mutating func halve() -> Bool {
        guard let late = self.late, let early = self.early else { return false }
        let middle = CostNetwork.TimePrices(
            tasks: zip(late.prices.tasks, early.prices.tasks).map { ($0 + $1) / 2 },
            edges: zip(late.prices.edges, early.prices.edges).map { ($0 + $1) / 2 })
        if middle.tasks == late.prices.tasks || middle.tasks == early.prices.tasks {
            self.early = nil
            return false
        }
        self.prices = middle
        self.total = (late.total + early.total + 1) / 2
        return true
    }

    private mutating func offer(_ labels: [Int], _ makespan: Int64) {
        let weight = self.network.weight(of: labels)
        guard makespan <= self.deadline, weight < self.best?.weight ?? CostNetwork.forbidden else { return }
        let choice = self.network.choice(labels)
        guard self.problem.keepsLimits(choice) else { return }
        self.best = (choice, weight, makespan)
    }
}
