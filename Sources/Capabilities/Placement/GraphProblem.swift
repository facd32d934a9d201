import Contract
import Kernel

/// A graph of tasks in the integers that the solver knows, and back.
struct GraphProblem {
    /// Positions of the tasks that are asked about: those with a candidate, replicas apart.
    let asked: [Int]
    private let tasks: [PlacementTask]
    private let considered: [Considered]
    private let goal: PlacementGoal
    private let objective: Objective
    private let scale: ObjectiveScale

    init(_ tasks: [PlacementTask], _ considered: [Considered], _ goal: PlacementGoal) {
        self.tasks = tasks
        self.considered = considered
        self.goal = goal
        self.asked = tasks.indices.filter { tasks[$0].kind == .batch && !considered[$0].isEmpty }
        self.objective = goal.objective ?? Self.common(tasks) ?? .cost
        self.scale = ObjectiveScale(
            self.objective, self.objective == .balanced ? self.asked.map { (tasks[$0], considered[$0].figures) } : [])
    }

    /// The objective that all tasks agree on; nil when they do not, or have none.
    private static func common(_ tasks: [PlacementTask]) -> Objective? {
        let objectives = Set(tasks.map(\.objective))
        return objectives.count == 1 ? objectives.first : nil
    }

    var used: Objective { self.objective }

    /// - Parameter isLimited: whether deadlines and budgets hold; without, it is what would be best.
    func problem(_ map: PlaceMap, isLimited: Bool) -> PlacementProblem {
        let edges = self.edges()
        let ceiling = PlacementProblem(
            options: self.asked.map { _ in [] }, edges: edges, routes: map.routes
        ).ceiling
        return PlacementProblem(
            options: self.asked.map { self.options(of: $0, ceiling: ceiling) }, edges: edges, routes: map.routes,
            weightPerCost: self.scale.weightPerCost, deadline: isLimited ? self.goal.deadline?.milliseconds : nil,
            budget: isLimited ? self.goal.budget?.nanodollars : nil, taskLimits: isLimited ? self.limits() : [],
            goal: self.objective == .time ? .time : .weight)
    }

    private func options(of index: Int, ceiling: Int64) -> [PlacementOption] {
        let task = self.tasks[index]
        let duration = self.duration(of: task)
        let considered = self.considered[index]
        return (0..<considered.count).map { position in
            let figures = considered.figures(position)
            return PlacementOption(
                location: Int32(considered.place(position)),
                weight: self.scale.weight(figures, task, ceiling: ceiling), cost: figures.cost,
                duration: figures.time(duration))
        }
    }

    /// Against a deadline the slow case counts.
    func duration(of task: PlacementTask) -> TimeSpan { self.goal.deadline == nil ? task.duration : task.slowDuration }

    private func edges() -> [PlacementProblem.Edge] {
        let positions = Dictionary(uniqueKeysWithValues: self.asked.enumerated().map { (self.tasks[$1].name, $0) })
        var edges: [PlacementProblem.Edge] = []
        for (consumer, index) in self.asked.enumerated() {
            var bytes: [Int: Int64] = [:]
            for name in self.tasks[index].after { positions[name].map { bytes[$0, default: 0] += 0 } }
            for input in self.tasks[index].inputs {
                guard let producer = input.producer.flatMap({ positions[$0] }) else { continue }
                bytes[producer, default: 0] += max(0, input.bytes.bytes)
            }
            edges += bytes.sorted { $0.key < $1.key }.map {
                PlacementProblem.Edge(producer: $0.key, consumer: consumer, bytes: $0.value)
            }
        }
        return edges
    }

    private func limits() -> [PlacementProblem.TaskLimit] {
        self.asked.map { index in
            let policy = self.tasks[index].policy
            // Held against the slow case, of which the options may hold the usual one.
            let slack = self.tasks[index].slowDuration - self.duration(of: self.tasks[index])
            return PlacementProblem.TaskLimit(
                deadline: policy.deadline.map { ($0 - slack).milliseconds }, budget: policy.budget?.nanodollars)
        }
    }
}

/// Turns what a candidate costs, takes and emits into the one number that is minimised.
struct ObjectiveScale {
    /// A share of one, so that shares keep nine digits.
    private static let unit: Int64 = 1_000_000_000
    private static let microgramsPerGram = 1e6

    private let objective: Objective
    private let leastCost: Int64
    private let leastTime: Int64
    private let leastCarbon: Double?

    /// - Parameter tasks: each with its candidates, for `balanced`; what is least is the sum over them, as if they were alone.
    init(_ objective: Objective, _ tasks: [(PlacementTask, [CandidateFigures])]) {
        self.objective = objective
        guard objective == .balanced else {
            (self.leastCost, self.leastTime, self.leastCarbon) = (1, 1, nil)
            return
        }
        let costs = tasks.map { $1.map(\.cost).min() ?? 0 }
        let times = tasks.map { task, all in all.map { $0.time(task.duration) }.min() ?? 0 }
        let carbon = tasks.map { $1.compactMap(\.carbon).min() }
        self.leastCost = max(1, costs.reduce(0, +))
        self.leastTime = max(1, times.reduce(0, +))
        self.leastCarbon = carbon.contains(nil) ? nil : carbon.compactMap(\.self).reduce(0, +)
    }

    var weightPerCost: PlacementProblem.WeightPerCost {
        switch self.objective {
        case .cost, .time: .one
        case .carbon: .init(0)
        case .balanced: .init(Self.unit, over: self.leastCost)
        }
    }

    /// - Parameter ceiling: what is not known weighs half of it, and what is known no more than that.
    func weight(_ candidate: CandidateFigures, _ task: PlacementTask, ceiling: Int64) -> Int64 {
        let penalty = candidate.isPriced ? 0 : ceiling / 2
        return penalty + min(ceiling / 2, self.known(candidate, task, unknown: ceiling / 2))
    }

    private func known(_ candidate: CandidateFigures, _ task: PlacementTask, unknown: Int64) -> Int64 {
        switch self.objective {
        case .cost, .time: return candidate.weighedCost
        case .carbon:
            return candidate.carbon.map { Int64(min(Double(unknown), $0 * Self.microgramsPerGram)) } ?? unknown
        case .balanced:
            let cost = Self.share(Double(candidate.weighedCost), of: Double(self.leastCost))
            let time = Self.share(Double(candidate.time(task.duration)), of: Double(self.leastTime))
            let carbon = candidate.carbon.flatMap { grams in self.leastCarbon.map { Self.share(grams, of: $0) } } ?? 0
            return Int64(min(Double(unknown), cost + time + carbon))
        }
    }

    private static func share(_ value: Double, of least: Double) -> Double {
        Double(Self.unit) * (least > 0 ? value / least : 1)
    }
}
