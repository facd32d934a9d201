extension CostNetwork {
    /// What a millisecond of each task and of each edge adds to the weight: a Lagrangian relaxation of a deadline.
    struct TimePrices {
        var tasks: [Int64]
        var edges: [Int64]
    }

    /// Which quantities besides weight decide whether an option beats another one at the same location.
    struct Dimensions {
        var cost = false
        var duration = false
    }

    /// - Parameter goal: what a label weighs: the problem's weight, or its cost (to find the least one).
    /// - Throws: `task` when no label of a task keeps its own limits.
    init(
        _ problem: PlacementProblem, minimising quantity: PlacementQuantity = .weight,
        dimensions: Dimensions = Dimensions()
    ) throws(PlacementInfeasibility) {
        self.routes = problem.routes
        self.variables = []
        self.links = []
        self.factors = []
        for task in problem.options.indices {
            let variable = Self.variable(task, of: problem, quantity, dimensions)
            guard variable.count > 0 else { throw .task(task) }
            self.variables.append(variable)
        }
        let builder = LinkBuilder(problem: problem, quantity: quantity, timePrices: nil, network: self)
        (self.links, self.factors, self.isRelaxed) = builder.build()
        if !problem.taskLimits.isEmpty { try self.removeUnsupported() }
    }

    /// The same labels with other weights: their costs, or with time priced in.
    ///
    /// - Parameter onePerLocation: keep only the lightest label at each location. Loses nothing as long as tasks have no
    ///   limits of their own, since labels at one location share what their links weigh.
    func reweighed(
        _ problem: PlacementProblem, minimising quantity: PlacementQuantity, timePrices: TimePrices? = nil,
        onePerLocation: Bool = false
    ) -> CostNetwork {
        var network = self
        for (task, variable) in self.variables.enumerated() {
            for (label, index) in variable.options.enumerated() {
                let option = problem.options[task][Int(index)]
                let weight = problem.clamped(quantity == .weight ? option.weight : option.cost)
                network.variables[task].weights[label] = Self.saturated(
                    weight, problem.duration(option), timePrices?.tasks[task] ?? 0)
            }
        }
        if onePerLocation { network.variables = network.variables.map { $0.lightest(of: self.routes.count) } }
        let builder = LinkBuilder(problem: problem, quantity: quantity, timePrices: timePrices, network: network)
        (network.links, network.factors, network.isRelaxed) = builder.build()
        return network
    }

    /// The options that no other one at the same location beats.
    private static func variable(
        _ task: Int, of problem: PlacementProblem, _ quantity: PlacementQuantity, _ dimensions: Dimensions
    ) -> Variable {
        let limit = problem.limit(of: task)
        let ceiling = problem.ceiling
        var front = Front(
            locations: problem.routes.count, cost: dimensions.cost || limit.budget != nil,
            duration: dimensions.duration || limit.deadline != nil)
        for (index, option) in problem.options[task].enumerated() {
            let cost = min(ceiling, max(0, option.cost))
            let duration = problem.duration(option)
            guard cost <= limit.budget ?? .max, duration <= limit.deadline ?? .max else { continue }
            let weight = quantity == .weight ? min(ceiling, max(0, option.weight)) : cost
            front.insert(
                Front.Entry(
                    index: Int32(index), location: option.location, weight: weight, cost: cost, duration: duration))
        }
        let kept = front.entries.filter { $0.index >= 0 }.sorted { $0.index < $1.index }
        return Variable(
            options: ContiguousArray(kept.map(\.index)), locations: ContiguousArray(kept.map(\.location)),
            weights: ContiguousArray(kept.map(\.weight)))
    }

    /// For each location the options that no other one beats in weight and, where they count, cost and duration.
    private struct Front {
        struct Entry {
            var index: Int32
            var location: Int32
            var weight: Int64
            var cost: Int64
            var duration: Int64
            /// The entry of the same location before this one; -1 for none.
            var next: Int32 = -1
        }

        let cost: Bool
        let duration: Bool
        /// Those that were beaten later have the index -1.
        private(set) var entries: ContiguousArray<Entry> = []
        private var heads: ContiguousArray<Int32>

        init(locations: Int, cost: Bool, duration: Bool) {
            self.cost = cost
            self.duration = duration
            self.heads = ContiguousArray(repeating: -1, count: locations)
        }

        mutating func insert(_ entry: Entry) {
            var entry = entry
            let head = self.heads[Int(entry.location)]
            var position = Int(head)
            while position >= 0 {
                let other = self.entries[position]
                if other.index >= 0, self.beats(other, entry) { return }
                if other.index >= 0, self.beats(entry, other) { self.entries[position].index = -1 }
                position = Int(other.next)
            }
            entry.next = head
            self.heads[Int(entry.location)] = Int32(self.entries.count)
            self.entries.append(entry)
        }

        private func beats(_ a: Entry, _ b: Entry) -> Bool {
            a.weight <= b.weight && (!self.cost || a.cost <= b.cost) && (!self.duration || a.duration <= b.duration)
        }
    }

    /// `weight + milliseconds × price`, at most 2⁵⁸.
    static func saturated(_ weight: Int64, _ milliseconds: Int64, _ price: Int64) -> Int64 {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: price)
        return weight + (overflow ? 1 << 58 : min(1 << 58, product))
    }

    /// Arc consistency: labels that no label of a neighbour goes with are removed until every one has support.
    private mutating func removeUnsupported() throws(PlacementInfeasibility) {
        while true {
            var isKept = self.variables.map { ContiguousArray(repeating: true, count: $0.count) }
            for link in self.links {
                guard case .table(let values) = link.values else { continue }
                let width = self.variables[link.consumer].count
                for label in isKept[link.producer].indices
                where (0..<width).allSatisfy({ values[label * width + $0] >= Self.forbidden }) {
                    isKept[link.producer][label] = false
                }
                for label in 0..<width
                where isKept[link.producer].indices.allSatisfy({ values[$0 * width + label] >= Self.forbidden }) {
                    isKept[link.consumer][label] = false
                }
            }
            if isKept.allSatisfy({ $0.allSatisfy { $0 } }) { return }
            if let task = isKept.lastIndex(where: { !$0.contains(true) }) { throw .task(task) }
            self = self.restricted(to: isKept.map { kept in ContiguousArray(kept.indices.filter { kept[$0] }) })
        }
    }
}

