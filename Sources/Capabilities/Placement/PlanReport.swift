import Contract
import Kernel

/// Puts a settled graph into the words and figures of a plan.
struct PlanReport {
    private let graph: GraphPlan
    private let settled: [GraphPlan.Settled]
    private let timeline: Timeline
    private let outcome: GraphPlan.Outcome
    /// For each task what others of the plan read of it: who, and how much.
    private let readers: [[(task: Int, bytes: ByteCount)]]
    /// Why not what the market sells, by demand.
    private let excluded: [Int: [PlacementReason]]

    init(
        _ graph: GraphPlan, _ settled: [GraphPlan.Settled?], _ timeline: Timeline, _ outcome: GraphPlan.Outcome
    ) {
        self.graph = graph
        self.settled = settled.compactMap(\.self)
        self.timeline = timeline
        self.outcome = outcome
        let positions = Dictionary(uniqueKeysWithValues: graph.tasks.enumerated().map { ($1.name, $0) })
        var readers = [[(task: Int, bytes: ByteCount)]](repeating: [], count: graph.tasks.count)
        for (index, task) in graph.tasks.enumerated() {
            for input in task.inputs {
                guard let producer = input.producer.flatMap({ positions[$0] }) else { continue }
                readers[producer].append((index, input.bytes))
            }
        }
        self.readers = readers
        self.excluded = Self.excluded(graph)
    }

    /// Tasks that ask the same are told the same.
    private static func excluded(_ graph: GraphPlan) -> [Int: [PlacementReason]] {
        var found: [Int: [PlacementReason]] = [:]
        for (task, considered) in zip(graph.tasks, graph.considered) where found[considered.demand] == nil {
            guard let market = graph.planner.market, let screen = considered.screen else { continue }
            found[considered.demand] = MarketReasons(market, screen, task).reasons()
        }
        return found
    }

    func plan() -> Plan {
        let tasks = self.graph.tasks.indices.map { self.planned($0) }
        let transfers = self.graph.tasks.indices.flatMap { self.transfers(of: $0) }
        let duration = TimeSpan(milliseconds: self.settled.map(\.end).max() ?? 0)
        let grams = tasks.filter(\.isPlaced).map(\.carbonGrams)
        var plan = Plan(
            objective: self.graph.graph.used, optimal: false, cost: tasks.reduce(.zero) { $0 + $1.cost },
            listCost: tasks.reduce(.zero) { $0 + $1.listCost },
            carbonGrams: grams.contains(nil) ? nil : grams.compactMap(\.self).reduce(0, +), duration: duration,
            deadline: self.graph.goal.deadline, budget: self.graph.goal.budget.map(Dollars.init),
            refusal: self.unplaced() ?? self.outcome.refusal, tasks: tasks, transfers: transfers)
        self.prove(&plan)
        return plan
    }

    /// The sentence for the first task that runs nowhere, with what to relax; nil when all have a place.
    private func unplaced() -> String? {
        guard let index = self.settled.firstIndex(where: { $0.candidate == nil }) else { return nil }
        let considered = self.graph.considered[index]
        let task = self.graph.tasks[index]
        let market = self.graph.planner.market.flatMap { market in
            considered.screen.flatMap { MarketReasons(market, $0, task).relaxation() }
        }
        let reasons = considered.excluded + (self.excluded[considered.demand] ?? [])
        return PlannedTask.refusal(
            task: task.name, reasons: reasons.map(\.reason),
            relaxation: market ?? Planner.relaxation(considered.exclusions))
    }

    // MARK: Proof

    /// What the slots made of the solver's choice is held against its bound, and against deadline and budget.
    private func prove(_ plan: inout Plan) {
        guard let solution = self.outcome.solution else {
            plan.optimal = self.graph.graph.asked.isEmpty && plan.tasks.allSatisfy(\.isPlaced)
            plan.gap = plan.optimal ? 0 : nil
            return
        }
        let isChosen = self.graph.graph.asked.allSatisfy { self.settledAsChosen($0) }
        plan.optimal = isChosen && solution.isOptimal
        plan.gap = plan.optimal ? 0 : self.gap(plan, solution, isChosen)
        guard plan.refusal == nil else { return }
        if let deadline = plan.deadline, plan.duration > deadline {
            plan.refusal =
                "With the slots there are the plan takes \(plan.duration.rounded), \((plan.duration - deadline).rounded) "
                + "over the deadline of \(deadline). Join workers, or give it more time."
        } else if let budget = plan.budget, plan.cost.total > budget {
            plan.refusal =
                "With the slots there are the plan costs \(plan.cost.total), \(plan.cost.total - budget) over the budget of "
                + "\(budget). Join workers, or raise it."
        }
    }

