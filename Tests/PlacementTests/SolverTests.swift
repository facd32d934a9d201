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

    /// Says how to run the one instance again.
    static func replay(_ seed: UInt64) -> Comment { "replay: MARTLET_SEED=\(seed)" }

    @Test("the least weight of any graph is found and proven")
    func leastWeight() throws {
        for (seed, instance) in Self.instances(2_000) {
            let problem = instance.problem(seed: seed)
            let solution = try PlacementSolver().solve(problem)
            let best = try #require(BruteForce.best(problem))
            #expect(solution.isOptimal, Self.replay(seed))
            #expect(solution.totals == problem.totals(of: solution.choice), Self.replay(seed))
            #expect(solution.weight == best.weight, Self.replay(seed))
            #expect(solution.totals.unknownTransfers == best.unknownTransfers, Self.replay(seed))
        }
    }

    @Test("a task's own deadline and budget hold, with the least weight of all that keep them")
    func taskLimits() throws {
        var infeasible = 0
        for (seed, instance) in Self.instances(1_500) {
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
        #expect((100...1_400).contains(infeasible), "limits that are never or always broken test nothing")
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
