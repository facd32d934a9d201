import Kernel
import Testing

@testable import Placement

@Suite("weight, time and budget against every combination")
struct ScheduleSearchTests {
    /// What every combination comes to, once for all questions about a problem.
    struct Truth {
        var leastTime = Int64.max
        var leastCost = Int64.max
        var times: [Int64] = []
        var costs: [Int64] = []

        init(_ problem: PlacementProblem) {
            BruteForce.forEach(problem) { choice in
                let totals = problem.totals(of: choice)
                self.times.append(totals.makespan)
                self.costs.append(totals.cost)
                self.leastTime = min(self.leastTime, totals.makespan)
                if totals.unknownTransfers == 0 { self.leastCost = min(self.leastCost, totals.cost) }
            }
            self.times.sort()
            self.costs.sort()
        }
    }

    /// The answer must be the best there is, proven; or there must be none.
    static func check(_ problem: PlacementProblem, _ seed: UInt64) -> Bool {
        let best = BruteForce.best(problem)
        do {
            let solution = try PlacementSolver().solve(problem)
            #expect(problem.keepsLimits(solution.choice), SolverTests.replay(seed))
            guard let best else {
                Issue.record("a solution where there is none; \(SolverTests.replay(seed))")
                return true
            }
            #expect(
                BruteForce.key(solution.totals, problem.goal) == BruteForce.key(best, problem.goal),
                SolverTests.replay(seed))
            #expect(solution.isOptimal, SolverTests.replay(seed))
            return true
        } catch {
            #expect(best == nil, "\(error), \(SolverTests.replay(seed))")
            Self.check(error, problem, seed)
            return false
        }
    }

    /// How far a limit would have to give is the truth, or a bound on the right side of it.
    static func check(_ failure: PlacementInfeasibility, _ problem: PlacementProblem, _ seed: UInt64) {
        var free = problem
        free.deadline = nil
        free.budget = nil
        let truth = Truth(free)
        switch failure {
        case .deadline(let least, let isExact):
            #expect(isExact ? least == truth.leastTime : least <= truth.leastTime, SolverTests.replay(seed))
            #expect(least > problem.deadline ?? .max, SolverTests.replay(seed))
        case .budget(let least, let isExact):
            #expect(isExact ? least == truth.leastCost : least <= truth.leastCost, SolverTests.replay(seed))
            #expect(least > problem.budget ?? .max, SolverTests.replay(seed))
        case .unknownPrices: #expect(truth.leastCost == .max, SolverTests.replay(seed))
        case .deadlineWithBudget: #expect(problem.deadline != nil && problem.budget != nil, SolverTests.replay(seed))
        case .task, .taskLimits, .unproven:
            Issue.record("\(failure) without limits of tasks; \(SolverTests.replay(seed))")
        }
    }

    @Test("the least weight within a deadline")
    func deadline() {
        var feasible = 0
        for (seed, instance) in SolverTests.instances(420) {
            var problem = instance.problem(seed: seed)
            let truth = Truth(problem)
            // Around the lower end of what is possible, where the deadline decides.
            let position = truth.times.count * Int(seed % 10) / 30
            problem.deadline = truth.times[position] - (seed % 13 == 0 ? 1 : 0)
            feasible += Self.check(problem, seed) ? 1 : 0
        }
        #expect((180..<420).contains(feasible), "deadlines that are never or always broken test nothing")
    }

    @Test("the least makespan, and among those the least weight")
    func time() {
        for (seed, instance) in SolverTests.instances(350) {
            var problem = instance.problem(seed: seed)
            problem.goal = .time
            _ = Self.check(problem, seed)
        }
    }

    @Test("the least weight within a budget and a deadline", arguments: [PlacementProblem.Goal.weight, .time])
    func budget(goal: PlacementProblem.Goal) {
        var feasible = 0
        for (seed, instance) in SolverTests.instances(350) {
            var problem = instance.problem(seed: seed)
            let truth = Truth(problem)
            problem.goal = goal
            problem.budget = truth.costs[truth.costs.count * Int(seed % 7) / 14] - (seed % 11 == 0 ? 1 : 0)
            if seed % 3 == 0 { problem.deadline = truth.times[truth.times.count * Int(seed % 5) / 10] }
            feasible += Self.check(problem, seed) ? 1 : 0
        }
        #expect((70..<350).contains(feasible), "budgets that are never or always broken test nothing")
    }

    @Test("a graph's deadline together with limits of tasks")
    func everything() {
        for (seed, instance) in SolverTests.instances(250) {
            var problem = instance.problem(seed: seed)
            problem.deadline = Truth(problem).times.last.map { $0 / 2 }
            problem.taskLimits = SolverTests.limits(for: problem, seed: seed)
            let best = BruteForce.best(problem)
            let solution = try? PlacementSolver().solve(problem)
            #expect(solution?.weight == best?.weight, SolverTests.replay(seed))
        }
    }
}
