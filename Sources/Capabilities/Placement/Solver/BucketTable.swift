/// What one elimination works on.
struct BucketInput {
    let network: CostNetwork
    let task: Int
    let weights: ContiguousArray<Int64>
    let links: [Int]
    let factors: [Factor]
    /// Ascending.
    let neighbours: [Int]
    let sizes: [Int]
    /// Whether all that binds the task are links by rates, with one label for each location.
    let isPure: Bool
}

/// The least weight of one task and all that binds it, for each combination of its neighbours' labels.
///
/// The neighbours are fixed one after the other; a row over the task's labels holds the sum of all tables whose neighbours
/// are fixed so far, so that the inner loop adds one row and takes the least. When the task is bound by rates only, the
/// inner loop runs over its core (`LabelCore`), which leads each row, and the labels at the neighbours' own locations are
/// looked at one by one.
/// Costs O(labels of the neighbours multiplied × labels of the task) at most; allocates nothing on the way.
struct BucketTable {
    /// A table added when a certain neighbour is fixed.
    struct Layer {
        let offset: Int
        /// For each neighbour up to this one, in rows.
        let strides: [Int]
    }

    let input: BucketInput
    /// The task's labels, those of the core first.
    let columns: ContiguousArray<Int>
    let core: Int
    let dimensions: [Int]
    private(set) var layers: [[Layer]]
    /// For each neighbour and each of its labels the column at the same location; -1 for none.
    private(set) var own: [ContiguousArray<Int32>]
    /// The side of a transfer at which the task stands towards the last neighbour.
    private(set) var lastRoles: Routes.Roles = []
    /// All layers, one after the other; then a row of sums for each neighbour, and one to add in.
    private var arena: ContiguousArray<Int64> = []

    var width: Int { self.columns.count }

    private init(_ input: BucketInput) {
        self.input = input
        let variable = input.network.variables[input.task]
        var weighted = variable
        weighted.weights = input.weights
        if input.isPure {
            let roles = Self.roles(input)
            let core = LabelCore(weighted, roles: roles, routes: input.network.routes)
            let inCore = Set(core.labels)
            self.columns = core.labels + variable.options.indices.filter { !inCore.contains($0) }
            self.core = core.count
        } else {
            self.columns = ContiguousArray(variable.options.indices)
            self.core = variable.count
        }
        self.dimensions = input.neighbours.map { input.sizes[$0] }
        self.layers = input.neighbours.map { _ in [] }
        self.own = []
        if input.isPure { self.own = self.ownColumns() }
        for link in input.links { self.add(input.network.links[link]) }
        for factor in input.factors { self.add(factor) }
    }

    /// Row-major over the ascending neighbours.
    static func minimised(_ input: BucketInput) -> ContiguousArray<Int64> {
        var table = BucketTable(input)
        return table.minimised()
    }

    private mutating func minimised() -> ContiguousArray<Int64> {
        guard !self.dimensions.isEmpty else { return [self.input.weights.min() ?? 0] }
        let first = self.arena.count
        for label in self.columns { self.arena.append(self.input.weights[label]) }
        self.arena.append(contentsOf: repeatElement(0, count: (self.dimensions.count + 1) * self.width))
        var arena = self.arena
        self.arena = []
        let size = self.dimensions.reduce(1, *)
        let table = self
        return ContiguousArray<Int64>(unsafeUninitializedCapacity: size) { output, count in
            arena.withUnsafeMutableBufferPointer { arena in
                guard let sums = arena.baseAddress, let target = output.baseAddress else { return }
                var sweep = BucketSweep(table: table, arena: sums, output: target)
                sweep.fix(0, sums: first)
            }
            count = size
        }
    }

    private static func roles(_ input: BucketInput) -> Routes.Roles {
        input.links.reduce(into: Routes.Roles()) { roles, link in
            roles.insert(input.network.links[link].producer == input.task ? .producer : .consumer)
        }
    }

    private func ownColumns() -> [ContiguousArray<Int32>] {
        let locations = self.input.network.variables[self.input.task].locations
        var columnAt = ContiguousArray<Int32>(repeating: -1, count: self.input.network.routes.count)
        for (column, label) in self.columns.enumerated() { columnAt[Int(locations[label])] = Int32(column) }
        return self.input.neighbours.map { neighbour in
            ContiguousArray(self.input.network.variables[neighbour].locations.map { columnAt[Int($0)] })
        }
    }

    private mutating func add(_ link: CostNetwork.Link) {
        let isProducer = link.producer == self.input.task
        let other = isProducer ? link.consumer : link.producer
        guard let level = self.input.neighbours.firstIndex(of: other) else { return }
        guard self.input.isPure, case .rates(let prices) = link.values else {
            let table = self.input.network.table(of: link)
            self.add(Factor(scope: [link.producer, link.consumer], values: table))
            return
        }
        if level == self.dimensions.count - 1 { self.lastRoles.insert(isProducer ? .producer : .consumer) }
        self.layers[level].append(Layer(offset: self.arena.count, strides: self.strides(of: [other], upTo: level)))
        self.appendRows(prices, from: self.input.network.variables[other].locations, isProducer: isProducer)
    }

    /// For each label of the neighbour a row of prices.
    private mutating func appendRows(
        _ prices: ContiguousArray<Int64>, from outer: ContiguousArray<Int32>, isProducer: Bool
    ) {
        let routes = self.input.network.routes
        let locations = self.input.network.variables[self.input.task].locations
        let own = ContiguousArray(self.columns.map { Int(locations[$0]) * (isProducer ? routes.count : 1) })
        let scale = isProducer ? 1 : routes.count
        let rows = ContiguousArray<Int64>(unsafeUninitializedCapacity: outer.count * own.count) { rows, count in
            prices.withUnsafeBufferPointer { prices in
                routes.rateIndex.withUnsafeBufferPointer { index in
                    own.withUnsafeBufferPointer { own in
                        for location in outer {
                            let first = Int(location) * scale
                            for column in own {
                                rows.initializeElement(at: count, to: prices[Int(index[first + column])])
                                count += 1
                            }
                        }
                    }
                }
            }
        }
        if self.arena.isEmpty { self.arena = rows } else { self.arena.append(contentsOf: rows) }
    }

    private mutating func add(_ factor: Factor) {
        let others = factor.scope.filter { $0 != self.input.task }
        guard let last = others.last, let level = self.input.neighbours.firstIndex(of: last) else { return }
        self.layers[level].append(Layer(offset: self.arena.count, strides: self.strides(of: others, upTo: level)))
        self.arena.append(contentsOf: factor.values(innermost: self.input.task, sizes: self.input.sizes))
    }

    private func strides(of scope: [Int], upTo level: Int) -> [Int] {
        var strides = [Int](repeating: 0, count: level + 1)
        var stride = 1
        for task in scope.reversed() {
            guard let position = self.input.neighbours.firstIndex(of: task) else { continue }
            strides[position] = stride
            stride *= self.input.sizes[task]
        }
        return strides
    }
}
