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

@Suite("metric points of attempts")
struct MetricBatchTests {
    /// Knows one attempt, the second of its run.
    private struct OneAttempt: AttemptOwners {
        func run(of attempt: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run> {
            guard attempt.raw < 10 else { throw PlainFault(.notFound, "no such attempt") }
            guard fence == 2 else { throw PlainFault(.conflict, "late") }
            return ID(raw: 77)
        }
    }

    private struct NewRows: StepRunRows {
        func makeRow(of run: ID<Run>, in transaction: Transaction) throws {
            try transaction.execute(
                """
                INSERT INTO tracked_runs (id, experiment, name, user_name, status, started_at, lifecycle, artifact_uri)
                VALUES (\(run.hexadecimal), 0, 'r', '', 'RUNNING', 0, 'active', '')
                """)
        }
    }

    private let attempt = ID<Attempt>(raw: 1)
    private let run = ID<Run>(raw: 77)
    private let worker = Principal(name: "wrk", role: .worker)

    private func withMetrics(_ body: (Metrics) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/tracking-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        defer { database.close() }
        try await database.migrate(TrackedRunStore.migrations + MetricStore.migrations)
        try await body(Metrics(database: database, owners: OneAttempt(), steps: NewRows()))
    }

    private func points(_ range: Range<Int>, name: String = "loss") -> [MetricPoint] {
        range.map {
            MetricPoint(name: name, value: Double($0) / 2, step: Int64($0), at: Timestamp(milliseconds: Int64($0)))
        }
    }

    @Test("points come back by time, by metric and by page")
    func order() async throws {
        try await self.withMetrics { metrics in
            for start in stride(from: 0, to: 30, by: 10) {
                let batch = self.points(start..<start + 10) + self.points(start..<start + 5, name: "accuracy")
                try await metrics.append(MetricBatch(fence: 2, points: batch), of: self.attempt, worker: self.worker)
            }
            var seen: [MetricPoint] = []
            var cursor: String?
            repeat {
                let page = try await metrics.points(
                    of: self.run, name: "loss", page: PageRequest(cursor: cursor, limit: 7))
                seen += page.items
                cursor = page.next
            } while cursor != nil
            #expect(seen == self.points(0..<30))
            let all = try await metrics.points(of: self.run, name: nil, page: PageRequest(limit: 1000))
            #expect(all.items.count == 45)
        }
    }

    @Test("a batch that comes twice, because its answer was lost, is stored once")
    func twice() async throws {
        try await self.withMetrics { metrics in
            let batch = MetricBatch(fence: 2, offset: 0, points: self.points(0..<5))
            for _ in 0..<3 { try await metrics.append(batch, of: self.attempt, worker: self.worker) }
            let longer = MetricBatch(fence: 2, offset: 3, points: self.points(3..<9))
            try await metrics.append(longer, of: self.attempt, worker: self.worker)
            let page = try await metrics.points(of: self.run, name: nil, page: PageRequest())
            #expect(page.items == self.points(0..<9))
        }
    }

    @Test("an attempt counts its own points, and what another attempt logged alike is there once")
    func alike() async throws {
        try await self.withMetrics { metrics in
            let other = ID<Attempt>(raw: 2)
            // Each batch has six points, of which one is the same in all.
            for (attempt, offset) in [(self.attempt, 0), (self.attempt, 6), (other, 0), (other, 6)] {
                let points = self.points(offset..<offset + 5, name: attempt == other ? "again" : "loss")
                let batch = MetricBatch(fence: 2, offset: Int64(offset), points: points + self.points(0..<1))
                try await metrics.append(batch, of: attempt, worker: self.worker)
            }
            let page = try await metrics.points(of: self.run, name: nil, page: PageRequest())
            #expect(page.items.count == 20)
        }
    }

    @Test("a late fence, a batch that is too large, and a name that cannot be are refused whole")
    func refused() async throws {
        try await self.withMetrics { metrics in
            let batches = [
                MetricBatch(fence: 1, points: self.points(0..<1)),
                MetricBatch(fence: 2, points: self.points(0..<1001)),
                MetricBatch(fence: 2, offset: -1, points: self.points(0..<1)),
                MetricBatch(fence: 2, points: self.points(0..<1) + self.points(0..<1, name: "")),
                MetricBatch(fence: 2, points: self.points(0..<1, name: String(repeating: "x", count: 251))),
            ]
            for batch in batches {
                await #expect(throws: (any Error).self) {
                    try await metrics.append(batch, of: self.attempt, worker: self.worker)
                }
            }
            let page = try await metrics.points(of: self.run, name: nil, page: PageRequest())
            #expect(page.items.isEmpty)
        }
    }

    @Test("a cursor that is none is invalid")
    func cursor() async throws {
        try await self.withMetrics { metrics in
            await #expect(throws: MetricError.invalidCursor("x")) {
                try await metrics.points(of: self.run, name: nil, page: PageRequest(cursor: "x"))
            }
        }
    }
}
