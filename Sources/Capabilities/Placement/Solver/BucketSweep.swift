/// The inner loops of an elimination: fixes the neighbours' labels one after the other and writes the least sums.
///
/// Works on memory that its `BucketTable` owns and outlives it.
struct BucketSweep {
    private let table: BucketTable
    private let arena: UnsafeMutablePointer<Int64>
    private let width: Int
    private let isPure: Bool
    /// Where the next least sum goes.
    private var output: UnsafeMutablePointer<Int64>
    /// The label of each neighbour that is fixed.
    private var fixed: [Int]
    /// The columns of the core that can be best for the labels fixed before the last.
    private var candidates: ContiguousArray<Int> = []

    init(table: BucketTable, arena: UnsafeMutablePointer<Int64>, output: UnsafeMutablePointer<Int64>) {
        self.table = table
        self.arena = arena
        self.width = table.width
        self.isPure = table.input.isPure
        self.output = output
        self.fixed = table.dimensions.map { _ in 0 }
    }

    /// - Parameters:
    ///   - level: the neighbour whose labels are gone through.
    ///   - sums: where the row of what is fixed so far begins.
    mutating func fix(_ level: Int, sums: Int) {
        if level == self.table.dimensions.count - 1 {
            self.finish(level, sums: sums)
            return
        }
        for label in 0..<self.table.dimensions[level] {
            self.fixed[level] = label
            self.addLayers(level, sums: sums)
            self.fix(level + 1, sums: sums + self.width)
        }
    }

    /// Writes the row of sums with the layers of a level added behind `sums`.
    private func addLayers(_ level: Int, sums: Int) {
        var from = self.arena + sums
        let target = self.arena + (sums + self.width)
        for layer in self.table.layers[level] {
            let row = self.arena + self.row(layer)
            for column in 0..<self.width { target[column] = min(CostNetwork.forbidden, from[column] &+ row[column]) }
            from = target
        }
        if self.table.layers[level].isEmpty { target.update(from: from, count: self.width) }
    }

    private func row(_ layer: BucketTable.Layer) -> Int {
        var position = 0
        for (level, stride) in layer.strides.enumerated() { position &+= self.fixed[level] &* stride }
        return layer.offset + position * self.width
    }

    private mutating func finish(_ level: Int, sums: Int) {
        let layers = self.table.layers[level]
        self.fixed[level] = 0
        guard layers.count == 1, let layer = layers.first else {
            self.finishLayered(level, sums: sums)
            return
        }
        let row = self.arena + self.row(layer)
        let step = (layer.strides.last ?? 0) * self.width
        if self.isPure {
            self.findCandidates(sums: sums)
            self.finishPure(level, row, step, sums: self.arena + sums)
        } else {
            self.finishDense(level, row, step, sums: self.arena + sums)
        }
    }

    /// Several tables meet at the last neighbour: they are added up first.
    private mutating func finishLayered(_ level: Int, sums: Int) {
        self.candidates = ContiguousArray(0..<self.table.core)
        for label in 0..<self.table.dimensions[level] {
            self.fixed[level] = label
            self.addLayers(level, sums: sums)
            let total = self.arena + (sums + self.width)
            var least = Int64.max
            for column in 0..<self.table.core { least = min(least, total[column]) }
            for (neighbour, columns) in self.table.own.enumerated() {
                let column = Int(columns[self.fixed[neighbour]])
                if column >= 0 { least = min(least, total[column]) }
            }
            self.write(least)
        }
    }

    private mutating func finishDense(
        _ level: Int, _ first: UnsafeMutablePointer<Int64>, _ step: Int, sums: UnsafeMutablePointer<Int64>
    ) {
        var row = first
        for _ in 0..<self.table.dimensions[level] {
            var least = Int64.max
            for column in 0..<self.width { least = min(least, sums[column] &+ row[column]) }
            self.write(least)
            row += step
        }
    }

    private mutating func finishPure(
        _ level: Int, _ first: UnsafeMutablePointer<Int64>, _ step: Int, sums: UnsafeMutablePointer<Int64>
    ) {
        var row = first
        var output = self.output
        let candidates = self.candidates
        candidates.withUnsafeBufferPointer { candidates in
            self.table.own[level].withUnsafeBufferPointer { own in
                for label in own.indices {
                    var least = Int64.max
                    for column in candidates { least = min(least, sums[column] &+ row[column]) }
                    let column = Int(own[label])
                    if column >= 0 { least = min(least, sums[column] &+ row[column]) }
                    output.pointee = min(CostNetwork.forbidden, least)
                    output += 1
                    row += step
                }
            }
        }
        self.output = output
    }

    /// What of the core can be best now that all neighbours but the last are fixed: the same rule once more, with the sums
    /// as weights and towards the last neighbour only. The columns at the locations of the fixed neighbours join in.
    private mutating func findCandidates(sums: Int) {
        let sums = self.arena + sums
        let routes = self.table.input.network.routes
        let locations = self.table.input.network.variables[self.table.input.task].locations
        let roles = self.table.lastRoles
        self.candidates.removeAll(keepingCapacity: true)
        for column in 0..<self.table.core {
            let location = Int(locations[self.table.columns[column]])
            let isBeaten = self.candidates.contains { other in
                sums[other] <= sums[column]
                    && routes.covers[Int(locations[self.table.columns[other]]) * routes.count + location]
                        .isSuperset(of: roles)
            }
            if isBeaten { continue }
            self.candidates.append(column)
        }
        for neighbour in 0..<(self.fixed.count - 1) {
            let column = Int(self.table.own[neighbour][self.fixed[neighbour]])
            if column >= self.table.core { self.candidates.append(column) }
        }
    }

    private mutating func write(_ least: Int64) {
        self.output.pointee = min(CostNetwork.forbidden, least)
        self.output += 1
    }
}
