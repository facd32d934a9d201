/// A lower bound of a network's least weight, by moving weight between tasks and links without changing any sum.
///
/// Each pass goes through the tasks in order: a task collects from the links behind it what every label there must pay at
/// least, puts what all its labels share into the bound, and hands the rest in equal parts to the links ahead. What is left
/// on tasks and links is never negative, so a label whose left-over exceeds the distance from the bound to a known solution
/// is in no better one, and is removed (reduced-cost fixing). Integers throughout: every bound is exact, not nearly so.
/// Tables over three and more tasks are left out, which only lowers the bound.
///
/// Source: Kolmogorov, *Convergent tree-reweighted message passing for energy minimization*, PAMI 28 (2006), in the form of
/// his *A new look at reweighted message passing*, PAMI 37 (2015). One pass costs O(Σ over links of labels × labels).
struct Reparametrisation {
    private(set) var network: CostNetwork
    /// No solution weighs less.
    private(set) var bound: Int64 = 0
    /// What is left on each label; the least is 0 after a pass.
    private(set) var left: [ContiguousArray<Int64>]
    /// For each link what it has handed to each label of its producer and of its consumer; negative when it received.
    private var toProducer: [ContiguousArray<Int64>]
    private var toConsumer: [ContiguousArray<Int64>]
    let incoming: [[Int]]
    let outgoing: [[Int]]

    init(_ network: CostNetwork) {
        self.network = network
        self.left = network.variables.map(\.weights)
        self.toProducer = network.links.map {
            ContiguousArray(repeating: 0, count: network.variables[$0.producer].count)
        }
        self.toConsumer = network.links.map {
            ContiguousArray(repeating: 0, count: network.variables[$0.consumer].count)
        }
        var incoming = [[Int]](repeating: [], count: network.variables.count)
        var outgoing = incoming
        for (index, link) in network.links.enumerated() {
            incoming[link.consumer].append(index)
            outgoing[link.producer].append(index)
        }
        self.incoming = incoming
        self.outgoing = outgoing
    }

    /// Additions of one pass there and back.
    var workOfPass: Int64 {
        self.network.links.reduce(0) {
            $0 + 2 * Int64(self.network.variables[$1.producer].count * self.network.variables[$1.consumer].count)
        }
    }

    /// Back and forth once; returns the labels that the way forth suggests.
    mutating func pass() -> [Int] {
        for task in self.network.variables.indices.reversed() {
            for link in self.outgoing[task] { self.collectAtProducer(link) }
            self.normalise(task)
            let parts = Int64(max(self.incoming[task].count, self.outgoing[task].count))
            for (index, link) in self.incoming[task].enumerated() {
                Self.move(&self.left[task], &self.toConsumer[link], parts - Int64(index))
            }
        }
        var labels = [Int](repeating: 0, count: self.network.variables.count)
        for task in self.network.variables.indices {
            labels[task] = self.suggestion(task, labels)
            for link in self.incoming[task] { self.collectAtConsumer(link) }
            self.normalise(task)
            let parts = Int64(max(self.incoming[task].count, self.outgoing[task].count))
            for (index, link) in self.outgoing[task].enumerated() {
                Self.move(&self.left[task], &self.toProducer[link], parts - Int64(index))
            }
        }
        return labels
    }

    /// Hands `1 ⁄ parts` of what is left to a link. With one part fewer each time, all links get the same.
    private static func move(
        _ left: inout ContiguousArray<Int64>, _ handed: inout ContiguousArray<Int64>, _ parts: Int64
    ) {
        for label in left.indices {
            let share = left[label] / parts
            left[label] -= share
            handed[label] -= share
        }
    }

    private mutating func normalise(_ task: Int) {
        let least = self.left[task].min() ?? 0
        self.bound += least
        guard least != 0 else { return }
        for label in self.left[task].indices { self.left[task][label] -= least }
    }

    /// The best label given those of the tasks before: what is left, and what the links to them still hold.
    private func suggestion(_ task: Int, _ labels: [Int]) -> Int {
        var sums = self.left[task]
        for link in self.incoming[task] {
            let producer = labels[self.network.links[link].producer]
            let held = self.held(link, at: producer, ofProducer: true)
            for label in sums.indices { sums[label] += held[label] }
        }
        return sums.indices.min { (sums[$0], $0) < (sums[$1], $1) } ?? 0
    }

