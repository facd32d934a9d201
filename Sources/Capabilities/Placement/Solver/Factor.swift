/// A table of weights over the labels of a few tasks: the scope ascends, and the last task's label runs fastest.
struct Factor {
    var scope: [Int]
    var values: ContiguousArray<Int64>

    /// The weight of one assignment of labels to all tasks.
    func value(_ labels: [Int], sizes: [Int]) -> Int64 {
        var position = 0
        for task in self.scope { position = position * sizes[task] + labels[task] }
        return self.values[position]
    }

    /// The same table with the label of `task` running fastest; the others keep their order.
    func values(innermost task: Int, sizes: [Int]) -> ContiguousArray<Int64> {
        guard let axis = self.scope.firstIndex(of: task), axis != self.scope.count - 1 else { return self.values }
        let inner = self.scope[(axis + 1)...].reduce(1) { $0 * sizes[$1] }
        let width = sizes[task]
        let outer = self.values.count / (inner * width)
        var moved = ContiguousArray<Int64>(repeating: 0, count: self.values.count)
        self.values.withUnsafeBufferPointer { source in
            moved.withUnsafeMutableBufferPointer { target in
                for o in 0..<outer {
                    for w in 0..<width {
                        let row = (o * width + w) * inner
                        let column = o * inner * width + w
                        for i in 0..<inner { target[column + i * width] = source[row + i] }
                    }
                }
            }
        }
        return moved
    }

    /// The sub-table of the labels that are kept, each list ascending.
    func restricted(to kept: [ContiguousArray<Int>], sizes: [Int]) -> Factor {
        var values: ContiguousArray<Int64> = []
        values.reserveCapacity(self.scope.reduce(1) { $0 * kept[$1].count })
        self.collect(0, 0, kept, sizes, &values)
        return Factor(scope: self.scope, values: values)
    }

    private func collect(
        _ level: Int, _ position: Int, _ kept: [ContiguousArray<Int>], _ sizes: [Int],
        _ values: inout ContiguousArray<Int64>
    ) {
        guard level < self.scope.count else {
            values.append(self.values[position])
            return
        }
        let task = self.scope[level]
        for label in kept[task] {
            self.collect(level + 1, position * sizes[task] + label, kept, sizes, &values)
        }
    }
}
