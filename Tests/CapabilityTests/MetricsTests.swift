import Contract
import Database
import Kernel
import Logging
import Testing
import Tracking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("the metric store")
struct MetricsTests {
    private struct NoAttempts: AttemptOwners {
        func run(of attempt: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run> {
            throw PlainFault(.notFound, "no such attempt")
        }
    }

    private struct NoRows: StepRunRows {
        func makeRow(of run: ID<Run>, in transaction: Transaction) throws {
            throw TrackingError.runNotFound(run.hexadecimal)
        }
    }

    private struct Outcome: Sendable {
        var index: Int
        var message: String
    }

    private let run = ID<Run>(raw: 5)
    private let deleted = ID<Run>(raw: 6)

    private func withMetrics(_ body: (Metrics, Database) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/metrics-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        defer { database.close() }
        try await database.migrate(TrackedRunStore.migrations + MetricStore.migrations)
        let (run, deleted) = (self.run, self.deleted)
        try await database.write { transaction in
            for (id, stage) in [(run, "active"), (deleted, "deleted")] {
                try transaction.execute(
                    """
                    INSERT INTO tracked_runs (id, experiment, name, user_name, status, started_at, lifecycle, artifact_uri)
                    VALUES (\(id.hexadecimal), 0, 'r', '', 'RUNNING', 0, \(stage), '')
                    """)
            }
        }
        try await body(Metrics(database: database, owners: NoAttempts(), steps: NoRows()), database)
    }

    private func records(_ name: String, _ samples: [MetricSample]) -> MetricRecords {
        var records = MetricRecords()
        for sample in samples { records.append(name, sample) }
        return records
    }

    private func isSame(_ a: [MetricSample], _ b: [MetricSample]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy {
                $0.at == $1.at && $0.step == $1.step && ($0.value == $1.value || ($0.value.isNaN && $1.value.isNaN))
            }
    }

    private func latest(_ database: Database) async throws -> [LatestMetric] {
        try await database.read { try Metrics.latest(of: [1], in: $0)[1] ?? [] }
    }

    @Test("whatever comes, in any order and over any number of compactions, comes back in order and once")
    func histories() async throws {
        try await self.withMetrics { metrics, database in
            var random = SeededRandom(seed: 42)
            var expected: [String: [MetricSample]] = [:]
            for call in 0..<900 {
                var records = MetricRecords()
                for _ in 0..<Int.random(in: 1...40, using: &random) {
                    let name = "m\(Int.random(in: 0..<3, using: &random))"
                    let late = Int.random(in: 0..<10, using: &random) == 0
                    let sample = MetricSample(
                        at: Int64(late ? Int.random(in: 0...call, using: &random) : call),
                        step: Int64.random(in: 0..<3, using: &random),
                        value: [.nan, 1, 2, -1, .infinity][Int.random(in: 0..<5, using: &random)])
                    records.append(name, sample)
                    expected[name, default: []].append(sample)
                }
                try await metrics.log(records, to: self.run)
            }
            for (name, samples) in expected {
                var wanted = samples
                wanted.arrange()
                let whole = try await metrics.history(of: self.run, name: name)
                #expect(self.isSame(whole.samples, wanted))
                #expect(whole.next == nil)
                var paged: [MetricSample] = []
                var next: Int64? = 0
                while let skip = next {
                    let stretch = try await metrics.history(of: self.run, name: name, skip: skip, limit: 77)
                    paged += stretch.samples
                    next = stretch.next
                }
                #expect(self.isSame(paged, wanted))
                let latest = try await self.latest(database).first { $0.name == name }
                let best = samples.reduce(samples[0]) { $1.isLater(than: $0) ? $1 : $0 }
                #expect(self.isSame(latest.map { [$0.sample] } ?? [], [best]))
            }
        }
    }

    private static func log(
        _ records: MetricRecords, to run: ID<Run>, by index: Int, in metrics: Metrics
    ) async -> Outcome {
        do {
            try await metrics.log(records, to: run)
            return Outcome(index: index, message: "")
        } catch { return Outcome(index: index, message: (error as? any Fault)?.message ?? "\(error)") }
    }

