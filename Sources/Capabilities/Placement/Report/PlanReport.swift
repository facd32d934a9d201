import Contract
import Kernel

/// Puts a settled graph into the words and figures of a plan.
///
/// Three things are said of it, each in a file of its own: how good it is (`PlanProof`), why each task is not elsewhere
/// (`TaskReasons`), and what travels (`PlannedTransfers`). Words are made last and only of what is shown: what is the same for
/// many tasks is said once.
struct PlanReport {
    private let graph: GraphPlan
    private let schedule: GraphPlan.Schedule
    private let outcome: GraphPlan.Outcome

    init(_ graph: GraphPlan, _ schedule: GraphPlan.Schedule, _ outcome: GraphPlan.Outcome) {
        self.graph = graph
        self.schedule = schedule
        self.outcome = outcome
    }

    func plan() -> Plan {
        var market = self.graph.planner.market.map(MarketReasons.init)
        let readers = self.readers
        var tasks: [PlannedTask] = []
        var transfers: [PlannedTransfer] = []
        tasks.reserveCapacity(self.graph.tasks.count)
        for index in self.graph.tasks.indices {
            let located = self.schedule.timeline.located(self.graph.tasks[index])
            tasks.append(self.planned(index, located, readers[index], &market))
            if let place = self.schedule.settled[index].candidate?.place {
                transfers += PlannedTransfers.of(located, to: place, on: self.graph.planner.map)
            }
        }
        let grams = tasks.filter(\.isPlaced).map(\.carbonGrams)
        var plan = Plan(
            objective: self.graph.graph.used, optimal: false, cost: tasks.reduce(.zero) { $0 + $1.cost },
            listCost: tasks.reduce(.zero) { $0 + $1.listCost },
            carbonGrams: grams.contains(nil) ? nil : grams.compactMap(\.self).reduce(0, +),
            duration: TimeSpan(milliseconds: self.schedule.makespan), deadline: self.graph.goal.deadline,
            budget: self.graph.goal.budget.map(Dollars.init),
            refusal: self.unplaced(&market) ?? self.outcome.refusal, tasks: tasks, transfers: transfers)
        PlanProof(self.graph, self.schedule, self.outcome).prove(&plan)
        return plan
    }

    /// For each task what others of the plan read of it: where those run, and how much.
    private var readers: [[TaskReasons.Reader]] {
        let positions = Dictionary(uniqueKeysWithValues: self.graph.tasks.enumerated().map { ($1.name, $0) })
        var readers = [[TaskReasons.Reader]](repeating: [], count: self.graph.tasks.count)
        for task in self.graph.tasks {
            guard let place = self.schedule.timeline.places[task.name] else { continue }
            for input in task.inputs {
                guard let producer = input.producer.flatMap({ positions[$0] }) else { continue }
                readers[producer].append(TaskReasons.Reader(place: place, bytes: input.bytes))
            }
        }
        return readers
    }

    private func planned(
        _ index: Int, _ located: PlacementTask, _ readers: [TaskReasons.Reader], _ market: inout MarketReasons?
    ) -> PlannedTask {
        let considered = self.graph.considered[index]
        let excluded = self.excluded(index, &market)
        guard let candidate = self.schedule.settled[index].candidate else {
            return PlannedTask(unplaced: located, considered.excluded + excluded)
        }
        let here = self.relocated(candidate, located)
        var planned = PlannedTask(located, at: here, among: self.graph.offers, market: self.graph.planner.market)
        planned.start = TimeSpan(milliseconds: self.schedule.settled[index].start)
        planned.end = TimeSpan(milliseconds: self.schedule.settled[index].end)
        let reasons = TaskReasons(
            planner: self.graph.planner, task: located, here: here, settled: self.schedule.settled[index],
            screen: considered.screen, readers: readers)
        reasons.explain(&planned, excluded)
        return planned
    }

    /// The same place, with what its producers made where that lies.
    private func relocated(_ candidate: Candidate, _ located: PlacementTask) -> Candidate {
        switch candidate.source {
        case .environment(let index):
            return self.graph.planner.candidate(self.graph.offers[index], at: index, for: located)
        case .market(let offer):
            guard let market = self.graph.planner.market else { return candidate }
            return self.graph.planner.candidate(offer, market, for: located)
        }
    }

    /// Why not what the market sells.
    private func excluded(_ index: Int, _ market: inout MarketReasons?) -> [PlacementReason] {
        guard let screen = self.graph.considered[index].screen else { return [] }
        let task = self.graph.tasks[index]
        return market?.classes(screen, task).map { $0.reason(task.duration) } ?? []
    }

    /// The sentence for the first task that runs nowhere, with what to relax; nil when all have a place.
    private func unplaced(_ market: inout MarketReasons?) -> String? {
        guard let index = self.schedule.settled.firstIndex(where: { $0.candidate == nil }) else { return nil }
        let considered = self.graph.considered[index]
        let relaxation = considered.screen.flatMap { market?.relaxation($0) }
        let reasons = considered.excluded + self.excluded(index, &market)
        return PlannedTask.refusal(
            task: self.graph.tasks[index].name, reasons: reasons.map(\.reason),
            relaxation: relaxation ?? Planner.relaxation(considered.exclusions))
    }
}
