import Contract
import Database
import Kernel
import Logging
import Search

@testable import Tracking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs of every kind in a database, and beside it a second, plain way to search them.
final class RunSearchWorld: Sendable {
    let database: Database
    let search: RunSearch
    let runs: [TrackedRun]
    private let folder: String

    private struct NoAttempts: AttemptOwners {
        func run(of attempt: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run> {
            throw PlainFault(.notFound, "no attempt runs here")
        }
    }

    private struct NoSteps: StepRunRows {
        func makeRow(of run: ID<Run>, in transaction: Transaction) throws {
            throw PlainFault(.notFound, "no step runs here")
        }
    }

    /// Few keys and few values, so that random searches find something.
    static let keys = ["a", "b", "k.c", "with space", "mlflow.runName"]
    static let texts = [
        "x", "X", "xy", "Xyz", "100%", "a_b", "axb", "", "é", "'", String(repeating: "long", count: 150),
    ]
    static let numbers: [Double] = [-1, 0, 0.5, 1, 2.5, .infinity, -.infinity, .nan]

    init(seed: UInt64, count: Int) async throws {
        var random = SeededRandom(seed: seed)
        self.runs = (0..<count).map { Self.run(number: $0, &random) }
        self.folder = FileManager.default.temporaryDirectory.path + "/run-search-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        self.database = try Database(path: self.folder + "/test.sqlite", logger: Logger(label: "test"))
        try await self.database.migrate(
            ExperimentStore.migrations + TrackedRunStore.migrations + MetricStore.migrations)
        self.search = RunSearch(
            database: self.database, metrics: Metrics(database: self.database, owners: NoAttempts(), steps: NoSteps()))
        let runs = self.runs
        try await self.database.write { transaction in
            for run in runs { try Self.insert(run, in: transaction) }
        }
    }

    deinit {
        self.database.close()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    private static func run(number: Int, _ random: inout SeededRandom) -> TrackedRun {
        func some<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random) ?? values[0] }
        func values() -> [KeyValue] {
            Self.keys.filter { _ in Bool.random(using: &random) }.map { KeyValue(key: $0, value: some(Self.texts)) }
        }
        var run = TrackedRun(
            id: ID(raw: UInt128(random.next()) << 64 | UInt128(random.next())), experiment: some([0, 1, 7]),
            name: some(Self.texts), user: some(["ada", "Bob"]), status: some(TrackedRunStatus.allCases),
            startedAt: Timestamp(milliseconds: some([5, 6, 7, 8])),
            endedAt: some([nil, Timestamp(milliseconds: 9), Timestamp(milliseconds: 10)]),
            lifecycle: some([.active, .active, .deleted]), artifactURI: "mlflow-artifacts:/\(number)")
        run.parameters = values()
        run.tags = values().filter { $0.key != "mlflow.runName" } + [KeyValue(key: "mlflow.runName", value: run.name)]
        run.metrics = Self.keys.filter { _ in Bool.random(using: &random) }.map {
            MetricPoint(name: $0, value: some(Self.numbers), step: 1, at: Timestamp(milliseconds: 1))
        }
        if Bool.random(using: &random) {
            let dataset = TrackedDataset(
                name: some(["x", "xy"]), digest: some(["d1", "d2"]), sourceType: "local", source: "{}")
            let tags =
                Bool.random(using: &random)
                ? [KeyValue(key: DatasetSummary.contextKey, value: some(["x", "train"]))] : []
            run.datasetInputs = [DatasetInput(dataset: dataset, tags: tags)]
        }
        return run
    }

    private static func insert(_ run: TrackedRun, in transaction: Transaction) throws {
        let number = try TrackedRunStore.insert(run, in: transaction)
        for parameter in run.parameters {
            _ = try TrackedRunStore.insert(parameter: parameter, of: number, in: transaction)
        }
        for tag in run.tags { try TrackedRunStore.set(tag: tag, of: number, in: transaction) }
        for input in run.datasetInputs {
            let dataset = try TrackedRunStore.number(of: input.dataset, in: run.experiment, transaction)
            try TrackedRunStore.insert(dataset: dataset, tags: input.tags, of: number, in: transaction)
        }
        for point in run.metrics {
            let key = try TrackingKeyStore.number(of: point.name, in: transaction)
            let sample = MetricSample(at: point.at.milliseconds, step: point.step, value: point.value)
            try MetricStore.offer(sample, key: key, of: number, experiment: run.experiment, in: transaction)
        }
    }

    // MARK: The second way