    @Test("many at once share a change, and each hears of its own run")
    func together() async throws {
        try await self.withMetrics { metrics, _ in
            let outcomes = await withTaskGroup(of: Outcome.self) { group in
                for index in 0..<300 {
                    let run = index % 3 == 0 ? self.run : index % 3 == 1 ? self.deleted : ID<Run>(raw: 99)
                    let records = self.records("m", [MetricSample(at: Int64(index), step: 0, value: 1)])
                    group.addTask { await Self.log(records, to: run, by: index, in: metrics) }
                }
                var outcomes: [Outcome] = []
                for await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            for outcome in outcomes {
                switch outcome.index % 3 {
                case 0: #expect(outcome.message == "")
                case 1: #expect(outcome.message.contains("must be in the 'active' state"))
                default: #expect(outcome.message == "Run with id=\(ID<Run>(raw: 99).hexadecimal) not found")
                }
            }
            let logged = try await metrics.history(of: self.run, name: "m").samples
            #expect(logged.count == 100)
        }
    }

    @Test(
        "the latest value is that of the highest step, then the latest time, then the largest; exact at once, in SQL after settling"
    )
    func latestValue() async throws {
        try await self.withMetrics { metrics, database in
            let samples = [
                MetricSample(at: 9, step: 1, value: 9), MetricSample(at: 5, step: 2, value: 1),
                MetricSample(at: 5, step: 2, value: 3), MetricSample(at: 4, step: 2, value: 8),
            ]
            for sample in samples { try await metrics.log(self.records("m", [sample]), to: self.run) }
            try await metrics.log(self.records("n", [MetricSample(at: 1, step: 0, value: .nan)]), to: self.run)
            let before = try await self.latest(database)
            #expect(before.map(\.name) == ["m", "n"])
            #expect(before[0].sample.value == 3 && before[1].sample.value.isNaN)
            try await metrics.settle()
            let rows = try await database.read {
                try $0.rows("SELECT value, is_nan, step, at FROM metric_latest ORDER BY key")
            }
            let value: Double = try rows[0].get(0)
            let isNaN: Bool = try rows[1].get(1)
            #expect(rows.count == 2 && value == 3 && isNaN)
            let after = try await self.latest(database)
            #expect(after[0].sample.value == 3 && after[1].sample.value.isNaN)
        }
    }

    @Test("a sample has the first point of each stretch, the last of all, the extremes and a not-a-number")
    func sampled() async throws {
        try await self.withMetrics { metrics, _ in
            var samples = (0..<1000).map { MetricSample(at: Int64($0), step: Int64($0), value: 1) }
            samples[333].value = -50
            samples[555].value = 70
            samples[777].value = .nan
            for start in stride(from: 0, to: 1000, by: 100) {
                try await metrics.log(self.records("m", Array(samples[start..<start + 100])), to: self.run)
            }
            let few = try await metrics.sampled(of: self.run, name: "m", steps: nil, wanted: 10)
            #expect(few.map(\.step) == [0, 100, 200, 300, 333, 400, 500, 555, 600, 700, 777, 800, 999])
            let part = try await metrics.sampled(of: self.run, name: "m", steps: 10...12, wanted: 10)
            #expect(part.map(\.step) == [10, 11, 12])
            let one = try await metrics.sampled(of: self.run, name: "m", steps: 1...9, wanted: 1)
            #expect(one.map(\.step) == [9])
        }
    }

    @Test("a sample of constant values is MLflow's")
    func ntile() async throws {
        try await self.withMetrics { metrics, _ in
            let samples = (0..<10).map { MetricSample(at: 1, step: Int64($0), value: 10) }
            try await metrics.log(self.records("m", samples), to: self.run)
            let five = try await metrics.sampled(of: self.run, name: "m", steps: nil, wanted: 5)
            #expect(five.map(\.step) == [0, 2, 4, 6, 9])
            let three = try await metrics.sampled(of: self.run, name: "m", steps: nil, wanted: 3)
            #expect(three.map(\.step) == [0, 4, 9])
        }
    }
}
