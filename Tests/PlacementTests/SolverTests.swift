import Kernel
import Testing

@testable import Placement

@Suite("the solver against every combination")
struct SolverTests {
    /// `size` tasks of up to that many options each, small enough to try all of them.
    static func instances(_ count: Int) -> [(seed: UInt64, SolverInstance)] {
        (0..<UInt64(count)).map { seed in
            let shape = SolverShape.allCases[Int(seed) % SolverShape.allCases.count]
            let tasks = shape == .single ? 1 : 2 + Int(seed / 7) % 4
            return (
                seed,
                SolverInstance(
                    shape: shape, tasks: tasks, locations: 2 + Int(seed / 3) % 5, optionsPerTask: 4,
                    unknownRates: seed % 5 == 0 ? 30 : 0, hasTies: seed % 4 == 1, hasOtherWeight: seed % 6 == 2)
            )
        }
    }

    /// Names the instance: its seed is all there is to it.
    static func replay(_ seed: UInt64) -> Comment { "the graph of seed \(seed)" }

    @Test("the least weight of any graph is found and proven")
    func leastWeight() throws {
        for (seed, instance) in Self.instances(1_400) {
            let problem = instance.problem(seed: seed)
            let solution = try PlacementSolver().solve(problem)
            let best = try #require(BruteForce.best(problem))
            #expect(solution.isOptimal, Self.replay(seed))
            #expect(solution.totals == problem.totals(of: solution.choice), Self.replay(seed))
            #expect(solution.weight == best.weight, Self.replay(seed))
            #expect(solution.totals.unknownTransfers == best.unknownTransfers, Self.replay(seed))
        }
    }

    /// Limits that force the search past elimination: to bounds and a smaller elimination, or to branch and bound.
    static var limits: [PlacementSolver.Limits] {
        var bounds = PlacementSolver.Limits()
        bounds.directWork = 0
        bounds.eliminationWork = 60
        var branches = PlacementSolver.Limits()
        branches.eliminationWork = 0
        return [bounds, branches]
    }

    @Test("bounds, dead ends and branches come to the same as elimination", arguments: [0, 1])
    func otherWays(way: Int) throws {
        for (seed, instance) in Self.instances(420) {
            var problem = instance.problem(seed: seed)
            if seed % 2 == 0 { problem.taskLimits = Self.limits(for: problem, seed: seed) }
            let expected = try? PlacementSolver().solve(problem)
            let solution = try? PlacementSolver(limits: Self.limits[way]).solve(problem)
            #expect(solution?.weight == expected?.weight, Self.replay(seed))
            #expect(solution?.isOptimal == expected?.isOptimal, Self.replay(seed))
            #expect(solution?.bound == expected?.bound, Self.replay(seed))
            if let solution { #expect(problem.keepsLimits(solution.choice), Self.replay(seed)) }
        }
    }

    @Test("a search that is cut short still has a solution, and its bound is below the least weight")
    func cutShort() throws {
        var limits = Self.limits[1]
        for (seed, instance) in Self.instances(300) {
            limits.totalWork = Int64(seed) * 3
            let problem = instance.problem(seed: seed)
            let least = try PlacementSolver().solve(problem).weight
            let solution = try PlacementSolver(limits: limits).solve(problem)
            let unknown = solution.totals.unknownTransfers > 0
            #expect(unknown || solution.bound <= least && least <= solution.weight, Self.replay(seed))
            #expect(!solution.isOptimal || solution.weight == least, Self.replay(seed))
        }
    }

    @Test("a task's own deadline and budget hold, with the least weight of all that keep them")
    func taskLimits() throws {
        var infeasible = 0
        for (seed, instance) in Self.instances(900) {
            var problem = instance.problem(seed: seed)
            problem.taskLimits = Self.limits(for: problem, seed: seed)
            let best = BruteForce.best(problem)
            do {
                let solution = try PlacementSolver().solve(problem)
                #expect(problem.keepsLimits(solution.choice), Self.replay(seed))
                #expect(solution.isOptimal && solution.weight == best?.weight, Self.replay(seed))
            } catch {
                infeasible += 1
                #expect(best == nil, Self.replay(seed))
            }
        }
        #expect((60...840).contains(infeasible), "limits that are never or always broken test nothing")
    }

    /// Limits near what a random choice needs.
    static func limits(for problem: PlacementProblem, seed: UInt64) -> [PlacementProblem.TaskLimit] {
        var random = SeededRandom(seed: seed ^ 0xABCD)
        return problem.options.map { options in
            guard let option = options.randomElement(using: &random) else { return .none }
            var limit = PlacementProblem.TaskLimit()
            if Int.random(in: 0..<3, using: &random) == 0 {
                limit.budget = option.cost + Int64.random(in: 0...(option.cost + 1), using: &random)
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                limit.deadline = option.duration + Int64.random(in: 0...(option.duration + 1), using: &random)
            }
            return limit
        }
    }
}
