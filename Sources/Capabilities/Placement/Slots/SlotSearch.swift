/// The best choice of options when tasks compete for slots.
///
/// Tasks are placed one after the other in the order in which the scheduler meets them, and every option with a free slot is
/// followed. Of states in which the same is still to come, in the same time, only the best is kept; equal siblings may have
/// changed places. A state is dropped when what must still come at least (`LabelBounds`, as if slots were endless) breaks a
/// limit or cannot beat the best known. At most a certain number of states is kept at a time, the most promising ones; when
/// none was dropped for that, the best is the optimum of what the scheduler can carry out, else the least bound of the dropped
/// says how far off it may be. With one state this is the greedy rule; it costs O(tasks² × states × options) at most.
struct SlotSearch {
    /// Entries of all states of one layer; some 30 MB.
    private static let mostEntries = 2_000_000
    private static let mostStates = 1_000
    /// Steps of one layer; some 30 MB.
    private static let mostSteps = 400_000
    /// Entries that are copied in the whole search; half a second.
    private static let mostWork = 400_000_000
    private static let passes = 12

    struct Solution {
        /// For each task asked about.
        var choice: [Int]
        var weight: Int64
        /// Milliseconds.
        var makespan: Int64
    }

    /// A state that has not been made yet.
    private struct Step {
        let parent: Int
        let option: Int32
        let from: Int64
        let end: Int64
        /// Of a pool that had one to give.
        let holdsSlot: Bool
        let weight: Int64
        let cost: Int64
        let weightBound: Int64
        let timeBound: Int64
    }

    private let slots: SlotProblem
    private let problem: PlacementProblem
    private let incoming: [[(edge: PlacementProblem.Edge, prices: ContiguousArray<PlacementProblem.EdgePrice>)]]
    private let tails: [Int64]
    private let keys: SlotKeys
    private let isByTime: Bool
    private let meter: WorkMeter
    private let width: Int
    private var bounds: LabelBounds
    /// For each task asked about and each option the label that stands for it, and how much heavier it is.
    private let labels: [[(label: Int, excess: Int64)]]
    /// The least that a state which was dropped for want of room could come to, of what is minimised.
    private var dropped = Int64.max
    private(set) var best: Solution?

    /// - Parameter best: a solution that the scheduler can carry out and that keeps all limits.
    /// - Throws: never for a graph that the solver has found a choice for.
    init(
        _ slots: SlotProblem, best: Solution?, isOut: @escaping () -> Bool
    ) throws(PlacementInfeasibility) {
        self.slots = slots
        self.problem = slots.placement
        self.best = best
        self.isByTime = slots.placement.goal == .time
        self.meter = WorkMeter(limit: Int64(Self.mostWork), isOut: isOut)
        let problem = slots.placement
        self.incoming = problem.edgesByConsumer.map { edges in edges.map { ($0, problem.prices(of: $0)) } }
        self.tails = Self.tails(slots)
        self.keys = SlotKeys(slots)
        var free = problem
        (free.taskLimits, free.deadline, free.budget, free.goal) = ([], nil, nil, .weight)
        let network = try CostNetwork(free)
        self.bounds = LabelBounds(network, passes: Self.passes, meter: self.meter)
        self.labels = Self.labels(of: problem, network)
        let count = max(1, slots.pending.count)
        let options = max(1, problem.options.lazy.map(\.count).max() ?? 1)
        self.width = max(
            1,
            min(
                Self.mostStates, Self.mostSteps / options, Self.mostEntries / count,
                Self.mostWork / count / count / 8))
    }

    /// No plan that the scheduler can carry out has less of what is minimised.
    var bound: Int64 {
        let found = self.best.map { self.isByTime ? $0.makespan : $0.weight } ?? .max
        return min(found, self.dropped)
    }

    var isComplete: Bool { self.best.map { self.bound >= (self.isByTime ? $0.makespan : $0.weight) } ?? false }

    mutating func run() {
        var layer = [SlotState(self.slots, weightBound: self.bounds.origin)]
        for _ in self.slots.pending.indices {
            var steps: [Step] = []
            for index in layer.indices { self.follow(&layer[index], index, &steps) }
            layer = self.made(steps, of: layer)
        }
        for state in layer { self.offer(state) }
    }

