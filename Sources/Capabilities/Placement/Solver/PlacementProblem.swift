import Kernel

/// One way to run a task: at a location, for a price, for a time. Negative numbers count as zero.
package struct PlacementOption: Sendable, Hashable {
    /// Index into the problem's `Routes`.
    package var location: Int32
    /// What is minimised: nano-dollars for cost, micrograms of CO₂ for carbon, a mix of both for balanced.
    package var weight: Int64
    /// Nano-dollars; what counts against budgets.
    package var cost: Int64
    /// Milliseconds of waiting and running.
    package var duration: Int64

    package init(location: Int32, weight: Int64, cost: Int64, duration: Int64) {
        self.location = location
        self.weight = weight
        self.cost = cost
        self.duration = duration
    }
}

/// Where each task of a graph could run, and what is asked for: integers only, no names.
///
/// A task starts when the data of its last producer has arrived: `start(t) = max over producers p of end(p) + transfer`,
/// `end = start + duration`, and the makespan is the last end. Capacity is not known here: tasks never wait for each other
/// but through edges.
///
/// Arithmetic is exact in 64 bits. So that no sum overflows, single numbers are saturated: weights, costs and prices at
/// 2⁵⁰ (a million dollars in nano-dollars; less when there are more than a thousand tasks and edges, see `ceiling`), times
/// at ten years.
package struct PlacementProblem: Sendable {
    /// Data that travels from where the producer ran to where the consumer runs; no bytes means order only.
    package struct Edge: Sendable, Hashable {
        package var producer: Int
        package var consumer: Int
        package var bytes: Int64

        package init(producer: Int, consumer: Int, bytes: Int64) {
            self.producer = producer
            self.consumer = consumer
            self.bytes = bytes
        }
    }

    /// What one task must keep for itself.
    package struct TaskLimit: Sendable, Hashable {
        /// Milliseconds for the longest of its transfers in and its duration, so that it holds whichever producer ends last.
        package var deadline: Int64?
        /// Nano-dollars for itself and its transfers in; a transfer whose price is unknown breaks every budget.
        package var budget: Int64?

        package init(deadline: Int64? = nil, budget: Int64? = nil) {
            self.deadline = deadline
            self.budget = budget
        }

        package static let none = TaskLimit()
    }

    /// How many units of weight a nano-dollar of transfer is: 1 for cost, 0 for carbon, between for balanced.
    package struct WeightPerCost: Sendable, Hashable {
        package var numerator: Int64
        package var denominator: Int64

        package init(_ numerator: Int64, over denominator: Int64 = 1) {
            precondition(numerator >= 0 && denominator > 0, "a weight per dollar is a non-negative ratio")
            self.numerator = numerator
            self.denominator = denominator
        }

        package static let one = WeightPerCost(1)

        /// Rounded half up.
        func callAsFunction(_ cost: Int64) -> Int64 {
            if self.numerator == self.denominator { return cost }
            let product = Int128(cost) * Int128(self.numerator) + Int128(self.denominator / 2)
            return Int64(clamping: product / Int128(self.denominator))
        }
    }

    package enum Goal: Sendable, Hashable {
        /// The least sum of weights.
        case weight
        /// The least makespan; among those the least weight.
        case time
    }

    /// For each task in topological order its options; never none.
    package var options: [[PlacementOption]]
    package var edges: [Edge]
    package var routes: Routes
    package var weightPerCost: WeightPerCost
    /// Milliseconds from the start of the graph to its last end.
    package var deadline: Int64?
    /// Nano-dollars for the whole graph; a transfer whose price is unknown breaks every budget.
    package var budget: Int64?
    /// One for each task, or none at all.
    package var taskLimits: [TaskLimit]
    package var goal: Goal

    package init(
        options: [[PlacementOption]], edges: [Edge], routes: Routes, weightPerCost: WeightPerCost = .one,
        deadline: Int64? = nil, budget: Int64? = nil, taskLimits: [TaskLimit] = [], goal: Goal = .weight
    ) {
        self.options = options
        self.edges = edges
        self.routes = routes
        self.weightPerCost = weightPerCost
        self.deadline = deadline
        self.budget = budget
        self.taskLimits = taskLimits
        self.goal = goal
    }

    /// The greatest value of one weight, cost or price, and the price of an unknown one: 2⁵⁰, less for large graphs, so
    /// that the sum over all tasks and edges stays below 2⁶⁰. Fewer unknown prices win over any sum below it.
    package var ceiling: Int64 {
        min(1 << 50, (1 << 60) / Int64(self.options.count + self.edges.count + 1))
    }

    func limit(of task: Int) -> TaskLimit { self.taskLimits.isEmpty ? .none : self.taskLimits[task] }

    /// Checks what only a caller's mistake can break.
    func validate() {
        precondition(self.taskLimits.isEmpty || self.taskLimits.count == self.options.count, "a limit for each task")
        for options in self.options {
            precondition(!options.isEmpty, "a task that may run nowhere is not asked about")
            for option in options {
                precondition(option.location >= 0 && option.location < self.routes.count, "a location has a route")
            }
        }
        for edge in self.edges {
            precondition(
                edge.producer >= 0 && edge.producer < edge.consumer && edge.consumer < self.options.count,
                "tasks are in topological order")
        }
    }
}

/// What a choice of one option for each task comes to.
package struct PlacementTotals: Sendable, Hashable {
    /// Without what is unknown.
    package var weight: Int64 = 0
    /// Nano-dollars, without what is unknown.
    package var cost: Int64 = 0
    /// Milliseconds.
    package var makespan: Int64 = 0
    /// Transfers whose price nobody knows.
    package var unknownTransfers = 0
}

/// The best choice that was found.
package struct PlacementSolution: Sendable, Hashable {
    /// For each task the index of its option.
    package var choice: [Int]
    package var totals: PlacementTotals
    /// No solution has less of the goal than this (weight, or milliseconds), among those with as few unknown prices.
    package var bound: Int64
    /// Whether no other choice is better.
    package var isOptimal: Bool

    package var weight: Int64 { self.totals.weight }
    package var cost: Int64 { self.totals.cost }
    package var makespan: Int64 { self.totals.makespan }
}

/// Why there is no solution, with how far the limit would have to give.
package enum PlacementInfeasibility: Error, Sendable, Hashable {
    /// Whatever the other tasks do, this one cannot keep its own limits.
    case task(Int)
    /// The limits of single tasks contradict each other; no one of them is the culprit.
    case taskLimits
    /// The least makespan there is, in milliseconds; when not exact, no plan is shorter, but the shortest may be longer.
    case deadline(least: Int64, isExact: Bool)
    /// The least cost there is, in nano-dollars; when not exact, no plan is cheaper, but the cheapest may be dearer.
    case budget(least: Int64, isExact: Bool)
    /// There is a budget, and every plan has at least so many transfers whose price is unknown.
    case unknownPrices(transfers: Int)
    /// Each can be kept, but not both: the least cost within the deadline, or a lower bound of it.
    case deadlineWithBudget(leastCost: Int64, isExact: Bool)
    /// None was found before the work or time ran out; there may be one.
    case unproven
}
