/// How long labels run, and how long data travels between them: the time of a network.
struct Timing {
    /// All edges between two tasks: the most bytes of them decide, since they travel side by side.
    struct Arc {
        let producer: Int
        let consumer: Int
        let bytes: Int64
    }

    let routes: Routes
    let locations: [ContiguousArray<Int32>]
    /// For each task and label, in milliseconds.
    let durations: [ContiguousArray<Int64>]
    let arcs: [Arc]
    let incoming: [[Int]]
    let outgoing: [[Int]]
    /// The least time from a task's end to the end of the graph.
    let tails: [Int64]
    /// The least time from the start of the graph to a task's end.
    let heads: [Int64]

    init(_ problem: PlacementProblem, _ network: CostNetwork) {
        self.routes = problem.routes
        self.locations = network.variables.map(\.locations)
        self.durations = network.variables.enumerated().map { task, variable in
            ContiguousArray(variable.options.map { problem.duration(problem.options[task][Int($0)]) })
        }
        let arcs = Self.arcs(problem.edges)
        self.arcs = arcs
        var incoming = [[Int]](repeating: [], count: network.variables.count)
        var outgoing = incoming
        for (index, arc) in arcs.enumerated() {
            incoming[arc.consumer].append(index)
            outgoing[arc.producer].append(index)
        }
        self.incoming = incoming
        self.outgoing = outgoing
        let shortest = self.durations.map { $0.min() ?? 0 }
        var heads = shortest
        for (task, into) in incoming.enumerated() {
            heads[task] += into.map { heads[arcs[$0].producer] }.max() ?? 0
        }
        var tails = [Int64](repeating: 0, count: heads.count)
        for (task, outOf) in outgoing.enumerated().reversed() {
            tails[task] = outOf.map { tails[arcs[$0].consumer] + shortest[arcs[$0].consumer] }.max() ?? 0
        }
        self.heads = heads
        self.tails = tails
    }

    private static func arcs(_ edges: [PlacementProblem.Edge]) -> [Arc] {
        var position: [[Int]: Int] = [:]
        var arcs: [Arc] = []
        for edge in edges {
            if let known = position[[edge.producer, edge.consumer]] {
                let bytes = max(arcs[known].bytes, edge.bytes)
                arcs[known] = Arc(producer: edge.producer, consumer: edge.consumer, bytes: bytes)
            } else {
                position[[edge.producer, edge.consumer]] = arcs.count
                arcs.append(Arc(producer: edge.producer, consumer: edge.consumer, bytes: edge.bytes))
            }
        }
        return arcs
    }

    func transfer(_ arc: Int, _ producer: Int, _ consumer: Int) -> Int64 {
        let arc = self.arcs[arc]
        return self.routes.milliseconds(
            of: arc.bytes, from: Int(self.locations[arc.producer][producer]),
            to: Int(self.locations[arc.consumer][consumer]))
    }

    /// When each task ends with these labels, and the arcs of a longest path from the last end back to a first start.
    func schedule(_ labels: [Int]) -> (makespan: Int64, tasks: [Int], arcs: [Int]) {
        var ends = [Int64](repeating: 0, count: labels.count)
        var latest = [Int?](repeating: nil, count: labels.count)
        for task in labels.indices {
            var start: Int64 = 0
            for arc in self.incoming[task] {
                let producer = self.arcs[arc].producer
                let arrival = ends[producer] + self.transfer(arc, labels[producer], labels[task])
                if arrival >= start { (start, latest[task]) = (arrival, arc) }
            }
            ends[task] = start + self.durations[task][labels[task]]
        }
        guard var task = ends.indices.max(by: { ends[$0] < ends[$1] }) else { return (0, [], []) }
        let makespan = ends[task]
        var tasks = [task]
        var arcs: [Int] = []
        while let arc = latest[task] {
            arcs.append(arc)
            task = self.arcs[arc].producer
            tasks.append(task)
        }
        return (makespan, tasks, arcs)
    }

    /// No plan is shorter.
    var bound: Int64 { self.heads.max() ?? 0 }

    /// Whether no task has two producers (out-forest), or none two consumers (in-forest).
    var isOutForest: Bool { self.incoming.allSatisfy { $0.count <= 1 } }
    var isInForest: Bool { self.outgoing.allSatisfy { $0.count <= 1 } }
}