    // MARK: Steps

    /// Adds every way to go on from a state.
    private mutating func follow(_ state: inout SlotState, _ index: Int, _ steps: inout [Step]) {
        guard let task = state.next else { return }
        let ready = state.readyAt[task]
        state.forget(before: ready)
        guard let position = self.slots.positions[task] else {
            let end = ready + self.slots.durations[task]
            steps.append(
                Step(
                    parent: index, option: -1, from: ready, end: end, holdsSlot: false, weight: state.weight,
                    cost: state.cost, weightBound: state.weightBound, timeBound: max(state.timeBound, end)))
            return
        }
        var added: ContiguousArray<Int64> = []
        let options = state.options
        let labels = self.labels
        self.bounds.added(position, labelOf: { labels[$0][Int(options[$0])].label }, into: &added)
        let allowed = self.problem.options[position].indices.filter { self.keepsOwnLimits(position, $0, state) }
        for moment in state.moments(from: ready) {
            let free = allowed.filter { self.isFree($0, of: position, at: moment, state) }
            guard !free.isEmpty else { continue }
            for option in free { self.take(position, option, moment, true, state, index, added, &steps) }
            return
        }
        // All are held by others, nobody knows until when: as if they were given back at once.
        for option in allowed { self.take(position, option, ready, false, state, index, added, &steps) }
    }

    private func isFree(_ option: Int, of position: Int, at moment: Int64, _ state: SlotState) -> Bool {
        let pool = self.slots.pools[position][option]
        guard pool != SlotProblem.endless else { return true }
        return state.held(pool, at: moment) + self.slots.units[position][option] <= self.slots.capacities[Int(pool)]
    }

    private mutating func take(
        _ position: Int, _ option: Int, _ moment: Int64, _ holdsSlot: Bool, _ state: SlotState, _ index: Int,
        _ added: ContiguousArray<Int64>, _ steps: inout [Step]
    ) {
        let chosen = self.problem.options[position][option]
        var weight = state.weight + self.problem.clamped(chosen.weight)
        var cost = state.cost + self.problem.clamped(chosen.cost)
        var arrival = moment
        for (edge, prices) in self.incoming[position] {
            let from = self.location(of: edge.producer, state)
            let price = prices[self.problem.routes.rate(from: from, to: Int(chosen.location))]
            weight += price.weight
            cost += price.cost
            arrival = max(arrival, state.ends[edge.producer] + self.transfer(edge, from, Int(chosen.location)))
        }
        let end = arrival + self.problem.duration(chosen)
        let (label, excess) = self.labels[position][option]
        let step = Step(
            parent: index, option: Int32(option), from: moment, end: end, holdsSlot: holdsSlot, weight: weight,
            cost: cost, weightBound: state.weightBound + added[label] + excess,
            timeBound: max(state.timeBound, end + self.tails[position]))
        if self.isPromising(step) { steps.append(step) }
    }

    private func isPromising(_ step: Step) -> Bool {
        if let deadline = self.problem.deadline, step.timeBound > deadline { return false }
        if let budget = self.problem.budget, step.cost > budget { return false }
        guard let best = self.best else { return true }
        return self.isByTime
            ? (step.timeBound, step.weightBound) < (best.makespan, best.weight) : step.weightBound < best.weight
    }

    private func keepsOwnLimits(_ position: Int, _ option: Int, _ state: SlotState) -> Bool {
        let limit = self.problem.limit(of: position)
        guard limit != .none else { return true }
        let chosen = self.problem.options[position][option]
        var cost = self.problem.clamped(chosen.cost)
        var transfer: Int64 = 0
        for (edge, prices) in self.incoming[position] {
            let from = self.location(of: edge.producer, state)
            cost += prices[self.problem.routes.rate(from: from, to: Int(chosen.location))].cost
            transfer = max(transfer, self.transfer(edge, from, Int(chosen.location)))
        }
        if let budget = limit.budget, cost > budget { return false }
        return limit.deadline.map { transfer + self.problem.duration(chosen) <= $0 } ?? true
    }

    private func location(of position: Int, _ state: SlotState) -> Int {
        Int(self.problem.options[position][Int(state.options[position])].location)
    }

