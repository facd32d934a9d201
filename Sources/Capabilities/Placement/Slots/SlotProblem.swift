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
    /// For each task asked about and each of its options the pool that it takes of; `endless` for none. Pools are the slots of
    /// each environment, and then the room of each commitment.
    let pools: [[Int32]]
    /// For each option how much of its pool it takes: one slot, or its part of a commitment.
    let units: [[Int64]]
    /// What nobody else holds, by pool.
    let capacities: [Int64]

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
        var pools: [[Int32]] = [], units: [[Int64]] = []
        for task in asked {
            let considered = graph.considered[task]
            let taken = (0..<considered.count).map { option -> (pool: Int32, units: Int64) in
                switch considered.source(option) {
                case .environment(let pool): return (Int32(pool), 1)
                case .market(let offer):
                    guard let commitment = offer.commitment else { return (Self.endless, 0) }
                    return (Int32(graph.offers.count + commitment.number), commitment.units)
                }
            }
            pools.append(taken.map(\.pool))
            units.append(taken.map(\.units))
        }
        self.pools = pools
        self.units = units
        self.capacities =
            graph.offers.map { Int64($0.freeSlots) } + (graph.planner.market?.committed.map(\.capacity) ?? [])
    }
}
