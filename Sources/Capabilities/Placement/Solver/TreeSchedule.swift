/// Time against weight on forests, exactly: where no task has two consumers, or none two producers.
///
/// For each label of a task the least weight of all that must be done before it ends is a staircase over the time allowed.
/// Those of its producers are shifted by their transfers, their lower envelope is taken over the producer's labels, they
/// are added up (all producers have the same time), and the task's own time and weight come on top. Out-forests are the
/// same from the other end of time. Label setting for the shortest path with a resource, carried over to trees.
///
/// Source: Handler, Zang, *A dual algorithm for the constrained shortest path problem*, Networks 10 (1980); Desrochers,
/// Soumis, *A generalized permanent labelling algorithm*, INFOR 26 (1988).
/// Costs O(Σ over links of labels × labels × steps); steps later than the deadline are dropped on the way.
struct TreeSchedule {
    private let network: CostNetwork
    private let timing: Timing
    /// Whether time runs from the last tasks to the first.
    private let isReversed: Bool
    private let links: [Int?]
    private let latest: Int64
    private let timeOnly: Bool
    /// For each task and label.
    private var staircases: [[Staircase]]

    /// Nil when the graph is no forest, when a limit binds several tasks, or when the work ran out.
    ///
    /// - Parameters:
    ///   - latest: milliseconds, beyond which nothing is of interest.
    ///   - timeOnly: whether weights do not matter, only what is forbidden.
    init?(_ network: CostNetwork, _ timing: Timing, latest: Int64, meter: WorkMeter, timeOnly: Bool) {
        guard timing.isInForest || timing.isOutForest, network.factors.isEmpty, !network.isRelaxed else { return nil }
        self.network = network
        self.timing = timing
        self.isReversed = !timing.isInForest
        self.latest = latest
        self.timeOnly = timeOnly
        self.links = timing.arcs.map { arc in
            network.links.firstIndex { $0.producer == arc.producer && $0.consumer == arc.consumer }
        }
        self.staircases = [[Staircase]](repeating: [], count: network.variables.count)
        let tasks = Array(network.variables.indices)
        for task in self.isReversed ? tasks.reversed() : tasks {
            guard let staircases = self.staircases(of: task, meter) else { return nil }
            self.staircases[task] = staircases
        }
    }

    private func children(_ task: Int) -> [Int] {
        self.isReversed ? self.timing.outgoing[task] : self.timing.incoming[task]
    }

    private func child(_ arc: Int) -> Int {
        self.isReversed ? self.timing.arcs[arc].consumer : self.timing.arcs[arc].producer
    }

    /// The tasks that nothing in this direction comes after.
    private var roots: [Int] {
        self.network.variables.indices.filter {
            (self.isReversed ? self.timing.incoming[$0] : self.timing.outgoing[$0]).isEmpty
        }
    }

    private func staircases(of task: Int, _ meter: WorkMeter) -> [Staircase]? {
        let variable = self.network.variables[task]
        // What comes after (before, in reverse) takes at least this long.
        let rest =
            self.isReversed
            ? self.timing.heads[task] - (self.timing.durations[task].min() ?? 0) : self.timing.tails[task]
        var staircases: [Staircase] = []
        for label in variable.options.indices {
            var sum = Staircase.free
            for arc in self.children(task) {
                let steps = self.steps(arc, label, until: self.latest - rest - self.timing.durations[task][label])
                guard meter.spend(Int64(steps.count) * 8 + 1) else { return nil }
                sum = sum.joined(Staircase(of: steps))
            }
            sum = sum.shifted(by: self.timing.durations[task][label], self.timeOnly ? 0 : variable.weights[label])
            if let earliest = sum.earliest, earliest + rest > self.latest { sum = Staircase(of: []) }
            staircases.append(sum)
        }
        return staircases
    }

    /// All steps of a child seen from a label of its parent, up to a time.
    private func steps(_ arc: Int, _ label: Int, until latest: Int64) -> ContiguousArray<Staircase.Step> {
        var steps: ContiguousArray<Staircase.Step> = []
        for (other, staircase) in self.staircases[self.child(arc)].enumerated() {
            let (time, weight) = self.link(arc, label, other)
            if weight >= CostNetwork.forbidden { continue }
            for step in staircase.steps {
                if step.time + time > latest { break }
                steps.append(Staircase.Step(time: step.time + time, weight: step.weight + weight))
            }
        }
        return steps
    }

    /// What an arc takes and weighs between a label of the parent and one of the child.
    private func link(_ arc: Int, _ parent: Int, _ child: Int) -> (time: Int64, weight: Int64) {
        let (producer, consumer) = self.isReversed ? (parent, child) : (child, parent)
        let weight = self.links[arc].map { self.network.weight(of: self.network.links[$0], producer, consumer) } ?? 0
        let isFree = self.timeOnly && weight < CostNetwork.forbidden
        return (self.timing.transfer(arc, producer, consumer), isFree ? 0 : weight)
    }

    /// The least makespan; nil when there is none by `latest`.
    var earliest: Int64? {
        var earliest: Int64 = 0
        for root in self.roots {
            guard let time = self.staircases[root].compactMap(\.earliest).min() else { return nil }
            earliest = max(earliest, time)
        }
        return earliest
    }

    /// The lightest labels with which all ends in time; nil when there are none.
    func labels(within time: Int64) -> [Int]? {
        var labels = [Int](repeating: 0, count: self.network.variables.count)
        for root in self.roots {
            guard let label = self.best(self.staircases[root].map { $0.weight(within: time) }) else { return nil }
            guard self.decide(root, label, time, &labels) else { return nil }
        }
        return labels
    }

    private func best(_ weights: [Int64?]) -> Int? {
        var best: (label: Int, weight: Int64)?
        for (label, weight) in weights.enumerated() {
            if let weight, weight < best?.weight ?? .max { best = (label, weight) }
        }
        return best?.label
    }

    private func decide(_ task: Int, _ label: Int, _ time: Int64, _ labels: inout [Int]) -> Bool {
        labels[task] = label
        let left = time - self.timing.durations[task][label]
        for arc in self.children(task) {
            let links = self.staircases[self.child(arc)].indices.map { self.link(arc, label, $0) }
            let weights = zip(self.staircases[self.child(arc)], links).map { staircase, link in
                staircase.weight(within: left - link.time).map { CostNetwork.sum($0, link.weight) }
            }
            guard let best = self.best(weights) else { return false }
            guard self.decide(self.child(arc), best, left - links[best].time, &labels) else { return false }
        }
        return true
    }
}