    private func transfer(_ edge: PlacementProblem.Edge, _ from: Int, _ to: Int) -> Int64 {
        self.problem.routes.milliseconds(of: edge.bytes, from: from, to: to)
    }

    // MARK: Layers

    /// The states that the most promising steps lead to, without those that another one beats.
    private mutating func made(_ steps: [Step], of layer: [SlotState]) -> [SlotState] {
        let sorted = steps.sorted { a, b in
            self.isByTime
                ? (a.timeBound, a.weightBound, a.parent, a.option) < (b.timeBound, b.weightBound, b.parent, b.option)
                : (a.weightBound, a.timeBound, a.parent, a.option) < (b.weightBound, b.timeBound, b.parent, b.option)
        }
        var states: [SlotState] = []
        var known: [SlotKeys.Key: [Int]] = [:]
        for step in sorted {
            guard states.count < self.width, self.meter.spend(Int64(2 * self.slots.pending.count)) || states.isEmpty
            else {
                self.dropped = min(self.dropped, self.isByTime ? step.timeBound : step.weightBound)
                break
            }
            let state = self.state(step, of: layer[step.parent])
            let key = self.keys.key(state)
            let beaten = known[key, default: []].firstIndex { self.beats(state, states[$0]) }
            if known[key, default: []].contains(where: { self.beats(states[$0], state) }) { continue }
            if let beaten, let index = known[key]?[beaten] {
                states[index] = state
            } else {
                known[key, default: []].append(states.count)
                states.append(state)
            }
        }
        return states
    }

    private func beats(_ a: SlotState, _ b: SlotState) -> Bool {
        a.weight <= b.weight && (self.problem.budget == nil || a.cost <= b.cost)
            && (!self.isByTime || a.timeBound <= b.timeBound)
    }

    private func state(_ step: Step, of parent: SlotState) -> SlotState {
        var state = parent
        guard let task = state.next else { return state }
        state.ended(task, at: step.end, self.slots)
        (state.weight, state.cost) = (step.weight, step.cost)
        (state.weightBound, state.timeBound) = (step.weightBound, step.timeBound)
        guard let position = self.slots.positions[task] else { return state }
        let pool = self.slots.pools[position][Int(step.option)]
        var hold: SlotState.Hold?
        if step.holdsSlot, pool != SlotProblem.endless {
            hold = SlotState.Hold(
                pool: pool, units: self.slots.units[position][Int(step.option)], from: step.from, until: step.end)
        }
        state.take(position, step.option, until: step.end, hold)
        return state
    }

    private mutating func offer(_ state: SlotState) {
        let found = Solution(choice: state.options.map(Int.init), weight: state.weight, makespan: state.timeBound)
        if let best = self.best {
            let isBetter =
                self.isByTime
                ? (found.makespan, found.weight) < (best.makespan, best.weight)
                : (found.weight, found.makespan) < (best.weight, best.makespan)
            guard isBetter else { return }
        }
        self.best = found
    }

    // MARK: Preparation

    /// For each task asked about the least time from its end to the end of the graph.
    private static func tails(_ slots: SlotProblem) -> [Int64] {
        var tails = [Int64](repeating: 0, count: slots.pending.count)
        func shortest(_ task: Int) -> Int64 {
            guard let position = slots.positions[task] else { return slots.durations[task] }
            return slots.placement.options[position].map(slots.placement.duration).min() ?? 0
        }
        for (task, followers) in slots.followers.enumerated().reversed() {
            tails[task] = followers.map { tails[$0] + shortest($0) }.max() ?? 0
        }
        return slots.positions.indices.filter { slots.positions[$0] != nil }.map { tails[$0] }
    }

    private static func labels(
        of problem: PlacementProblem, _ network: CostNetwork
    ) -> [[(label: Int, excess: Int64)]] {
        zip(problem.options, network.variables).map { options, variable in
            var labelAt = [Int32: Int]()
            for (label, location) in variable.locations.enumerated() { labelAt[location] = label }
            return options.map { option in
                let label = labelAt[option.location] ?? 0
                return (label, problem.clamped(option.weight) - variable.weights[label])
            }
        }
    }
}
