/// The least weight of a network, exactly, by bucket elimination.
///
/// One task after the other is replaced by a table: for each combination of its neighbours' labels the least that the task
/// and its links can weigh. A table over one neighbour is added to that one's own weights, so trees never hold more than a
/// row. When all are eliminated the least weight is known, and going backwards each task takes its first best label given
/// those after it. Tasks with equal weights, equal links and equal neighbours' labels make equal tables, which are computed
/// once: a thousand equal workers of a fork-join cost as much as one.
///
/// Source: Dechter, *Bucket elimination: a unifying framework for reasoning*, Artificial Intelligence 113 (1999).
struct Elimination {
    /// What a task was eliminated with.
    private struct Bucket {
        let task: Int
        let weights: ContiguousArray<Int64>
        let links: [Int]
        let factors: [Factor]
    }

    private let network: CostNetwork
    private let sizes: [Int]
    private var weights: [ContiguousArray<Int64>]
    private var links: [[Int]]
    private var isLeft: [Bool]
    private let isPure: [Bool]
    private var tables: [[Factor]]
    private var buckets: [Bucket] = []
    private var messages = MessageMemory()
    private var constant: Int64 = 0

    private init(_ network: CostNetwork) {
        self.network = network
        self.sizes = network.sizes
        self.weights = network.variables.map(\.weights)
        self.links = [[Int]](repeating: [], count: network.variables.count)
        self.isLeft = [Bool](repeating: true, count: network.variables.count)
        self.isPure = network.isPure
        self.tables = [[Factor]](repeating: [], count: network.variables.count)
        for (index, link) in network.links.enumerated() {
            self.links[link.producer].append(index)
            self.links[link.consumer].append(index)
        }
        for factor in network.factors {
            for task in factor.scope { self.tables[task].append(factor) }
        }
    }

    enum Outcome {
        /// A label for each task, and their weight.
        case solved([Int], Int64)
        /// Every assignment breaks a limit.
        case infeasible
        /// The work or time ran out on the way.
        case out
    }

    static func solve(_ network: CostNetwork, order: EliminationOrder, meter: WorkMeter) -> Outcome {
        var elimination = Elimination(network)
        for (task, work) in zip(order.tasks, order.works) {
            guard meter.spend(work) else { return .out }
            elimination.eliminate(task)
        }
        guard elimination.constant < CostNetwork.forbidden else { return .infeasible }
        return .solved(elimination.decoded(), elimination.constant)
    }

    private mutating func eliminate(_ task: Int) {
        let links = self.links[task].filter {
            self.isLeft[self.network.links[$0].producer] && self.isLeft[self.network.links[$0].consumer]
        }
        let factors = self.tables[task].filter { $0.scope.allSatisfy { self.isLeft[$0] } }
        self.buckets.append(Bucket(task: task, weights: self.weights[task], links: links, factors: factors))
        var scope = Set(links.map { self.other(task, $0) })
        for factor in factors { scope.formUnion(factor.scope) }
        scope.remove(task)
        self.isLeft[task] = false
        let neighbours = scope.sorted()
        self.add(self.message(task, links, factors, to: neighbours), over: neighbours)
    }

    private func other(_ task: Int, _ link: Int) -> Int {
        let link = self.network.links[link]
        return link.producer == task ? link.consumer : link.producer
    }

    private mutating func message(
        _ task: Int, _ links: [Int], _ factors: [Factor], to neighbours: [Int]
    ) -> ContiguousArray<Int64> {
        let isPure = factors.isEmpty && self.isPure[task]
        let bucket = BucketInput(
            network: self.network, task: task, weights: self.weights[task], links: links, factors: factors,
            neighbours: neighbours, sizes: self.sizes, isPure: isPure)
        if let message = LeafMessage.minimised(bucket) { return message }
        return isPure ? self.messages.message(bucket) : BucketTable.minimised(bucket)
    }

    /// A table over one task joins that task's weights; a larger one is added to the one over the same tasks, if any.
    private mutating func add(_ values: ContiguousArray<Int64>, over scope: [Int]) {
        guard let first = scope.first else {
            self.constant = CostNetwork.sum(self.constant, values[0])
            return
        }
        if scope.count == 1 {
            Self.add(values, to: &self.weights[first])
            return
        }
        for task in scope {
            if let index = self.tables[task].firstIndex(where: { $0.scope == scope }) {
                Self.add(values, to: &self.tables[task][index].values)
            } else {
                self.tables[task].append(Factor(scope: scope, values: values))
            }
        }
    }

    private static func add(_ values: ContiguousArray<Int64>, to sums: inout ContiguousArray<Int64>) {
        values.withUnsafeBufferPointer { values in
            sums.withUnsafeMutableBufferPointer { sums in
                for index in 0..<values.count { sums[index] = min(CostNetwork.forbidden, sums[index] + values[index]) }
            }
        }
    }

    /// Backwards through the buckets: the first of the best labels, given those of the tasks eliminated later.
    private func decoded() -> [Int] {
        var labels = [Int](repeating: 0, count: self.sizes.count)
        for bucket in self.buckets.reversed() {
            var best = Int64.max
            var chosen = 0
            for label in 0..<self.sizes[bucket.task] {
                labels[bucket.task] = label
                var sum = bucket.weights[label]
                for index in bucket.links {
                    let link = self.network.links[index]
                    let weight = self.network.weight(of: link, labels[link.producer], labels[link.consumer])
                    sum = CostNetwork.sum(sum, weight)
                }
                for factor in bucket.factors {
                    sum = CostNetwork.sum(sum, factor.value(labels, sizes: self.sizes))
                }
                if sum < best { (best, chosen) = (sum, label) }
            }
            labels[bucket.task] = chosen
        }
        return labels
    }
}

/// Messages of tasks that are linked by rates only, so that equal ones are computed once.
private struct MessageMemory {
    private struct Key: Hashable {
        let weights: ContiguousArray<Int64>
        let locations: ContiguousArray<Int32>
        let prices: [ContiguousArray<Int64>]
        let isProducer: [Bool]
        let neighbours: [ContiguousArray<Int32>]
    }

    /// Equal tasks mostly follow each other, so few are kept: 64 tables of 135 × 135 labels are 9 MB.
    private static let mostMessages = 64

    private var known: [Key: ContiguousArray<Int64>] = [:]
    private var order: [Key] = []
    private var oldest = 0

    mutating func message(_ bucket: BucketInput) -> ContiguousArray<Int64> {
        let links = bucket.links.map { bucket.network.links[$0] }
        let key = Key(
            weights: bucket.weights, locations: bucket.network.variables[bucket.task].locations,
            prices: links.map { if case .rates(let prices) = $0.values { prices } else { [] } },
            isProducer: links.map { $0.producer == bucket.task },
            neighbours: links.map {
                bucket.network.variables[$0.producer == bucket.task ? $0.consumer : $0.producer].locations
            })
        if let message = self.known[key] { return message }
        let message = BucketTable.minimised(bucket)
        if self.order.count < Self.mostMessages {
            self.order.append(key)
        } else {
            self.known[self.order[self.oldest]] = nil
            self.order[self.oldest] = key
            self.oldest = (self.oldest + 1) % Self.mostMessages
        }
        self.known[key] = message
        return message
    }
}
