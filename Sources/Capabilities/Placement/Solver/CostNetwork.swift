/// The problem without time: a label (a way to run) for each task, weights of labels, and weights of pairs of labels.
///
/// What is left after the first reduction, dominance: of the options of a task at one location only those are labels that
/// no other one beats in everything that counts. Without limits that is the cheapest one for each location. The label of
/// lower index wins among equals. Also known as a weighted constraint network, or a Markov random field.
///
/// `forbidden` stands for what no solution may contain. Sums are clamped to it, so two of them always fit into 64 bits.
struct CostNetwork {
    static let forbidden: Int64 = 1 << 61
    /// Entries of a limit's table over a task and its producers; above it the limit is checked afterwards. 8 MB.
    static let largestLimitTable = 1 << 20

    struct Variable {
        /// Ascending indices into the task's options.
        var options: ContiguousArray<Int32>
        var locations: ContiguousArray<Int32>
        var weights: ContiguousArray<Int64>

        var count: Int { self.options.count }

        /// Only the lightest label at each of so many locations, the first among equals.
        func lightest(of locations: Int) -> Variable {
            var best = ContiguousArray<Int>(repeating: -1, count: locations)
            for label in self.options.indices {
                let other = best[Int(self.locations[label])]
                if other < 0 || self.weights[label] < self.weights[other] { best[Int(self.locations[label])] = label }
            }
            let kept = best.filter { $0 >= 0 }.sorted()
            return Variable(
                options: ContiguousArray(kept.map { self.options[$0] }),
                locations: ContiguousArray(kept.map { self.locations[$0] }),
                weights: ContiguousArray(kept.map { self.weights[$0] }))
        }
    }

    /// What two tasks' labels weigh together; `producer < consumer`.
    struct Link {
        enum Values {
            /// For each distinct rate of the routes.
            case rates(ContiguousArray<Int64>)
            /// `[producer's label × consumer's labels + consumer's label]`
            case table(ContiguousArray<Int64>)
        }
        let producer: Int
        let consumer: Int
        var values: Values
    }

    let routes: Routes
    var variables: [Variable]
    var links: [Link]
    /// Limits that bind a task and several producers.
    var factors: [Factor]
    /// Whether a limit was too large for a table: what the network calls a solution may break it.
    var isRelaxed = false

    var sizes: [Int] { self.variables.map(\.count) }

    /// The table of a link; the consumer's label runs fastest.
    func table(of link: Link) -> ContiguousArray<Int64> {
        guard case .rates(let prices) = link.values else {
            if case .table(let values) = link.values { return values }
            return []
        }
        let consumers = self.variables[link.consumer].locations
        let producers = self.variables[link.producer].locations
        return Self.table(self.routes, prices, from: producers, to: consumers)
    }

    /// The prices between two lists of locations.
    static func table(
        _ routes: Routes, _ prices: ContiguousArray<Int64>, from: ContiguousArray<Int32>, to: ContiguousArray<Int32>
    ) -> ContiguousArray<Int64> {
        let width = to.count
        return ContiguousArray<Int64>(unsafeUninitializedCapacity: from.count * width) { table, count in
            prices.withUnsafeBufferPointer { prices in
                routes.rateIndex.withUnsafeBufferPointer { index in
                    to.withUnsafeBufferPointer { to in
                        for row in 0..<from.count {
                            let first = Int(from[row]) * routes.count
                            for column in 0..<width {
                                table.initializeElement(
                                    at: row * width + column, to: prices[Int(index[first + Int(to[column])])])
                            }
                        }
                    }
                }
            }
            count = from.count * width
        }
    }

    /// What a label of one end weighs with each label of the other end.
    func row(of link: Link, at label: Int, ofProducer: Bool) -> ContiguousArray<Int64> {
        let other = self.variables[ofProducer ? link.consumer : link.producer]
        let width = self.variables[link.consumer].count
        return ContiguousArray<Int64>(unsafeUninitializedCapacity: other.count) { row, count in
            switch link.values {
            case .table(let values):
                let first = ofProducer ? label * width : label
                let step = ofProducer ? 1 : width
                for index in 0..<other.count { row.initializeElement(at: index, to: values[first + index * step]) }
            case .rates(let prices):
                let own = Int(self.variables[ofProducer ? link.producer : link.consumer].locations[label])
                self.routes.fill(row, prices, at: own, asProducer: ofProducer, others: other.locations)
            }
            count = other.count
        }
    }

    func weight(of link: Link, _ producer: Int, _ consumer: Int) -> Int64 {
        switch link.values {
        case .table(let values): return values[producer * self.variables[link.consumer].count + consumer]
        case .rates(let prices):
            let from = Int(self.variables[link.producer].locations[producer])
            let to = Int(self.variables[link.consumer].locations[consumer])
            return prices[Int(self.routes.rateIndex[from * self.routes.count + to])]
        }
    }

    /// The weight of a label for each task; `forbidden` when it breaks a limit.
    func weight(of labels: [Int]) -> Int64 {
        let sizes = self.sizes
        var sum: Int64 = 0
        for (variable, label) in zip(self.variables, labels) { sum = Self.sum(sum, variable.weights[label]) }
        for link in self.links {
            sum = Self.sum(sum, self.weight(of: link, labels[link.producer], labels[link.consumer]))
        }
        for factor in self.factors { sum = Self.sum(sum, factor.value(labels, sizes: sizes)) }
        return sum
    }

    /// For each task the option that its label stands for.
    func choice(_ labels: [Int]) -> [Int] { zip(self.variables, labels).map { Int($0.options[$1]) } }

    /// The network of the labels that are kept, each list ascending.
    func restricted(to kept: [ContiguousArray<Int>]) -> CostNetwork {
        let sizes = self.sizes
        if zip(kept, sizes).allSatisfy({ $0.count == $1 }) { return self }
        var network = self
        for (task, labels) in kept.enumerated() {
            let variable = self.variables[task]
            network.variables[task] = Variable(
                options: ContiguousArray(labels.map { variable.options[$0] }),
                locations: ContiguousArray(labels.map { variable.locations[$0] }),
                weights: ContiguousArray(labels.map { variable.weights[$0] }))
        }
        for (index, link) in self.links.enumerated() {
            guard case .table(let values) = link.values else { continue }
            let table = Factor(scope: [link.producer, link.consumer], values: values)
            network.links[index].values = .table(table.restricted(to: kept, sizes: sizes).values)
        }
        network.factors = self.factors.map { $0.restricted(to: kept, sizes: sizes) }
        return network
    }

    /// Two weights, neither above `forbidden`, clamped to it.
    static func sum(_ a: Int64, _ b: Int64) -> Int64 { min(Self.forbidden, a + b) }
}
