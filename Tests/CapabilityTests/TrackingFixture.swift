import Contract
import Database
import Digest
import Journal
import Kernel
import Logging
import Synchronization
import Tracking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Experiments and tracked runs on a database of their own, beside runs that a test makes up.
final class TrackingFixture: Sendable {
    static let ada = Principal(name: "ada", role: .developer)

    let database: Database
    let journal: Journal
    let time = ManualTime()
    let experiments: Experiments
    let runs: TrackedRuns
    private let folder: String
    private let known = KnownSteps()

    private final class KnownSteps: StepRuns {
        let runs = Mutex<[ID<Run>: Run]>([:])
        func run(_ id: ID<Run>, in reader: any Reading) throws -> Run? { self.runs.withLock { $0[id] } }
    }

    init() async throws {
        self.folder = FileManager.default.temporaryDirectory.path + "/tracking-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        self.database = try Database(path: self.folder + "/test.sqlite", logger: Logger(label: "test"))
        try await self.database.migrate(
            Journal.migrations + ExperimentStore.migrations + TrackedRunStore.migrations + StepRunStore.migrations
                + MetricStore.migrations)
        self.journal = try await Journal(
            database: self.database, headFile: self.folder + "/journal.head", key: HMACKey.random())
        self.experiments = Experiments(
            database: self.database, journal: self.journal, time: self.time, workingFolder: "/srv")
        self.runs = TrackedRuns(
            database: self.database, journal: self.journal, time: self.time, experiments: self.experiments,
            steps: self.known)
        try await self.experiments.prepareDefault()
    }

    deinit {
        self.database.close()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// A running run of the experiment `Default`.
    func start(name: String? = nil, tags: [KeyValue] = [], experiment: Int64 = 0) async throws -> TrackedRun {
        try await self.runs.create(
            TrackedRunDraft(experiment: experiment, name: name, user: "ada", startedAt: self.time.now, tags: tags),
            by: Self.ada)
    }

    /// Makes a step's run known, with a line of the journal that speaks of it.
    func step(_ number: UInt128, _ status: RunStatus, kind: RunKind = .batch) async throws -> Run {
        let run = Run(
            id: ID(raw: number), project: "digits", name: "train", user: "ada", kind: kind, status: status,
            step: StepSpec(command: .shell("true")), parameters: ["depth": .integer(3), "kind": .string("tree")],
            inputs: [], residency: .any, outputResidency: .any, environment: "onprem", attempt: 1,
            submittedAt: self.time.now, startedAt: status == .queued ? nil : self.time.now,
            endedAt: status.isTerminal ? self.time.now : nil, cost: .dollars(1))
        self.known.runs.withLock { $0[run.id] = run }
        try await self.database.write { transaction in
            try self.journal.append(
                [JournalDraft(kind: "run.\(status.rawValue)", subject: run.id.description, by: .controlPlane)],
                at: self.time.now, in: transaction)
        }
        return run
    }

    /// What an error says; nil when there is none.
    static func refusal(_ work: () async throws -> Void) async -> String? {
        do { try await work() } catch { return (error as? any Fault)?.message ?? "\(error)" }
        return nil
    }
}
