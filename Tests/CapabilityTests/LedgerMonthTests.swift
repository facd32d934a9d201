import Contract
import Costs
import Database
import Fleet
import Foundation
import Kernel
import Testing

/// A month of runs against an oracle that shares no code with the ledger: Python's `decimal`, from the leases' own facts.
@Suite("A seeded month")
struct LedgerMonthTests {
    private static let runCount = 10_000
    private static let environments = [
        ("onprem-helsinki", Money(nanodollars: 1_234_567_891)), ("aws-us-east-1", Money(nanodollars: 12_240_000_000)),
        ("gcp-europe-west4", Money(nanodollars: 3_673_000_001)),
    ]

    private struct Leased {
        var environment: String
        var project: String
        var price: Money
        var milliseconds: Int64
    }

    /// Reads `environment,project,price,milliseconds` lines; prints the sum of each environment, each project and of all.
    private static let oracle = """
        import sys
        from collections import defaultdict
        from decimal import Decimal, ROUND_HALF_UP, getcontext
        getcontext().prec = 60
        sums = defaultdict(Decimal)
        for line in sys.stdin:
            environment, project, price, milliseconds = line.strip().split(",")
            exact = Decimal(price) * Decimal(milliseconds) / Decimal(3600000)
            amount = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
            for key in ("environment " + environment, "project " + project, "total"):
                sums[key] += amount
        for key in sorted(sums):
            print(key + "=" + str(sums[key]))
        """

    @Test("10,000 runs for more than $100,000 balance to the nano-dollar by every dimension")
    func balances() async throws {
        let engine = try await EngineFixture()
        var random = SeededRandom(seed: 20_260_101)
        var leased: [Leased] = []
        for _ in 0..<10 {
            var entries: [LedgerEntry] = []
            for _ in 0..<Self.runCount / 10 { entries += Self.run(&leased, &random, at: engine.time.now) }
            let batch = entries
            try await engine.database.write { try Ledger.post(batch, in: $0) }
        }
        let truth = try Self.ask(leased)
        for dimension in [CostDimension.environment, .project] {
            let report = try await engine.ledger.report(by: [dimension], CostFilter())
            for row in report.rows { #expect(truth["\(dimension.rawValue) \(row.key[0])"] == row.amount.nanodollars) }
            #expect(report.rows.map(\.amount).total() == report.total)
            #expect(truth["total"] == report.total.nanodollars)
            #expect(report.total > .dollars(100_000))
        }
        let byRun = try await engine.ledger.report(by: [.run], CostFilter())
        #expect(byRun.rows.count == Self.runCount)
        #expect(byRun.rows.map(\.amount).total() == byRun.total)
    }

    /// One run with one or two leases, each posted in as many pieces as it had heartbeats.
    private static func run(_ leased: inout [Leased], _ random: inout SeededRandom, at now: Timestamp) -> [LedgerEntry]
    {
        let run = ID<Run>(at: now, using: &random)
        let project = "project-\(Int.random(in: 0..<7, using: &random))"
        var entries: [LedgerEntry] = []
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let (environment, price) = self.environments[Int.random(in: 0..<3, using: &random)]
            var machine = LeaseMachine(term: .hours(1), pricePerHour: price, heard: .zero)
            var clock: Int64 = 0
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                clock += Int64.random(in: 1...4_000_000, using: &random)
                for case .post(let amount) in machine.handle(.heartbeat(at: .milliseconds(clock))) {
                    entries.append(
                        LedgerEntry(
                            id: ID(at: now, using: &random), at: now, kind: .compute, amount: amount,
                            environment: environment,
                            project: project, run: run, step: "train"))
                }
            }
            leased.append(Leased(environment: environment, project: project, price: price, milliseconds: clock))
        }
        return entries
    }

    private static func ask(_ leased: [Leased]) throws -> [String: Int64] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", self.oracle]
        let input = FileManager.default.temporaryDirectory.appending(
            path: "martlet-month-\(UInt64.random(in: 0...UInt64.max)).csv")
        defer { try? FileManager.default.removeItem(at: input) }
        let lines = leased.map { "\($0.environment),\($0.project),\($0.price.nanodollars),\($0.milliseconds)\n" }
            .joined()
        try Data(lines.utf8).write(to: input)
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Dictionary(
            uniqueKeysWithValues: text.split(separator: "\n").compactMap { line in
                let parts = line.split(separator: "=")
                return parts.count == 2 ? Int64(parts[1]).map { (String(parts[0]), $0) } : nil
            })
    }
}
