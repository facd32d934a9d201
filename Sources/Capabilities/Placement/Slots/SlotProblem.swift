import Kernel

/// A graph whose tasks hold slots, in the integers that `SlotSearch` knows.
///
/// A task becomes ready when all it comes after have ended. At that moment it takes one of its options that has a free slot;
/// when none has one it waits for the first that falls free. That is what the scheduler does: no task waits while a place that
/// may take it stands idle. So a choice of options decides who runs where and when, and slots make some choices impossible.
struct SlotProblem {
    /// Of the tasks that are asked about, with their options and edges.
    let placement: PlacementProblem
    /// For each task its position among those asked about; nil for one that holds no slot and has no options.
    let positions: [Int?]
    /// For each task those that come after it, and for how many it waits itself.
    let followers: [[Int]]
    let pending: [Int32]
    /// Milliseconds of the tasks that are not asked about.
    let durations: [Int64]
    /// For each task asked about and each of its options the pool that it takes a slot of; `endless` for none.
    let pools: [[Int32]]
    /// Slots that nobody else holds, by pool.
    let slots: [Int]

    static let endless: Int32 = -1
}

extension SlotProblem {
    /// - Parameter isLimited: whether deadlines and budgets hold.
    init(_ graph: GraphPlan, isLimited: Bool) {
        let asked = graph.graph.asked
        self.placement = graph.graph.problem(graph.planner.map, isLimited: isLimited)
        var positions = [Int?](repeating: nil, count: graph.tasks.count)
        for (position, task) in asked.enumerated() { positions[task] = position }
        self.positions = positions
        let queue = ReadyQueue(graph.tasks)
        self.followers = queue.followers
        self.pending = queue.pending.map(Int32.init)
        self.durations = graph.tasks.map { graph.graph.duration(of: $0).milliseconds }
        self.pools = asked.map { task in
            let considered = graph.considered[task]
            return (0..<considered.count).map { option in
                guard case .environment(let pool) = considered.source(option) else { return Self.endless }
                return Int32(pool)
            }
        }
        self.slots = graph.offers.map(\.freeSlots)
    }
}
