package import Contract
package import Kernel

extension Planner {
    /// Where each task of a graph would run if it were started now: the best places for the graph as a whole.
    ///
    /// First the solver chooses for all tasks together, as if slots were endless: exactly, or with a proven gap. Then time is
    /// simulated: a task becomes ready when all it comes `after` have ended, takes a slot of its environment when one is
    /// free then, and holds it for its duration, so siblings compete. When none is free it takes the best of those that are,
    /// as the scheduler would, and when none is anywhere it waits for the first that falls free. Where that is not what the
    /// solver chose, `SlotSearch` looks for the best that the slots allow, proven or with a gap. Slots that are taken now by
    /// others stay taken; when nothing else is left they are waited for. Data made by one task lies at the place where it
    /// ran for the next. A replica never gives its slot back.
    ///
    /// - Parameters:
    ///   - tasks: in topological order; names in `after` that are not among them are done already.
    ///   - goal: what all of it together is held to; its objective goes before those of the tasks.
    ///   - isOut: asked now and then; once true, the best that was found is the answer, with its gap.
    package func plan(
        _ tasks: [PlacementTask], among offers: [PlacementOffer], goal: PlacementGoal = PlacementGoal(),
        isOut: @escaping () -> Bool = { false }
    ) -> Plan {
        GraphPlan(self, tasks, offers, goal).plan(isOut)
    }
}

extension Planner {
    /// The same choice for the graph as a whole, without the words: how many tasks have a place, and whether it is proven.
    ///
    /// For those who measure; slots that are taken are not looked at.
    package func choose(
        _ tasks: [PlacementTask], among offers: [PlacementOffer], goal: PlacementGoal = PlacementGoal(),
        isOut: @escaping () -> Bool = { false }
    ) -> (placed: Int, isOptimal: Bool) {
        let outcome = GraphPlan(self, tasks, offers, goal).solve(isOut)
        return (outcome.choice.count { $0 != nil }, outcome.solution?.isOptimal ?? false)
    }

    /// Dollars to carry bytes between two places of the map; nil when nobody knows, or one is not in the map.
    package func price(of bytes: ByteCount, from: String, to: String) -> Money? {
        guard let from = self.map.position(from), let to = self.map.position(to) else { return nil }
        return self.map.price(of: bytes, from: from, to: to)
    }
}

/// One plan in the making.
struct GraphPlan {
    let planner: Planner
    let tasks: [PlacementTask]
    let offers: [PlacementOffer]
    let goal: PlacementGoal
    let considered: [Considered]
    let graph: GraphProblem

    init(_ planner: Planner, _ tasks: [PlacementTask], _ offers: [PlacementOffer], _ goal: PlacementGoal) {
        var tasks = tasks
        if let objective = goal.objective { for index in tasks.indices { tasks[index].policy.objective = objective } }
        self.planner = planner
        self.tasks = tasks
        // The answer does not depend on the order in which environments are listed.
        let offers = offers.sorted { $0.environment < $1.environment }
        self.offers = offers
        self.goal = goal
        self.considered = Self.consider(planner, tasks, offers)
        self.graph = GraphProblem(tasks, self.considered, goal)
    }

    /// Equal demands are looked at once.
    private static func consider(
        _ planner: Planner, _ tasks: [PlacementTask], _ offers: [PlacementOffer]
    ) -> [Considered] {
        var known: [PlacementTask: Considered] = [:]
        var screens = planner.market.map { MarketScreens($0, planner.lowered) }
        return tasks.map { task in
            var demand = task
            (demand.name, demand.basis, demand.after, demand.apartFrom) = ("", "", [], [])
            // What does not exist yet is an edge of the graph, and not of the demand.
            demand.inputs.removeAll { $0.producer != nil && $0.stores.isEmpty }
            if let found = known[demand] { return found }
            let found = planner.consider(demand, among: offers, &screens)
            known[demand] = found
            return found
        }
    }