/// What a network sums up.
enum PlacementQuantity { case weight, cost }

/// Turns edges into links, and limits of single tasks into tables.
private struct LinkBuilder {
    let problem: PlacementProblem
    let quantity: PlacementQuantity
    let timePrices: CostNetwork.TimePrices?
    let network: CostNetwork

    private struct Pair: Hashable {
        let producer: Int
        let consumer: Int
    }

    func build() -> ([CostNetwork.Link], [Factor], Bool) {
        var order: [Pair] = []
        var edges: [Pair: [Int]] = [:]
        for (index, edge) in self.problem.edges.enumerated() where self.counts(edge, index) {
            let pair = Pair(producer: edge.producer, consumer: edge.consumer)
            if edges[pair, default: []].isEmpty { order.append(pair) }
            edges[pair, default: []].append(index)
        }
        let links = order.map { self.link($0, edges[$0, default: []]) }
        var factors: [Factor] = []
        var isRelaxed = false
        for task in self.problem.options.indices {
            let producers = order.filter { $0.consumer == task && self.carries(edges[$0, default: []]) }
            guard let budget = self.problem.limit(of: task).budget, producers.count > 1 else { continue }
            let into = producers.map { ($0.producer, edges[$0, default: []]) }
            if let factor = self.factor(task, into, budget) { factors.append(factor) } else { isRelaxed = true }
        }
        return (links, factors, isRelaxed)
    }

    /// An edge without bytes only orders; it counts in no sum.
    private func counts(_ edge: PlacementProblem.Edge, _ index: Int) -> Bool { edge.bytes > 0 }

    private func carries(_ edges: [Int]) -> Bool { edges.contains { self.problem.edges[$0].bytes > 0 } }

    private func weights(_ edge: Int) -> ContiguousArray<Int64> {
        ContiguousArray(
            self.problem.prices(of: self.problem.edges[edge]).map { self.quantity == .weight ? $0.weight : $0.cost })
    }

    private func summed(_ edges: [Int], _ values: (Int) -> ContiguousArray<Int64>) -> ContiguousArray<Int64> {
        var sum = values(edges[0])
        for edge in edges.dropFirst() {
            let next = values(edge)
            for index in sum.indices { sum[index] = CostNetwork.sum(sum[index], next[index]) }
        }
        return sum
    }