    private mutating func collectAtConsumer(_ index: Int) {
        let consumer = self.network.links[index].consumer
        var least = ContiguousArray<Int64>(repeating: .max, count: self.left[consumer].count)
        self.forEachRow(index) { producer, row in
            let handed = self.toProducer[index][producer]
            least.withUnsafeMutableBufferPointer { least in
                for label in 0..<row.count { least[label] = min(least[label], row[label] &- handed) }
            }
        }
        for label in least.indices {
            self.left[consumer][label] += least[label] - self.toConsumer[index][label]
            self.toConsumer[index][label] = least[label]
        }
    }

    private mutating func collectAtProducer(_ index: Int) {
        let producer = self.network.links[index].producer
        var least = ContiguousArray<Int64>(repeating: .max, count: self.left[producer].count)
        self.toConsumer[index].withUnsafeBufferPointer { handed in
            self.forEachRow(index) { producer, row in
                var minimum = Int64.max
                for label in 0..<row.count { minimum = min(minimum, row[label] &- handed[label]) }
                least[producer] = minimum
            }
        }
        for label in least.indices {
            self.left[producer][label] += least[label] - self.toProducer[index][label]
            self.toProducer[index][label] = least[label]
        }
    }

    /// The labels that can be in a solution no heavier than `upper`.
    func labels(within upper: Int64) -> [ContiguousArray<Int>] {
        let slack = upper - self.bound
        return self.excess.map { excess in ContiguousArray(excess.indices.filter { excess[$0] <= slack }) }
    }

    /// For each label how much more than the bound any solution with it weighs, by what its task and all its links must
    /// pay at least.
    var excess: [ContiguousArray<Int64>] {
        var excess = self.left
        for (index, link) in self.network.links.enumerated() {
            var atConsumer = ContiguousArray<Int64>(repeating: .max, count: excess[link.consumer].count)
            self.forEachRow(index) { producer, row in
                var atProducer = Int64.max
                for label in 0..<row.count {
                    let held = row[label] - self.toProducer[index][producer] - self.toConsumer[index][label]
                    atProducer = min(atProducer, held + self.left[link.consumer][label])
                    atConsumer[label] = min(atConsumer[label], held + self.left[link.producer][producer])
                }
                excess[link.producer][producer] += atProducer
            }
            for label in atConsumer.indices { excess[link.consumer][label] += atConsumer[label] }
        }
        return excess
    }

    /// The same bound for the labels that are kept.
    mutating func restrict(to kept: [ContiguousArray<Int>]) {
        for (index, link) in self.network.links.enumerated() {
            self.toProducer[index] = ContiguousArray(kept[link.producer].map { self.toProducer[index][$0] })
            self.toConsumer[index] = ContiguousArray(kept[link.consumer].map { self.toConsumer[index][$0] })
        }
        for task in kept.indices { self.left[task] = ContiguousArray(kept[task].map { self.left[task][$0] }) }
        self.network = self.network.restricted(to: kept)
    }

    /// What a link still holds for a label of one end, over all labels of the other end.
    func held(_ index: Int, at label: Int, ofProducer: Bool) -> ContiguousArray<Int64> {
        let cap = self.cap
        let own = ofProducer ? self.toProducer[index][label] : self.toConsumer[index][label]
        var held = self.network.row(of: self.network.links[index], at: label, ofProducer: ofProducer)
        let others = ofProducer ? self.toConsumer[index] : self.toProducer[index]
        for other in held.indices { held[other] = min(cap, held[other]) - own - others[other] }
        return held
    }

    /// What a forbidden pair counts as, so that sums over all links stay below 2⁶⁰. More than any solution weighs, unless
    /// weights are near the ceiling; the bound is then lower, never wrong.
    private var cap: Int64 { (1 << 60) / Int64(self.network.links.count + 1) }

    /// All rows of a link's table, one for each label of its producer; made on the way when it is priced by rates.
    private func forEachRow(_ index: Int, _ body: (Int, UnsafeBufferPointer<Int64>) -> Void) {
        let link = self.network.links[index]
        let producers = self.network.variables[link.producer].locations
        let consumers = self.network.variables[link.consumer].locations
        let cap = self.cap
        var row = ContiguousArray<Int64>(repeating: 0, count: consumers.count)
        row.withUnsafeMutableBufferPointer { row in
            switch link.values {
            case .table(let values):
                for producer in producers.indices {
                    for label in 0..<row.count { row[label] = min(cap, values[producer * row.count + label]) }
                    body(producer, UnsafeBufferPointer(row))
                }
            case .rates(let prices):
                for (producer, location) in producers.enumerated() {
                    self.network.routes.fill(row, prices, at: Int(location), asProducer: true, others: consumers)
                    body(producer, UnsafeBufferPointer(row))
                }
            }
        }
    }
}