    func plan(_ isOut: @escaping () -> Bool) -> Plan {
        var outcome = self.solve(isOut)
        var schedule = self.schedule(outcome.choice)
        if self.isContested(schedule, outcome), let found = self.searched(outcome, schedule, isOut) {
            outcome.slots = found
            for (position, index) in self.graph.asked.enumerated() { outcome.choice[index] = found.choice[position] }
            schedule = self.schedule(outcome.choice)
        }
        return PlanReport(self, schedule, outcome).plan()
    }

    /// Who runs where and when.
    struct Schedule {
        var settled: [Settled]
        var timeline: Timeline

        /// Milliseconds.
        var makespan: Int64 { self.settled.map(\.end).max() ?? 0 }
    }

    /// What the scheduler would make of a choice.
    private func schedule(_ choice: [Int?]) -> Schedule {
        var timeline = Timeline(self.offers, self.planner.map)
        var queue = ReadyQueue(self.tasks)
        var settled = [Settled?](repeating: nil, count: self.tasks.count)
        while let (index, ready) = queue.next() {
            timeline.forget(before: ready)
            let found = self.settle(index, choice[index], ready, in: &timeline)
            queue.ended(index, at: found.end)
            settled[index] = found
        }
        precondition(!settled.contains { $0 == nil }, "the tasks are in topological order")
        return Schedule(settled: settled.compactMap(\.self), timeline: timeline)
    }

    /// Whether slots made something else of the solver's choice, or something later where time counts.
    private func isContested(_ schedule: Schedule, _ outcome: Outcome) -> Bool {
        guard let solution = outcome.solution else { return false }
        if !self.isAsChosen(schedule, outcome.choice) { return true }
        let countsTime = self.goal.deadline != nil || self.graph.used == .time
        return countsTime && schedule.makespan > solution.makespan
    }

    func isAsChosen(_ schedule: Schedule, _ choice: [Int?]) -> Bool {
        self.graph.asked.allSatisfy { index in
            guard let position = choice[index], let candidate = schedule.settled[index].candidate else { return false }
            return self.considered[index].source(position) == candidate.source
        }
    }

    /// What is best with the slots there are; nil when nothing that keeps the limits was found.
    private func searched(_ outcome: Outcome, _ schedule: Schedule, _ isOut: @escaping () -> Bool) -> SlotOutcome? {
        let slots = SlotProblem(self, isLimited: outcome.refusal == nil)
        let known = self.solution(schedule, slots.placement)
        guard var search = try? SlotSearch(slots, best: known, isOut: isOut) else { return nil }
        search.run()
        guard let best = search.best else { return nil }
        return SlotOutcome(
            choice: best.choice, weight: best.weight, makespan: best.makespan, bound: search.bound,
            isOptimal: search.isComplete)
    }

    /// A schedule as a solution of the search; nil when it breaks a limit.
    private func solution(_ schedule: Schedule, _ problem: PlacementProblem) -> SlotSearch.Solution? {
        var choice: [Int] = []
        for index in self.graph.asked {
            guard let source = schedule.settled[index].candidate?.source,
                let position = self.considered[index].position(of: source)
            else { return nil }
            choice.append(position)
        }
        let totals = problem.totals(of: choice)
        guard schedule.makespan <= problem.deadline ?? .max, problem.firstBreach(choice) == nil else { return nil }
        if let budget = problem.budget, totals.cost > budget || totals.unknownTransfers > 0 { return nil }
        return SlotSearch.Solution(
            choice: choice, weight: totals.weight + problem.ceiling * Int64(totals.unknownTransfers),
            makespan: schedule.makespan)
    }

    /// What the solver says.
    struct Outcome {
        /// For each task the position among its candidates; nil for one that was not asked about.
        var choice: [Int?] = []
        var solution: PlacementSolution?
        /// What became of it where tasks compete for slots; nil where they do not.
        var slots: SlotOutcome?
        var refusal: String?
    }

    /// The best that was found for the slots there are, for each task asked about.
    struct SlotOutcome {
        var choice: [Int]
        var weight: Int64
        /// Milliseconds.
        var makespan: Int64
        /// Nothing that the scheduler can carry out has less of what is minimised.
        var bound: Int64
        var isOptimal: Bool
    }