    private func settledAsChosen(_ index: Int) -> Bool {
        guard let choice = self.outcome.choice[index], let candidate = self.settled[index].candidate else {
            return false
        }
        return self.graph.considered[index].candidates[choice].source == candidate.source
    }

    /// Nil when the objective's figure cannot be compared with the bound.
    private func gap(_ plan: Plan, _ solution: PlacementSolution, _ isChosen: Bool) -> Double? {
        func share(_ value: Int64) -> Double? {
            solution.bound > 0 ? max(0, Double(value - solution.bound) / Double(solution.bound)) : value == 0 ? 0 : nil
        }
        switch plan.objective {
        case .cost: return share(plan.cost.total.money.nanodollars)
        case .time: return share(plan.duration.milliseconds)
        case .carbon, .balanced: return isChosen ? share(solution.weight) : nil
        }
    }

    // MARK: Tasks

    private func planned(_ index: Int) -> PlannedTask {
        let task = self.graph.tasks[index]
        guard let candidate = self.settled[index].candidate else {
            let market = self.excluded[self.graph.considered[index].demand] ?? []
            return PlannedTask(unplaced: task, self.graph.considered[index].excluded + market)
        }
        let located = self.timeline.located(task)
        let here = self.relocated(candidate, located)
        var planned = PlannedTask(located, at: here, among: self.graph.offers, market: self.graph.planner.market)
        planned.start = TimeSpan(milliseconds: self.settled[index].start)
        planned.end = TimeSpan(milliseconds: self.settled[index].end)
        self.compare(&planned, index, here, located)
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

    /// Says of every other place why not, everything else as it is.
    private func compare(_ planned: inout PlannedTask, _ index: Int, _ here: Candidate, _ located: PlacementTask) {
        var alternatives: [Candidate] = []
        var reasons: [PlacementReason] = []
        let settled = self.settled[index]
        for (position, offer) in settled.offers.enumerated() where here.source != .environment(position) {
            switch self.graph.planner.consider(offer, at: position, for: located, requireFree: settled.requiredFree) {
            case .success(let candidate): alternatives.append(candidate)
            case .failure(let rejected): reasons.append(rejected.reason)
            }
        }
        let weighing = Weighing(located, among: alternatives + [here])
        let carried = self.carried(from: here.place, index)
        for candidate in alternatives {
            var reason = PlacementReason(
                offers: candidate.name, reason: candidate.reason(against: here, weighing),
                cost: candidate.knownCost.map(Dollars.init))
            if let more = self.difference(candidate, here, carried, index), planned.reasonIsCost(reason) {
                reason.reason = PlacementReason.dearer(by: more)
            }
            reasons.append(reason)
        }
        let market = self.marketAlternatives(index, here, located)
        planned.reasons = reasons.sorted { $0.offers < $1.offers } + self.marketReasons(index, here, market, carried)
        self.setRunnerUp(&planned, alternatives + market, here, carried, index, weighing)
    }

    private func setRunnerUp(
        _ planned: inout PlannedTask, _ alternatives: [Candidate], _ here: Candidate, _ carried: Money?, _ index: Int,
        _ weighing: Weighing
    ) {
        let ranked = alternatives.min { a, b in
            let mine = self.difference(a, here, carried, index), theirs = self.difference(b, here, carried, index)
            if weighing.objective == .cost, !a.isAvoided, !b.isAvoided, let mine, let theirs { return mine < theirs }
            return weighing.precedes(a, b)
        }
        guard let next = ranked else { return }
        planned.runnerUp = self.name(of: next)
        planned.difference = self.difference(next, here, carried, index).map(Dollars.init)
    }

    private func name(of candidate: Candidate) -> String {
        guard case .market(let offer) = candidate.source, let market = self.graph.planner.market else {
            return candidate.name
        }
        return market.name(of: offer)
    }

    /// How much more the plan would cost with the task elsewhere; nil when a price is unknown.
    private func difference(_ other: Candidate, _ here: Candidate, _ carried: Money?, _ index: Int) -> Money? {
        guard let there = self.carried(from: other.place, index), let carried,
            let difference = other.difference(from: here)
        else { return nil }
        return difference + there - carried
    }

    /// What it costs to bring what a task makes from a place to those who read it; nil when a price is unknown.
    private func carried(from place: Int, _ index: Int) -> Money? {
        var total = Money.zero
        for reader in self.readers[index] {
            guard let to = self.timeline.places[self.graph.tasks[reader.task].name] else { continue }
            guard let price = self.graph.planner.map.price(of: reader.bytes, from: place, to: to) else { return nil }
            total += price
        }
        return total
    }

    // MARK: Market

    /// The best of every other location, and the second best of the task's own.
    private func marketAlternatives(_ index: Int, _ here: Candidate, _ located: PlacementTask) -> [Candidate] {
        guard let market = self.graph.planner.market, let screen = self.graph.considered[index].screen else {
            return []
        }
        let use = located.resources.spot ?? .never
        return market.locations.indices.compactMap { location in
            guard screen.barred[location] == nil else { return nil }
            let offers = market.cheapest(2, in: location, screen.fit, use, self.graph.planner.lowered)
            return offers.lazy.map { self.graph.planner.candidate($0, market, for: located) }.first {
                $0.source != here.source && self.graph.planner.overrun($0, located) == nil
            }
        }
    }

    private func marketReasons(
        _ index: Int, _ here: Candidate, _ alternatives: [Candidate], _ carried: Money?
    ) -> [PlacementReason] {
        guard let market = self.graph.planner.market else { return [] }
        var reasons = self.excluded[self.graph.considered[index].demand] ?? []
        let byProvider = Dictionary(grouping: alternatives) { market.provider(of: $0) }
        for (provider, others) in byProvider.sorted(by: { $0.key < $1.key }) {
            let ranked = others.compactMap { other in
                self.difference(other, here, carried, index).map { (other, $0) }
            }
            guard let nearest = ranked.min(by: { $0.1 < $1.1 }) else { continue }
            reasons.append(
                PlacementReason(
                    offers: "the best of \(others.count) regions of \(provider)", count: others.count,
                    reason: PlacementReason.dearer(by: nearest.1) + ", the nearest being \(self.name(of: nearest.0))",
                    cost: nearest.0.knownCost.map(Dollars.init)))
        }
        return reasons
    }

    // MARK: Transfers

    private func transfers(of index: Int) -> [PlannedTransfer] {
        let task = self.graph.tasks[index]
        guard let candidate = self.settled[index].candidate else { return [] }
        let map = self.graph.planner.map
        let here = map.places[candidate.place].name
        let located = self.timeline.located(task)
        return located.inputs.compactMap { input in
            guard input.bytes > .zero, !input.stores.contains(here), !input.stores.isEmpty else { return nil }
            let sources = input.stores.sorted().compactMap { name in map.position(name).map { (name, $0) } }
            let priced = sources.map { ($0, map.price(of: input.bytes, from: $0.1, to: candidate.place)) }
            let cheapest = priced.min { a, b in
                switch (a.1, b.1) {
                case (let mine?, let theirs?): mine < theirs
                case (_?, nil): true
                default: false
                }
            }
            guard let ((name, from), cost) = cheapest else { return nil }
            return PlannedTransfer(
                task: task.name, producer: input.producer, from: name, to: here, bytes: input.bytes,
                cost: cost.map(Dollars.init), duration: map.time(of: input.bytes, from: from, to: candidate.place))
        }
    }
}

extension PlacementReason {
    static func dearer(by more: Money) -> String {
        more == .zero ? "cost: the same, and ties go to the first name" : "cost: costs \(more) more"
    }
}

extension PlannedTask {
    /// Whether nothing but dollars decided.
    func reasonIsCost(_ reason: PlacementReason) -> Bool { reason.reason.hasPrefix("cost:") }
}
