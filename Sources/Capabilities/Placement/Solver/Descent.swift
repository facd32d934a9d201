/// Good solutions of a network without proof: one task after the other takes its best label given all others, until none
/// changes. What other parts of the search start from. Costs O(rounds × Σ over tasks of labels × links).
struct Descent {
    private static let mostRounds = 50

    private let network: CostNetwork
    private let sizes: [Int]
    private let links: [[Int]]
    private let factors: [[Int]]

    init(_ network: CostNetwork) {
        self.network = network
        self.sizes = network.sizes
        var links = [[Int]](repeating: [], count: network.variables.count)
        var factors = links
        for (index, link) in network.links.enumerated() {
            links[link.producer].append(index)
            links[link.consumer].append(index)
        }
        for (index, factor) in network.factors.enumerated() {
            for task in factor.scope { factors[task].append(index) }
        }
        self.links = links
        self.factors = factors
    }

    /// A better assignment near the given one, or the given one.
    func improved(_ labels: [Int]) -> [Int] {
        var labels = labels
        for _ in 0..<Self.mostRounds {
            var isChanged = false
            for task in labels.indices {
                let best = self.best(task, &labels)
                isChanged = isChanged || best != labels[task]
                labels[task] = best
            }
            if !isChanged { break }
        }
        return labels
    }

    /// The lightest of a few simple starts, each improved: every task by itself, and all together at the one location where
    /// that is cheapest.
    func start() -> [Int] {
        let alone = self.network.variables.map { variable in
            variable.weights.indices.min { (variable.weights[$0], $0) < (variable.weights[$1], $1) } ?? 0
        }
        let starts = [self.improved(alone), self.improved(self.together(alone))]
        let weights = starts.map { self.network.weight(of: $0) }
        return weights[1] < weights[0] ? starts[1] : starts[0]
    }

    private func together(_ alone: [Int]) -> [Int] {
        var best: (weight: Int64, labels: [Int]) = (.max, alone)
        for location in 0..<Int32(self.network.routes.count) {
            var labels = alone
            for (task, variable) in self.network.variables.enumerated() {
                let here = variable.locations.indices.filter { variable.locations[$0] == location }
                labels[task] = here.min { variable.weights[$0] < variable.weights[$1] } ?? alone[task]
            }
            let weight = self.network.weight(of: labels)
            if weight < best.weight { best = (weight, labels) }
        }
        return best.labels
    }

    private func best(_ task: Int, _ labels: inout [Int]) -> Int {
        var sums = self.network.variables[task].weights
        for index in self.links[task] {
            let link = self.network.links[index]
            let isProducer = link.producer == task
            let other = labels[isProducer ? link.consumer : link.producer]
            let row = self.network.row(of: link, at: other, ofProducer: !isProducer)
            for label in sums.indices { sums[label] = CostNetwork.sum(sums[label], row[label]) }
        }
        let current = labels[task]
        for index in self.factors[task] {
            for label in sums.indices {
                labels[task] = label
                let value = self.network.factors[index].value(labels, sizes: self.sizes)
                sums[label] = CostNetwork.sum(sums[label], value)
            }
        }
        labels[task] = current
        var best = current
        for label in sums.indices where sums[label] < sums[best] { best = label }
        return best
    }
}