    /// The best that keeps every limit; when there is none, the best that does not, and why.
    func solve(_ isOut: @escaping () -> Bool) -> Outcome {
        var outcome = Outcome(choice: Array(repeating: nil, count: self.tasks.count))
        guard !self.graph.asked.isEmpty else { return outcome }
        let solver = PlacementSolver()
        do throws(PlacementInfeasibility) {
            outcome.solution = try solver.solve(self.graph.problem(self.planner.map, isLimited: true), isOut: isOut)
        } catch {
            outcome.refusal = self.sentence(error)
            outcome.solution = try? solver.solve(self.graph.problem(self.planner.map, isLimited: false), isOut: isOut)
        }
        for (position, index) in self.graph.asked.enumerated() {
            outcome.choice[index] = outcome.solution?.choice[position]
        }
        return outcome
    }

    private func sentence(_ infeasibility: PlacementInfeasibility) -> String {
        func least(_ isExact: Bool) -> String { isExact ? "" : "at least " }
        switch infeasibility {
        case .deadline(let milliseconds, let isExact):
            let needed = TimeSpan(milliseconds: milliseconds), deadline = self.goal.deadline ?? .zero
            return
                "The deadline of \(deadline) cannot be kept: the shortest plan takes \(least(isExact))\(needed.rounded). "
                + "Give it \(least(isExact))\((needed - deadline).rounded) more."
        case .budget(let nanodollars, let isExact):
            let needed = Money(nanodollars: nanodollars), budget = self.goal.budget ?? .zero
            return
                "The budget of \(budget) cannot be kept: the cheapest plan costs \(least(isExact))\(needed). "
                + "Raise it by \(least(isExact))\(needed - budget)."
        case .unknownPrices(let transfers):
            return
                "The budget of \(self.goal.budget ?? .zero) cannot be held against prices that nobody knows: every plan has "
                + "\(transfers) such transfer\(transfers == 1 ? "" : "s"). Remove the budget, or use stores whose rates are known."
        case .deadlineWithBudget(let nanodollars, let isExact):
            let needed = Money(nanodollars: nanodollars), budget = self.goal.budget ?? .zero
            return
                "Deadline and budget cannot be kept together: within \(self.goal.deadline ?? .zero) the cheapest plan costs "
                + "\(least(isExact))\(needed). Raise the budget by \(least(isExact))\(needed - budget), or give it more time."
        case .task(let position):
            let task = self.tasks[self.graph.asked[position]]
            return
                "'\(task.name)' cannot keep its own deadline or budget with its inputs where they would lie. "
                + "Raise one of them in its 'placement'."
        case .taskLimits:
            return "The deadlines and budgets of the steps contradict each other. Raise one of them in its 'placement'."
        case .unproven:
            return "No plan that keeps the deadline and the budget was found in the time there was. Relax one of them."
        }
    }

    /// Where a task ends up, and when.
    struct Settled {
        var candidate: Candidate?
        var start: Int64
        var end: Int64
        /// What the environments had to offer when it was decided.
        var offers: [PlacementOffer]
        /// Whether only what was free then was looked at.
        var requiredFree: Bool
    }

    /// Tries each moment at which a slot falls free, from the task's own readiness on.
    private func settle(_ index: Int, _ choice: Int?, _ ready: Int64, in timeline: inout Timeline) -> Settled {
        let task = self.tasks[index]
        let chosen = choice.map { self.candidate(index, $0) }
        let located = timeline.located(task)
        for moment in timeline.moments(from: ready) {
            let free = timeline.offers(at: moment)
            if let chosen, self.isFree(chosen, task, among: free, at: moment, timeline) {
                return self.take(task, chosen, from: moment, among: free, in: &timeline)
            }
            let screen = self.considered[index].screen
            let best = self.best(located, screen, among: free, requireFree: true) { offer in
                timeline.hasRoom(for: offer, of: self.planner.market, at: moment)
            }
            if let other = best {
                return self.take(task, other, from: moment, among: free, in: &timeline)
            }
        }
        // All are held by others, nobody knows until when: the choice is as good as when they were free.
        let all = timeline.offers(at: ready)
        let later = chosen ?? self.best(located, nil, among: all, requireFree: false) { _ in true }
        return self.take(task, later, from: ready, among: all, requiredFree: false, in: &timeline)
    }

