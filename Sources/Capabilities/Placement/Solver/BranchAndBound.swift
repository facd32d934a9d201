/// The least weight of a network by depth-first search, when tables would be too large.
///
/// Works on what a reparametrisation has left on tasks and links: never negative, so the sum of what is fixed and of what
/// every open task must pay at least is a lower bound at every node. The task with the fewest labels that may still beat
/// the best solution is fixed next, its lightest label first.
struct BranchAndBound {
    private let weights: Reparametrisation
    private let problem: PlacementProblem
    private let meter: WorkMeter
    private var left: [ContiguousArray<Int64>]
    private var least: [Int64]
    private var labels: [Int]
    private var open: Set<Int>
    private(set) var isComplete = true
    /// The best solution so far.
    private(set) var best: (choice: [Int], weight: Int64)?

    /// - Parameter best: a solution to improve on.
    init(
        _ weights: Reparametrisation, of problem: PlacementProblem, best: (choice: [Int], weight: Int64)?,
        meter: WorkMeter
    ) {
        self.weights = weights
        self.problem = problem
        self.best = best
        self.meter = meter
        self.left = weights.left
        self.least = weights.left.map { $0.min() ?? 0 }
        self.labels = [Int](repeating: -1, count: weights.left.count)
        self.open = Set(weights.left.indices)
    }

    /// Searches until all is seen or the work or time is used up; `isComplete` says which.
    mutating func run() { self.branch(self.least.reduce(self.weights.bound, +)) }

    /// - Parameter bound: the least that any solution below this node weighs.
    private mutating func branch(_ bound: Int64) {
        self.isComplete = self.isComplete && self.meter.spend(1)
        guard self.isComplete else { return }
        guard let task = self.next(bound) else {
            self.offer()
            return
        }
        self.open.remove(task)
        let rest = bound - self.least[task]
        let row = self.left[task]
        for label in row.indices.sorted(by: { (row[$0], $0) < (row[$1], $1) }) {
            if let best = self.best, rest + row[label] >= best.weight { break }
            self.labels[task] = label
            self.fix(task, label, rest + row[label])
            if !self.isComplete { break }
        }
        self.labels[task] = -1
        self.open.insert(task)
    }

    /// Adds the label's rows to its open neighbours, goes on below, and takes them back.
    private mutating func fix(_ task: Int, _ label: Int, _ bound: Int64) {
        var saved: [(Int, ContiguousArray<Int64>, Int64)] = []
        var bound = bound
        let links = self.weights.incoming[task].map { ($0, false) } + self.weights.outgoing[task].map { ($0, true) }
        for (link, isProducer) in links {
            let ends = self.weights.network.links[link]
            let other = isProducer ? ends.consumer : ends.producer
            guard self.open.contains(other) else { continue }
            saved.append((other, self.left[other], self.least[other]))
            let held = self.weights.held(link, at: label, ofProducer: isProducer)
            for position in held.indices { self.left[other][position] += held[position] }
            let least = self.left[other].min() ?? 0
            bound += least - self.least[other]
            self.least[other] = least
            self.meter.spend(Int64(held.count))
        }
        if self.best.map({ bound < $0.weight }) ?? true { self.branch(bound) }
        for (other, row, least) in saved.reversed() { (self.left[other], self.least[other]) = (row, least) }
    }

    /// The open task with the fewest labels that may still lead to something better; the lowest among equals.
    private mutating func next(_ bound: Int64) -> Int? {
        var chosen: (task: Int, count: Int)?
        for task in self.open.sorted() {
            let slack = self.best.map { $0.weight - (bound - self.least[task]) } ?? .max
            let count = self.left[task].count { $0 < slack }
            self.meter.spend(Int64(self.left[task].count))
            if count < chosen?.count ?? .max { chosen = (task, count) }
        }
        return chosen?.task
    }

    private mutating func offer() {
        let weight = self.weights.network.weight(of: self.labels)
        guard weight < self.best?.weight ?? CostNetwork.forbidden else { return }
        let choice = self.weights.network.choice(self.labels)
        if self.weights.network.isRelaxed, self.problem.firstBreach(choice) != nil { return }
        self.best = (choice, weight)
    }
}
