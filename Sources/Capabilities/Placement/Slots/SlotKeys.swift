/// What of a state matters for what is still to come, so that equal futures are followed once.
///
/// That is which tasks have run, where those of them lie whose data is still to be read and when they ended, when tasks become
/// ready, and until when slots are held. Tasks that ask the same, read the same and are read by the same are interchangeable,
/// so of them only how many lie where counts.
struct SlotKeys {
    struct Key: Hashable {
        let able: [Int64]
        let open: [Int64]
        let holds: [SlotState.Hold]
    }

    private let slots: SlotProblem
    /// For each task asked about the first one that it is interchangeable with.
    private let kinds: [Int]
    private let consumers: [[Int]]
    /// For each task asked about its position among all tasks.
    private let tasks: [Int]

    init(_ slots: SlotProblem) {
        self.slots = slots
        let problem = slots.placement
        var consumers = [[Int]](repeating: [], count: problem.options.count)
        for edge in problem.edges { consumers[edge.producer].append(edge.consumer) }
        self.consumers = consumers
        self.tasks = slots.positions.indices.filter { slots.positions[$0] != nil }
        self.kinds = Self.kinds(slots)
    }

    private struct Kind: Hashable {
        let options: [PlacementOption]
        let pools: [Int32]
        let units: [Int64]
        let limit: PlacementProblem.TaskLimit
        let edges: Set<[Int64]>
        let followers: [Int]
    }

    private static func kinds(_ slots: SlotProblem) -> [Int] {
        let problem = slots.placement
        var edges = [Set<[Int64]>](repeating: [], count: problem.options.count)
        for edge in problem.edges {
            edges[edge.producer].insert([1, Int64(edge.consumer), edge.bytes])
            edges[edge.consumer].insert([0, Int64(edge.producer), edge.bytes])
        }
        var first: [Kind: Int] = [:]
        let tasks = slots.positions.indices.filter { slots.positions[$0] != nil }
        return problem.options.indices.map { position in
            let kind = Kind(
                options: problem.options[position], pools: slots.pools[position], units: slots.units[position],
                limit: problem.limit(of: position),
                edges: edges[position], followers: slots.followers[tasks[position]].sorted())
            if let known = first[kind] { return known }
            first[kind] = position
            return position
        }
    }

    func key(_ state: SlotState) -> Key {
        var able: [[Int64]] = []
        for task in state.able {
            let kind = self.slots.positions[Int(task)].map { self.kinds[$0] } ?? -1 - Int(task)
            able.append([Int64(kind), state.readyAt[Int(task)]])
        }
        var open: [[Int64]] = []
        for (position, option) in state.options.enumerated() where option >= 0 {
            let task = self.tasks[position]
            let isRead = self.consumers[position].contains { state.options[$0] < 0 }
            let isAwaited = self.slots.followers[task].contains { state.pending[$0] > 0 }
            guard isRead || isAwaited else { continue }
            let location = self.slots.placement.options[position][Int(option)].location
            open.append([Int64(self.kinds[position]), Int64(location), state.ends[position]])
        }
        // What was given back, or taken, before the next task is ready makes no difference any more.
        let next = state.next.map { state.readyAt[$0] } ?? .max
        let holds = state.holds.filter { $0.until > next }
            .map { SlotState.Hold(pool: $0.pool, units: $0.units, from: max(next, $0.from), until: $0.until) }
            .sorted { ($0.pool, $0.until, $0.from, $0.units) < ($1.pool, $1.until, $1.from, $1.units) }
        return Key(
            able: able.sorted { $0.lexicographicallyPrecedes($1) }.flatMap(\.self),
            open: open.sorted { $0.lexicographicallyPrecedes($1) }.flatMap(\.self), holds: holds)
    }
}
