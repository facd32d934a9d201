/// Time, weight and cost on any graph, by label setting over the open tasks.
///
/// Tasks are placed one after the other, producers first. What matters of the past is where the open tasks (placed, but
/// with consumers that are not) run and when they end, and the sums so far: of states that agree in the first, only those
/// are kept that no other one beats in all the rest. A state is dropped when what must still come (`LabelBounds` for weights
/// and costs, shortest tails for time) breaks a limit or cannot beat the best solution known. At most `mostStates` are kept
/// at a time, the most promising ones; if none was dropped for that, the best solution is the optimum.
///
/// Source: Desrochers, Soumis, *A generalized permanent labelling algorithm for the shortest path problem with time
/// windows*, INFOR 26 (1988).
struct Labels {
    /// States of one layer; a few megabytes.
    private static let mostStates = 4_000
    /// Candidates before the less promising ones are dropped; 40 MB.
    private static let mostCandidates = 400_000
    private static let passes = 12

    /// What a solution must keep.
    struct Target {
        var goal: PlacementProblem.Goal
        /// Milliseconds; `max` for none.
        var deadline: Int64
        /// Nano-dollars; `max` for none.
        var budget: Int64
    }

    /// The same labels with time or cost priced into their weights: no solution that keeps the limits weighs less than its
    /// relaxed weight minus the offset.
    struct Relaxation {
        var network: CostNetwork
        var offset: Int64
    }

    private let problem: PlacementProblem
    private let network: CostNetwork
    private let timing: Timing
    private let target: Target
    private let meter: WorkMeter
    private let order: [Int]
    private let open: [[Int]]
    private var weights: LabelBounds
    private var costs: LabelBounds?
    private var relaxed: LabelBounds?
    private let offset: Int64
    private var layers: [LabelLayer] = []
    private(set) var isComplete = true
    /// The best solution so far, with the unknown counted in its weight.
    private(set) var best: (choice: [Int], weight: Int64, makespan: Int64)?

    /// - Parameters:
    ///   - costs: the network with costs for weights, when there is a budget.
    ///   - best: a solution that keeps all limits.
    init(
        _ problem: PlacementProblem, _ network: CostNetwork, costs: CostNetwork?, relaxation: Relaxation?,
        timing: Timing,
        target: Target, best: (choice: [Int], weight: Int64, makespan: Int64)?, meter: WorkMeter
    ) {
        self.problem = problem
        self.network = network
        self.timing = timing
        self.target = target
        self.meter = meter
        self.best = best
        (self.order, self.open) = Self.order(timing)
        self.weights = LabelBounds(network, passes: Self.passes, meter: meter)
        self.costs = costs.map { LabelBounds($0, passes: Self.passes, meter: meter) }
        self.relaxed = relaxation.map { LabelBounds($0.network, passes: Self.passes, meter: meter) }
        self.offset = relaxation?.offset ?? 0
    }

    /// The least weight there can be, whatever the search finds.
    var bound: Int64 { max(self.weights.bound, self.relaxed.map { $0.bound - self.offset } ?? 0) }

    /// Places all tasks; afterwards `best` is the optimum if `isComplete`.
    mutating func run() {
        var root = LabelLayer(open: [])
        root.states = [
            LabelLayer.Candidate(
                parent: -1, label: -1, end: 0, weight: self.weights.origin, cost: self.costs?.origin ?? 0, makespan: 0,
                time: 0, rank: 0, relaxed: self.relaxed?.origin ?? 0)
        ]
        self.layers = [root]
        for (position, task) in self.order.enumerated() {
            let candidates = self.candidates(task, after: self.layers[position])
            self.layers.append(self.layer(candidates, task, position))
            if self.layers[position + 1].states.isEmpty { return }
        }
        for state in self.layers[self.order.count].states.indices { self.offer(state) }
    }

    /// Producers first, and of those that may come next the one that leaves the fewest open; the first among equals.
    private static func order(_ timing: Timing) -> (order: [Int], open: [[Int]]) {
        var waiting = timing.incoming.map(\.count)
        var unplaced = timing.outgoing.map(\.count)
        var ready = Set(waiting.indices.filter { waiting[$0] == 0 })
        var order: [Int] = []
        var open: Set<Int> = []
        var opens: [[Int]] = []
        while !ready.isEmpty {
            let next = ready.sorted().min { a, b in
                Self.growth(a, timing, unplaced) < Self.growth(b, timing, unplaced)
            }
            guard let task = next else { break }
            ready.remove(task)
            order.append(task)
            if unplaced[task] > 0 { open.insert(task) }
            for arc in timing.incoming[task] {
                let producer = timing.arcs[arc].producer
                unplaced[producer] -= 1
                if unplaced[producer] == 0 { open.remove(producer) }
            }
            for arc in timing.outgoing[task] {
                let consumer = timing.arcs[arc].consumer
                waiting[consumer] -= 1
                if waiting[consumer] == 0 { ready.insert(consumer) }
            }
            opens.append(open.sorted())
        }
        return (order, opens)
    }

    private static func growth(_ task: Int, _ timing: Timing, _ unplaced: [Int]) -> Int {
        let closed = timing.incoming[task].count { unplaced[timing.arcs[$0].producer] == 1 }
        return (unplaced[task] > 0 ? 1 : 0) - closed
    }

