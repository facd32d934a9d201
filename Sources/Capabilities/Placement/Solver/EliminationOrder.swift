/// In which order to eliminate the tasks of a network, and what that will take.
///
/// Greedy, by the size of the table that an elimination makes, or by the number of links it adds; the cheaper of the two
/// orders is taken. The later task goes first among equals, so that chains and fork-joins are decided from their first task
/// on. Source: Dechter, *Bucket elimination: a unifying framework for reasoning* (1999); Koster et al. on the heuristics.
struct EliminationOrder {
    /// Neighbours above which the links that an elimination would add are not counted but taken as many.
    private static let mostNeighboursCounted = 12

    private(set) var tasks: [Int] = []
    /// What each of them takes.
    private(set) var works: [Int64] = []
    /// Additions and comparisons, at most; saturates.
    private(set) var work: Int64 = 0
    /// Entries of all tables that live until the end; saturates.
    private(set) var entries: Int64 = 0

    /// Additions below which an order is good enough; about a millisecond.
    private static let smallWork: Int64 = 1 << 20

    /// The cheaper of the two greedy orders.
    init(_ network: CostNetwork) {
        let plain = EliminationOrder(network, byFill: false, byCores: false)
        if plain.work <= Self.smallWork {
            self = plain
            return
        }
        let size = EliminationOrder(network, byFill: false, byCores: true)
        let fill = EliminationOrder(network, byFill: true, byCores: true)
        self = fill.work < size.work ? fill : size
    }

    private init(_ network: CostNetwork, byFill: Bool, byCores: Bool) {
        var graph = Graph(network, byFill: byFill, byCores: byCores)
        for _ in network.variables {
            let task = graph.next()
            let (work, entries) = graph.eliminate(task)
            self.tasks.append(task)
            self.works.append(work)
            self.work = Self.added(self.work, work)
            self.entries = Self.added(self.entries, entries)
        }
    }

    private static func added(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    /// The links that are left while tasks are eliminated in thought.
    private struct Graph {
        let sizes: [Int]
        let byFill: Bool
        var neighbours: [Set<Int>]
        /// Labels that are looked at for each assignment of the neighbours, besides theirs.
        var widths: [Int]
        var scores: [(Int64, Int64)]
        var isLeft: [Bool]
        /// Tables over the same tasks are added up, so they are counted once.
        var scopes: Set<[Int]> = []

        init(_ network: CostNetwork, byFill: Bool, byCores: Bool) {
            self.sizes = network.sizes
            self.byFill = byFill
            self.neighbours = network.neighbours
            self.widths = self.sizes
            let roles = network.roles
            for (task, isPure) in network.isPure.enumerated() where byCores && isPure {
                let variable = network.variables[task]
                self.widths[task] = LabelCore(variable, roles: roles[task], routes: network.routes).count
            }
            self.isLeft = [Bool](repeating: true, count: network.variables.count)
            self.scores = [(Int64, Int64)](repeating: (0, 0), count: network.variables.count)
            for task in network.variables.indices { self.scores[task] = self.score(task) }
        }

        func next() -> Int {
            var best = -1
            for task in self.scores.indices where self.isLeft[task] {
                if best < 0 || self.scores[task] <= self.scores[best] { best = task }
            }
            return best
        }

        mutating func eliminate(_ task: Int) -> (work: Int64, entries: Int64) {
            let around = self.neighbours[task].sorted()
            let size = self.product(around)
            let entries = self.scopes.insert(around).inserted ? size : 0
            let work = size.multipliedReportingOverflow(by: Int64(self.widths[task] + around.count * around.count))
            self.isLeft[task] = false
            for a in around {
                self.neighbours[a].remove(task)
                if around.count > 1 {
                    self.widths[a] = self.sizes[a]
                    for b in around where b != a { self.neighbours[a].insert(b) }
                }
            }
            for a in around { self.scores[a] = self.score(a) }
            return (work.overflow ? .max : work.partialValue, entries)
        }

        private func score(_ task: Int) -> (Int64, Int64) {
            let size = self.product(self.neighbours[task])
            let width = Int64(self.widths[task])
            let work = size.multipliedReportingOverflow(by: width)
            let fill = self.byFill || self.neighbours[task].count > 2 ? self.fill(task) : 0
            let weight = work.overflow ? .max : work.partialValue
            return self.byFill ? (fill, weight) : (size == .max ? .max : size, fill)
        }

        private func product(_ tasks: some Sequence<Int>) -> Int64 {
            var product: Int64 = 1
            for task in tasks {
                let (next, overflow) = product.multipliedReportingOverflow(by: Int64(self.sizes[task]))
                if overflow { return .max }
                product = next
            }
            return product
        }

        private func fill(_ task: Int) -> Int64 {
            let around = Array(self.neighbours[task])
            if around.count > EliminationOrder.mostNeighboursCounted { return Int64(around.count * around.count) }
            var missing: Int64 = 0
            for (index, a) in around.enumerated() {
                for b in around[(index + 1)...] where !self.neighbours[a].contains(b) { missing += 1 }
            }
            return missing
        }
    }
}

extension CostNetwork {
    /// For each task those it shares a table with.
    var neighbours: [Set<Int>] {
        var neighbours = [Set<Int>](repeating: [], count: self.variables.count)
        for link in self.links {
            neighbours[link.producer].insert(link.consumer)
            neighbours[link.consumer].insert(link.producer)
        }
        for factor in self.factors {
            for a in factor.scope {
                for b in factor.scope where a != b { neighbours[a].insert(b) }
            }
        }
        return neighbours
    }

    /// For each task whether it is linked as producer, as consumer, or as both.
    var roles: [Routes.Roles] {
        var roles = [Routes.Roles](repeating: [], count: self.variables.count)
        for link in self.links {
            roles[link.producer].insert(.producer)
            roles[link.consumer].insert(.consumer)
        }
        return roles
    }

    /// For each task whether its links are all priced by rates, with one label for each location.
    var isPure: [Bool] {
        var lastTask = ContiguousArray<Int>(repeating: -1, count: self.routes.count)
        var isPure = self.variables.enumerated().map { task, variable in
            variable.locations.allSatisfy { location in
                defer { lastTask[Int(location)] = task }
                return lastTask[Int(location)] != task
            }
        }
        for link in self.links {
            if case .rates = link.values { continue }
            isPure[link.producer] = false
            isPure[link.consumer] = false
        }
        for factor in self.factors {
            for task in factor.scope { isPure[task] = false }
        }
        return isPure
    }
}