    /// The runs that a query finds, all of them, in order.
    func expected(_ query: RunQuery) -> [TrackedRun] {
        self.runs.filter { run in
            query.experiments.contains(run.experiment) && query.view.stages.contains(run.lifecycle)
                && query.clauses.allSatisfy { self.holds($0, for: run) }
        }.sorted { a, b in
            for order in query.orders {
                let (first, second) = (self.rank(a, order), self.rank(b, order))
                if first.missing != second.missing { return first.missing < second.missing }
                guard first.missing == 0, first.value != second.value else { continue }
                return (first.value < second.value) == order.isAscending
            }
            let namesStart = query.orders.contains { $0.entity == .attribute && $0.key == "start_time" }
            if !namesStart, a.startedAt != b.startedAt { return a.startedAt > b.startedAt }
            return a.id.raw < b.id.raw
        }
    }

    /// A number or a text; texts compare by their bytes.
    private struct Rank: Equatable, Comparable {
        var number = 0.0
        var text = ""
        static func < (a: Self, b: Self) -> Bool {
            a.number != b.number ? a.number < b.number : a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
        }
    }

    private func rank(_ run: TrackedRun, _ order: SearchOrder) -> (missing: Int, value: Rank) {
        switch order.entity {
        case .metric:
            guard let value = run.metrics.first(where: { $0.name == order.key })?.value else { return (2, Rank()) }
            return value.isNaN ? (1, Rank()) : (0, Rank(number: value))
        case .parameter, .tag:
            let values = order.entity == .tag ? run.tags : run.parameters
            guard let value = values.first(where: { $0.key == order.key })?.value else { return (2, Rank()) }
            return (0, Rank(text: value))
        default:
            if order.key == "start_time" { return (0, Rank(number: Double(run.startedAt.milliseconds))) }
            if order.key == "end_time" {
                return run.endedAt.map { (0, Rank(number: Double($0.milliseconds))) } ?? (2, Rank())
            }
            return (0, Rank(text: self.text(of: order.key, run)))
        }
    }

    private func text(of attribute: String, _ run: TrackedRun) -> String {
        switch attribute {
        case "run_id": run.id.hexadecimal
        case "run_name": run.name
        case "user_id": run.user
        case "status": run.status.rawValue
        default: run.artifactURI
        }
    }

    private func holds(_ clause: SearchClause, for run: TrackedRun) -> Bool {
        switch clause.entity {
        case .metric:
            guard let value = run.metrics.first(where: { $0.name == clause.key })?.value else { return false }
            return self.compares(value, clause)
        case .parameter, .tag:
            let values = clause.entity == .tag ? run.tags : run.parameters
            let value = values.first { $0.key == clause.key }?.value
            if clause.comparison == .isNull { return value == nil }
            return value.map { clause.comparison == .isNotNull || self.compares($0, clause) } ?? false
        case .dataset:
            return run.datasetInputs.contains { input in
                switch clause.key {
                case "name": self.compares(input.dataset.name, clause)
                case "digest": self.compares(input.dataset.digest, clause)
                default: input.tags.contains { self.compares($0.value, clause) }
                }
            }
        default:
            if clause.key == "start_time" { return self.compares(Double(run.startedAt.milliseconds), clause) }
            if clause.key == "end_time" {
                return run.endedAt.map { self.compares(Double($0.milliseconds), clause) } ?? false
            }
            return self.compares(self.text(of: clause.key, run), clause)
        }
    }

    private func compares(_ value: Double, _ clause: SearchClause) -> Bool {
        let other: Double
        switch clause.value {
        case .integer(let number): other = Double(number)
        case .number(let number): other = number
        default: return false
        }
        switch clause.comparison {
        case .equal: return value == other
        case .notEqual: return value != other
        case .less: return value < other
        case .lessOrEqual: return value <= other
        case .greater: return value > other
        default: return value >= other
        }
    }

    private func compares(_ value: String, _ clause: SearchClause) -> Bool {
        switch (clause.comparison, clause.value) {
        case (.equal, .text(let other)): return value == other
        case (.notEqual, .text(let other)): return value != other
        case (.like, .text(let pattern)):
            return Self.matches(Array(value.unicodeScalars)[...], Array(pattern.unicodeScalars)[...])
        case (.ilike, .text(let pattern)):
            func lower(_ text: String) -> ArraySlice<Unicode.Scalar> {
                text.unicodeScalars.map { $0.isASCII ? $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 : $0 }[
                    ...]
            }
            return Self.matches(lower(value), lower(pattern))
        case (.isIn, .list(let values)): return values.contains(value)
        case (.notIn, .list(let values)): return !values.contains(value)
        default: return false
        }
    }

    private static func matches(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "%" {
            return (text.startIndex...text.endIndex).contains { self.matches(text[$0...], pattern.dropFirst()) }
        }
        guard let head = text.first, first == "_" || first == head else { return false }
        return self.matches(text.dropFirst(), pattern.dropFirst())
    }
}
