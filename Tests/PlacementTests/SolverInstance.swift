import Kernel

@testable import Placement

/// Graphs of the shapes that pipelines have.
enum SolverShape: CaseIterable, Sendable {
    case single, chain, outTree, inTree, diamond, forkJoin, random

    /// Pairs of producer and consumer.
    func edges(tasks: Int, using random: inout SeededRandom) -> [(Int, Int)] {
        let last = tasks - 1
        guard last > 0 else { return [] }
        switch self {
        case .single: return []
        case .chain: return (1...last).map { ($0 - 1, $0) }
        case .outTree: return (1...last).map { (Int.random(in: 0..<$0, using: &random), $0) }
        case .inTree: return (0..<last).map { ($0, Int.random(in: ($0 + 1)...last, using: &random)) }
        case .diamond, .forkJoin:
            guard last > 1 else { return [(0, 1)] }
            return (1..<last).flatMap { [(0, $0), ($0, last)] }
        case .random:
            var pairs: Set<Int> = []
            for _ in 0..<(tasks + tasks / 3) {
                let consumer = Int.random(in: 1...last, using: &random)
                pairs.insert(Int.random(in: 0..<consumer, using: &random) * tasks + consumer)
            }
            return pairs.sorted().map { ($0 / tasks, $0 % tasks) }
        }
    }
}

/// Random problems from a seed, with what makes solvers fail: ties, nothing to carry, unknown prices, several options at a
/// location.
struct SolverInstance {
    var shape: SolverShape
    var tasks: Int
    var locations: Int
    var optionsPerTask: Int
    /// Providers, which decide about rates.
    var groups = 3
    /// Of a hundred.
    var unknownRates = 0
    /// Whether numbers are so small that many sums are equal.
    var hasTies = false
    /// Whether weight and cost differ, as for carbon.
    var hasOtherWeight = false

    func problem(seed: UInt64) -> PlacementProblem {
        var random = SeededRandom(seed: seed)
        let routes = self.routes(&random)
        let options = (0..<self.tasks).map { _ in self.options(&random) }
        let edges = self.shape.edges(tasks: self.tasks, using: &random).map { producer, consumer in
            PlacementProblem.Edge(producer: producer, consumer: consumer, bytes: self.bytes(&random))
        }
        return PlacementProblem(options: options, edges: edges, routes: routes, weightPerCost: self.ratio(&random))
    }

    private func routes(_ random: inout SeededRandom) -> Routes {
        let group = (0..<self.locations).map { _ in Int.random(in: 0..<self.groups, using: &random) }
        let unit: Int64 = self.hasTies ? 1 : 10_000_000
        let inside = (0..<self.groups).map { _ in Int64.random(in: 0...2, using: &random) * unit }
        let between = (0..<self.groups).map { _ in
            (0..<self.groups).map { _ in Int64.random(in: 2...15, using: &random) * unit }
        }
        var unknown: Set<Int> = []
        for pair in 0..<(self.groups * self.groups)
        where Int.random(in: 0..<100, using: &random) < self.unknownRates { unknown.insert(pair) }
        let times = (0..<(self.locations * self.locations)).map { _ in Int64.random(in: 0...9_000, using: &random) }
        return Routes(count: self.locations) { from, to in
            if unknown.contains(group[from] * self.groups + group[to]) { return Routes.unknownRate }
            return group[from] == group[to] ? inside[group[from]] : between[group[from]][group[to]]
        } milliseconds: { from, to in
            times[from * self.locations + to]
        }
    }

    private func options(_ random: inout SeededRandom) -> [PlacementOption] {
        (0..<Int.random(in: 1...self.optionsPerTask, using: &random)).map { _ in
            let cost =
                self.hasTies
                ? Int64.random(in: 0...3, using: &random)
                : Int64.random(in: 1_000_000_000...2_000_000_000, using: &random)
            let weight = self.hasOtherWeight ? Int64.random(in: 0...1_000_000_000, using: &random) : cost
            return PlacementOption(
                location: Int32.random(in: 0..<Int32(self.locations), using: &random), weight: weight, cost: cost,
                duration: Int64.random(in: 0...(self.hasTies ? 3 : 100_000), using: &random))
        }
    }

    private func bytes(_ random: inout SeededRandom) -> Int64 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: 0
        case 1: 1 << 30
        default: Int64.random(in: 1...(40 << 30), using: &random)
        }
    }

    private func ratio(_ random: inout SeededRandom) -> PlacementProblem.WeightPerCost {
        guard self.hasOtherWeight else { return .one }
        return [.init(0), .init(1, over: 3), .init(2)].randomElement(using: &random) ?? .one
    }
}

/// Every combination of options, one after the other.
enum BruteForce {
    /// The best that keeps the limits: fewest unknown prices, then least goal; nil when none does.
    static func best(_ problem: PlacementProblem) -> PlacementTotals? {
        var best: PlacementTotals?
        Self.forEach(problem) { choice in
            guard problem.keepsLimits(choice) else { return }
            let totals = problem.totals(of: choice)
            if best.map({ Self.key(totals, problem.goal).lexicographicallyPrecedes(Self.key($0, problem.goal)) })
                ?? true
            {
                best = totals
            }
        }
        return best
    }

    static func key(_ totals: PlacementTotals, _ goal: PlacementProblem.Goal) -> [Int64] {
        switch goal {
        case .weight: [Int64(totals.unknownTransfers), totals.weight]
        case .time: [totals.makespan, Int64(totals.unknownTransfers), totals.weight]
        }
    }

    static func forEach(_ problem: PlacementProblem, _ body: ([Int]) -> Void) {
        var choice = [Int](repeating: 0, count: problem.options.count)
        while true {
            body(choice)
            var task = choice.count - 1
            while task >= 0 {
                choice[task] += 1
                if choice[task] < problem.options[task].count { break }
                choice[task] = 0
                task -= 1
            }
            if task < 0 { return }
        }
    }
}