    private func link(_ pair: Pair, _ edges: [Int]) -> CostNetwork.Link {
        let prices = self.summed(edges, self.weights)
        let limit = self.problem.limit(of: pair.consumer)
        let hasTime = self.timePrices.map { prices in edges.contains { prices.edges[$0] > 0 } } ?? false
        guard limit != .none || hasTime else {
            return CostNetwork.Link(producer: pair.producer, consumer: pair.consumer, values: .rates(prices))
        }
        let producer = self.network.variables[pair.producer]
        let consumer = self.network.variables[pair.consumer]
        var table = CostNetwork.table(self.problem.routes, prices, from: producer.locations, to: consumer.locations)
        let costs = self.costs(edges)
        var position = 0
        for from in producer.locations {
            for (label, to) in consumer.locations.enumerated() {
                let option = self.problem.options[pair.consumer][Int(consumer.options[label])]
                if self.breaks(limit, option, edges, costs, Int(from), Int(to)) {
                    table[position] = CostNetwork.forbidden
                } else if hasTime {
                    table[position] += self.priceOfTime(edges, Int(from), Int(to))
                }
                position += 1
            }
        }
        return CostNetwork.Link(producer: pair.producer, consumer: pair.consumer, values: .table(table))
    }

    /// For each rate the dollars of all edges; unknown ones break every budget.
    private func costs(_ edges: [Int]) -> ContiguousArray<Int64> {
        let summed = self.summed(edges) { edge in
            ContiguousArray(
                self.problem.prices(of: self.problem.edges[edge]).map {
                    $0.isUnknown ? CostNetwork.forbidden : $0.cost
                })
        }
        return summed
    }

    private func breaks(
        _ limit: PlacementProblem.TaskLimit, _ option: PlacementOption, _ edges: [Int],
        _ costs: ContiguousArray<Int64>, _ from: Int, _ to: Int
    ) -> Bool {
        if let budget = limit.budget {
            let rate = Int(self.problem.routes.rateIndex[from * self.problem.routes.count + to])
            let sum = CostNetwork.sum(self.problem.clamped(option.cost), costs[rate])
            if sum > min(budget, CostNetwork.forbidden - 1) { return true }
        }
        guard let deadline = limit.deadline else { return false }
        return edges.contains { edge in
            let bytes = self.problem.edges[edge].bytes
            let transfer = self.problem.routes.milliseconds(of: bytes, from: from, to: to)
            return transfer + self.problem.duration(option) > deadline
        }
    }

    private func priceOfTime(_ edges: [Int], _ from: Int, _ to: Int) -> Int64 {
        guard let timePrices = self.timePrices else { return 0 }
        return edges.reduce(0) { sum, edge in
            let bytes = self.problem.edges[edge].bytes
            let transfer = self.problem.routes.milliseconds(of: bytes, from: from, to: to)
            return CostNetwork.saturated(sum, transfer, timePrices.edges[edge])
        }
    }

    /// A task's budget over itself and several producers: zero where it holds, `forbidden` elsewhere.
    private func factor(_ task: Int, _ producers: [(task: Int, edges: [Int])], _ budget: Int64) -> Factor? {
        let sorted = producers.sorted { $0.task < $1.task }
        let scope = sorted.map(\.task) + [task]
        var size = 1
        for member in scope {
            size *= self.network.variables[member].count
            if size > CostNetwork.largestLimitTable { return nil }
        }
        let consumer = self.network.variables[task]
        let costs = sorted.map { self.costs($0.edges) }
        var values = ContiguousArray<Int64>(repeating: 0, count: size)
        for position in 0..<size {
            var rest = position / consumer.count
            let label = position % consumer.count
            var sum = self.problem.clamped(self.problem.options[task][Int(consumer.options[label])].cost)
            for (index, producer) in sorted.enumerated().reversed() {
                let locations = self.network.variables[producer.task].locations
                let from = Int(locations[rest % locations.count])
                rest /= locations.count
                let pair = from * self.problem.routes.count + Int(consumer.locations[label])
                let rate = self.problem.routes.rateIndex[pair]
                sum = CostNetwork.sum(sum, costs[index][Int(rate)])
            }
            values[position] = sum > min(budget, CostNetwork.forbidden - 1) ? CostNetwork.forbidden : 0
        }
        return Factor(scope: scope, values: values)
    }
}
