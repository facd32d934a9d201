import Kernel
import Testing

@testable import Placement

@Suite("the solver at its limits")
struct SolverLimitsTests {
    @Test("the checks notice a wrong answer: what a greedy planner chooses, and a deadline that is broken")
    func mutation() throws {
        var dearer = 0
        var broken = 0
        for (seed, instance) in SolverTests.instances(300) {
            var problem = instance.problem(seed: seed)
            let best = try #require(BruteForce.best(problem))
            let greedy = problem.options.map { options in
                options.indices.min { options[$0].weight < options[$1].weight } ?? 0
            }
            let totals = problem.totals(of: greedy)
            let isWorse = BruteForce.key(best, .weight).lexicographicallyPrecedes(BruteForce.key(totals, .weight))
            dearer += isWorse ? 1 : 0
            problem.deadline = best.makespan - 1
            broken += problem.keepsLimits(try PlacementSolver().solve(instance.problem(seed: seed)).choice) ? 0 : 1
        }
        #expect(dearer > 30 && broken > 200, "\(dearer) dearer, \(broken) broken")
    }

    @Test("numbers that no sum could hold saturate, and the least is still found", arguments: PlacementProblem.Goal.all)
    func hostile(goal: PlacementProblem.Goal) throws {
        let routes = Routes(count: 3) { from, to in
            from == 0 ? Routes.unknownRate : to == 0 ? .max : 1
        } milliseconds: { _, _ in
            .max
        }
        let numbers: [Int64] = [.min, -1, 0, 1, 1 << 50, .max]
        var random = SeededRandom(seed: 3)
        for seed in 0..<60 {
            let tasks = 2 + seed % 3
            let options = (0..<tasks).map { _ in
                (0..<3).map { location in
                    PlacementOption(
                        location: Int32(location), weight: numbers.randomElement(using: &random) ?? 0,
                        cost: numbers.randomElement(using: &random) ?? 0,
                        duration: numbers.randomElement(using: &random) ?? 0)
                }
            }
            let edges = (1..<tasks).map {
                PlacementProblem.Edge(producer: $0 - 1, consumer: $0, bytes: [1 << 62, .min, 1, 0][(seed + $0) % 4])
            }
            var problem = PlacementProblem(options: options, edges: edges, routes: routes, goal: goal)
            if seed % 2 == 0 { problem.deadline = .max }
            if seed % 3 == 0 { problem.taskLimits = options.map { _ in .init(deadline: .max, budget: .max) } }
            let best = BruteForce.best(problem)
            let solution = try? PlacementSolver().solve(problem)
            let found = solution.map { BruteForce.key($0.totals, goal) }
            #expect(found == best.map { BruteForce.key($0, goal) }, "seed \(seed)")
        }
    }

    @Test("the same problem has the same answer, and a chain of equals takes the first of all options")
    func determinism() throws {
        for (seed, instance) in SolverTests.instances(50) {
            let problem = instance.problem(seed: seed)
            #expect(try PlacementSolver().solve(problem) == PlacementSolver().solve(problem), SolverTests.replay(seed))
        }
        let routes = Routes(count: 4) { _, _ in 0 }
        let option = (0..<4).map { PlacementOption(location: $0, weight: 5, cost: 5, duration: 1) }
        let edges = (1..<6).map { PlacementProblem.Edge(producer: $0 - 1, consumer: $0, bytes: 1 << 30) }
        let problem = PlacementProblem(options: Array(repeating: option, count: 6), edges: edges, routes: routes)
        #expect(try PlacementSolver().solve(problem).choice == [0, 0, 0, 0, 0, 0])
    }

    @Test("a search whose time is up at once still answers, and says that it proved nothing")
    func timeOut() throws {
        let instance = SolverInstance(shape: .random, tasks: 30, locations: 20, optionsPerTask: 20, groups: 5)
        var problem = instance.problem(seed: 5)
        let least = try PlacementSolver().solve(problem)
        problem.deadline = least.makespan * 9 / 10
        let cut = try PlacementSolver().solve(problem) { true }
        #expect(problem.keepsLimits(cut.choice))
        #expect(cut.weight >= least.weight && cut.bound <= cut.weight)
    }

    @Test("a fork-join of three hundred workers is solved, equal workers or not", arguments: [true, false])
    func forkJoin(isEqual: Bool) throws {
        let instance = SolverInstance(shape: .forkJoin, tasks: 300, locations: 10, optionsPerTask: 10, groups: 3)
        var problem = instance.problem(seed: 9)
        if isEqual {
            for task in 1..<299 { problem.options[task] = problem.options[1] }
            for index in problem.edges.indices { problem.edges[index].bytes = 1 << 30 }
        }
        let solution = try PlacementSolver().solve(problem)
        #expect(solution.isOptimal && solution.bound == solution.weight)
        if isEqual { #expect(Set(solution.choice[1..<299]).count == 1) }
    }

    @Test("a task that no option lets keep its limits is named")
    func impossibleTask() {
        let instance = SolverInstance(shape: .chain, tasks: 4, locations: 3, optionsPerTask: 3)
        var problem = instance.problem(seed: 1)
        problem.taskLimits = [.none, .none, .init(deadline: -1), .none]
        #expect(throws: PlacementInfeasibility.task(2)) { try PlacementSolver().solve(problem) }
    }

    @Test("a budget that only unknown prices could keep is not kept")
    func unknownPrices() {
        let options = [0, 1].map { [PlacementOption(location: $0, weight: 1, cost: 1, duration: 1)] }
        let edges = [PlacementProblem.Edge(producer: 0, consumer: 1, bytes: 1)]
        let routes = Routes(count: 2) { _, _ in Routes.unknownRate }
        let problem = PlacementProblem(options: options, edges: edges, routes: routes, budget: 100)
        #expect(throws: PlacementInfeasibility.unknownPrices(transfers: 1)) { try PlacementSolver().solve(problem) }
    }
}

extension PlacementProblem.Goal {
    static let all: [Self] = [.weight, .time]
}