    /// One of those that were considered for a task, with its names.
    private func candidate(_ index: Int, _ position: Int) -> Candidate {
        let considered = self.considered[index]
        guard case .market(let offer) = considered.source(position), let market = self.planner.market else {
            return considered.candidates[position]
        }
        return self.planner.candidate(offer, market, for: self.tasks[index])
    }

    private func isFree(
        _ candidate: Candidate, _ task: PlacementTask, among offers: [PlacementOffer], at moment: Int64,
        _ timeline: Timeline
    ) -> Bool {
        switch candidate.source {
        case .environment(let index): offers[index].freeSlots(of: task.kind) > 0
        case .market(let offer): timeline.hasRoom(for: offer, of: self.planner.market, at: moment)
        }
    }

    private func take(
        _ task: PlacementTask, _ candidate: Candidate?, from moment: Int64, among offers: [PlacementOffer],
        requiredFree: Bool = true, in timeline: inout Timeline
    ) -> Settled {
        let duration = self.graph.duration(of: task)
        guard let candidate else {
            let end = moment + duration.milliseconds
            timeline.take(task, nil, at: nil, from: moment, until: end)
            return Settled(candidate: nil, start: moment, end: end, offers: offers, requiredFree: requiredFree)
        }
        let arrival = timeline.arrival(task, at: candidate.place, ready: moment)
        let start = arrival + (candidate.wait + candidate.transferTime).milliseconds
        let end = start + duration.milliseconds
        var environment: String?
        var commitment: MarketOffer.Commitment?
        switch candidate.source {
        case .environment(let index): environment = self.offers[index].environment
        case .market(let offer): commitment = offer.commitment
        }
        timeline.take(task, environment, commitment, at: candidate.place, from: moment, until: end)
        return Settled(candidate: candidate, start: start, end: end, offers: offers, requiredFree: requiredFree)
    }

    /// The best place for one task with its producers where they are.
    private func best(
        _ located: PlacementTask, _ screen: MarketScreen?, among offers: [PlacementOffer], requireFree: Bool,
        hasRoom: (MarketOffer) -> Bool
    ) -> Candidate? {
        var candidates: [Candidate] = []
        for (index, offer) in offers.enumerated() {
            if case .success(let candidate) = self.planner.consider(
                offer, at: index, for: located, requireFree: requireFree)
            {
                candidates.append(candidate)
            }
        }
        if let other = self.bestRented(located, screen, hasRoom) { candidates.append(other) }
        let weighing = Weighing(located, among: candidates.map(\.figures))
        return candidates.min(by: weighing.precedes)
    }

    private func bestRented(
        _ located: PlacementTask, _ screen: MarketScreen?, _ hasRoom: (MarketOffer) -> Bool
    ) -> Candidate? {
        guard let market = self.planner.market, let screen else { return nil }
        let columns = self.planner.columns(located, market, screen, where: hasRoom)
        let weighing = Weighing(located, among: columns.figures)
        let best = columns.figures.indices.min {
            weighing.order(columns.figures[$0], columns.figures[$1]) ?? ($0 < $1)
        }
        return best.map { self.planner.candidate(columns.offers[$0], market, for: located) }
    }
}

extension TimeSpan {
    /// Whole seconds, rounded up, in two units at most: `5h 12m`, `90s`.
    var rounded: String {
        let seconds = (self.milliseconds + 999) / 1000
        if seconds < 120 { return "\(seconds)s" }
        let minutes = (seconds + 59) / 60
        if minutes < 60 { return "\(minutes)m" }
        return minutes % 60 == 0 ? "\(minutes / 60)h" : "\(minutes / 60)h \(minutes % 60)m"
    }
}
