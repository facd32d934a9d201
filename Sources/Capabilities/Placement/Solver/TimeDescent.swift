/// A short choice without proof: one task after the other takes the label with which the whole ends first, until none
/// changes; among equals the lightest. Costs O(rounds × labels of all tasks × (tasks + arcs)).
struct TimeDescent {
    private static let mostRounds = 8

    private let problem: PlacementProblem
    private let network: CostNetwork
    private let timing: Timing

    init(_ problem: PlacementProblem, _ network: CostNetwork, _ timing: Timing) {
        self.problem = problem
        self.network = network
        self.timing = timing
    }

    /// Nil when what it came to breaks the limits of a task.
    func run(meter: WorkMeter) -> [Int]? {
        var labels = self.timing.durations.map { durations in
            durations.indices.min { (durations[$0], $0) < (durations[$1], $1) } ?? 0
        }
        var best = self.rank(labels)
        for _ in 0..<Self.mostRounds {
            var isChanged = false
            for task in self.timing.schedule(labels).tasks {
                let work = self.timing.durations[task].count * (labels.count + self.timing.arcs.count)
                guard meter.spend(Int64(work) * 4) else { break }
                let current = labels[task]
                var chosen = current
                for label in self.timing.durations[task].indices where label != current {
                    labels[task] = label
                    let rank = self.rank(labels)
                    if rank < best { (best, chosen) = (rank, label) }
                }
                labels[task] = chosen
                isChanged = isChanged || chosen != current
            }
            if !isChanged { break }
        }
        let choice = self.network.choice(labels)
        return self.problem.firstBreach(choice) == nil ? choice : nil
    }

    private func rank(_ labels: [Int]) -> (Int64, Int64) {
        (self.timing.schedule(labels).makespan, self.network.weight(of: labels))
    }
}