    private mutating func candidates(_ task: Int, after layer: LabelLayer) -> ContiguousArray<LabelLayer.Candidate> {
        var candidates: ContiguousArray<LabelLayer.Candidate> = []
        for state in layer.states.indices {
            guard self.meter.spend(Int64(self.network.variables[task].count) * 8) else {
                self.isComplete = false
                break
            }
            self.extend(layer, state, by: task, &candidates)
            if candidates.count > Self.mostCandidates { self.shrink(&candidates, to: Self.mostCandidates / 2) }
        }
        return candidates
    }

    private mutating func shrink(_ candidates: inout ContiguousArray<LabelLayer.Candidate>, to count: Int) {
        guard candidates.count > count else { return }
        self.isComplete = false
        candidates.sort { ($0.rank, $0.time, $0.parent, $0.label) < ($1.rank, $1.time, $1.parent, $1.label) }
        candidates.removeLast(candidates.count - count)
    }

    private mutating func extend(
        _ layer: LabelLayer, _ index: Int, by task: Int, _ candidates: inout ContiguousArray<LabelLayer.Candidate>
    ) {
        let state = layer.states[index]
        let labelOf = { layer.label(index, of: $0) }
        var weights: ContiguousArray<Int64> = []
        var costs: ContiguousArray<Int64> = []
        var relaxed: ContiguousArray<Int64> = []
        self.weights.added(task, labelOf: labelOf, into: &weights)
        self.costs?.added(task, labelOf: labelOf, into: &costs)
        self.relaxed?.added(task, labelOf: labelOf, into: &relaxed)
        let producers = self.timing.incoming[task].map { arc in
            let producer = self.timing.arcs[arc].producer
            return (arc, layer.label(index, of: producer), layer.end(index, of: producer))
        }
        for label in weights.indices {
            let weight = state.weight + weights[label]
            let cost = state.cost + (costs.isEmpty ? 0 : costs[label])
            let sum = state.relaxed + (relaxed.isEmpty ? 0 : relaxed[label])
            guard cost <= self.target.budget, !self.isTooHeavy(max(weight, sum - self.offset)) else { continue }
            var start: Int64 = 0
            for (arc, producer, end) in producers {
                start = max(start, end + self.timing.transfer(arc, producer, label))
            }
            let end = start + self.timing.durations[task][label]
            let time = max(state.time, end + self.timing.tails[task])
            guard time <= self.target.deadline, !self.isTooLate(time, weight) else { continue }
            let rank = self.target.goal == .time ? time : relaxed.isEmpty ? weight : sum
            candidates.append(
                LabelLayer.Candidate(
                    parent: Int32(index), label: Int32(label), end: end, weight: weight, cost: cost,
                    makespan: self.target.goal == .time ? max(state.makespan, end) : 0, time: time, rank: rank,
                    relaxed: sum))
        }
    }

    private func isTooHeavy(_ weight: Int64) -> Bool {
        self.target.goal == .weight && weight >= self.best?.weight ?? .max
    }

    private func isTooLate(_ time: Int64, _ weight: Int64) -> Bool {
        guard self.target.goal == .time, let best = self.best else { return false }
        return time > best.makespan || time == best.makespan && weight >= best.weight
    }

    private mutating func layer(
        _ candidates: ContiguousArray<LabelLayer.Candidate>, _ task: Int, _ position: Int
    ) -> LabelLayer {
        var sorted = candidates
        sorted.sort {
            ($0.weight, $0.time, $0.cost, $0.parent, $0.label) < ($1.weight, $1.time, $1.cost, $1.parent, $1.label)
        }
        var layer = LabelLayer(open: self.open[position])
        var known: [Int: [Int32]] = [:]
        for candidate in sorted {
            guard self.meter.spend(8) else {
                self.isComplete = false
                break
            }
            layer.insert(candidate, placing: task, after: self.layers[position], known: &known)
        }
        guard layer.states.count > Self.mostStates else { return layer }
        var kept = layer.states
        self.shrink(&kept, to: Self.mostStates)
        var smaller = LabelLayer(open: self.open[position])
        known = [:]
        kept.sort { ($0.weight, $0.time, $0.parent, $0.label) < ($1.weight, $1.time, $1.parent, $1.label) }
        for candidate in kept {
            smaller.insert(candidate, placing: task, after: self.layers[position], known: &known)
        }
        return smaller
    }

    /// Takes a complete state as the best solution when it keeps all limits and is better.
    private mutating func offer(_ state: Int) {
        var labels = [Int](repeating: 0, count: self.order.count)
        var index = state
        for position in self.order.indices.reversed() {
            let candidate = self.layers[position + 1].states[index]
            labels[self.order[position]] = Int(candidate.label)
            index = Int(candidate.parent)
        }
        let weight = self.network.weight(of: labels)
        let choice = self.network.choice(labels)
        guard weight < CostNetwork.forbidden, self.problem.keepsLimits(choice) else { return }
        let makespan = self.problem.totals(of: choice).makespan
        if let best = self.best {
            let isBetter =
                self.target.goal == .time
                ? (makespan, weight) < (best.makespan, best.weight) : weight < best.weight
            guard isBetter else { return }
        }
        self.best = (choice, weight, makespan)
    }
}
