/// What placing a task adds to the least that a whole solution can come to, as a reparametrisation has found it.
///
/// What is left on labels and links is never negative, so the bound of a partial solution only rises while it grows, and
/// for a complete one it is its weight.
struct LabelBounds {
    private let weights: Reparametrisation
    /// For each link and each label of its producer, once asked for.
    private var rows: [[ContiguousArray<Int64>?]]

    /// - Parameter passes: more make the bound better.
    init(_ network: CostNetwork, passes: Int, meter: WorkMeter) {
        var weights = Reparametrisation(network)
        for _ in 0..<passes where meter.spend(2 * weights.workOfPass) { _ = weights.pass() }
        self.weights = weights
        self.rows = network.links.map { Array(repeating: nil, count: network.variables[$0.producer].count) }
    }

    /// No solution weighs less.
    var bound: Int64 { self.weights.left.reduce(self.weights.bound) { $0 + ($1.min() ?? 0) } }

    /// Below every solution; what `added` counts from.
    var origin: Int64 { self.weights.bound }

    /// For each label of a task what it adds, given the labels of its producers.
    mutating func added(_ task: Int, labelOf: (Int) -> Int, into sums: inout ContiguousArray<Int64>) {
        sums = self.weights.left[task]
        for link in self.weights.incoming[task] {
            let producer = labelOf(self.weights.network.links[link].producer)
            let row: ContiguousArray<Int64>
            if let known = self.rows[link][producer] {
                row = known
            } else {
                row = self.weights.held(link, at: producer, ofProducer: true)
                self.rows[link][producer] = row
            }
            for label in sums.indices { sums[label] += row[label] }
        }
    }
}
