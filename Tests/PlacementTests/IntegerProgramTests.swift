import Foundation
import Kernel
import Testing

@testable import Placement

/// Larger graphs than can be tried out, against an integer program that shares nothing with the solver (`ilp/solve.py`).
@Suite("the solver against an integer program")
struct IntegerProgramTests {
    private struct Instance: Encodable {
        struct Option: Encodable {
            var location: Int32
            var weight: Int64
            var duration: Int64
        }
        struct Edge: Encodable {
            var producer: Int
            var consumer: Int
            var bytes: Int64
        }
        var options: [[Option]]
        var edges: [Edge]
        var rates: [[Int64]]
        var milliseconds: [[Int64]]
        var deadline: Int64?

        init(_ problem: PlacementProblem) {
            self.options = problem.options.map {
                $0.map { Option(location: $0.location, weight: $0.weight, duration: $0.duration) }
            }
            self.edges = problem.edges.map { Edge(producer: $0.producer, consumer: $0.consumer, bytes: $0.bytes) }
            let locations = 0..<problem.routes.count
            self.rates = locations.map { from in
                locations.map { problem.routes.price(of: 1 << 30, from: from, to: $0) ?? 0 }
            }
            self.milliseconds = locations.map { from in
                locations.map { problem.routes.milliseconds(of: 1 << 30, from: from, to: $0) }
            }
            self.deadline = problem.deadline
        }

        enum CodingKeys: CodingKey { case options, edges, rates, milliseconds, deadline }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(self.options, forKey: .options)
            try container.encode(self.edges, forKey: .edges)
            try container.encode(self.rates, forKey: .rates)
            try container.encode(self.milliseconds, forKey: .milliseconds)
            try container.encode(self.deadline, forKey: .deadline)
        }
    }

    private struct Answer: Decodable {
        var choice: [Int]
        var weight: Double
    }

    /// The repository, where `scripts/python` has made the environment with SciPy.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let python = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".venv/bin/python3")

    /// The integer program's answers. Files on both sides, so that a full pipe blocks nobody.
    private static func answers(_ problems: [PlacementProblem]) throws -> [Answer?] {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-ilp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let input = scratch.appendingPathComponent("input")
        let output = scratch.appendingPathComponent("output")
        try JSONEncoder().encode(problems.map(Instance.init)).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = Self.python
        process.arguments = [Self.folder.appendingPathComponent("ilp/solve.py").path]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try JSONDecoder().decode([Answer?].self, from: Data(contentsOf: output))
    }

    /// The program computes in floating point: its own optimum may be off by this much of it.
    private static let tolerance = 1e-6

    private static func check(_ problem: PlacementProblem, _ answer: Answer?, _ seed: Int) throws {
        let solution = try PlacementSolver().solve(problem)
        let answer = try #require(answer, "the integer program found nothing for \(seed)")
        #expect(solution.isOptimal, "seed \(seed)")
        #expect(solution.weight <= problem.totals(of: answer.choice).weight, "seed \(seed)")
        #expect(Double(solution.weight) >= answer.weight * (1 - Self.tolerance), "seed \(seed)")
        #expect(Double(solution.bound) <= answer.weight * (1 + Self.tolerance), "seed \(seed)")
    }

    @Test("graphs of 20 to 40 tasks over 30 locations cost the least")
    func weight() throws {
        let shapes: [SolverShape] = [.random, .chain, .outTree, .forkJoin, .random]
        let problems = shapes.enumerated().map { index, shape in
            SolverInstance(shape: shape, tasks: 20 + 5 * index, locations: 30, optionsPerTask: 24, groups: 6)
                .problem(seed: UInt64(index))
        }
        for (index, answer) in try Self.answers(problems).enumerated() {
            try Self.check(problems[index], answer, index)
        }
    }

    @Test("deadlines on larger graphs are kept at the least cost")
    func deadline() throws {
        let shapes: [SolverShape] = [.chain, .inTree, .outTree, .random]
        let problems = try shapes.enumerated().map { index, shape in
            var problem = SolverInstance(
                shape: shape, tasks: shape == .random ? 9 : 14, locations: 12, optionsPerTask: 10, groups: 4
            ).problem(seed: UInt64(index + 40))
            let free = try PlacementSolver().solve(problem).makespan
            problem.goal = .time
            let shortest = try PlacementSolver().solve(problem).makespan
            problem.goal = .weight
            problem.deadline = (free + shortest) / 2
            return problem
        }
        for (index, answer) in try Self.answers(problems).enumerated() {
            try Self.check(problems[index], answer, index + 40)
        }
    }
}
