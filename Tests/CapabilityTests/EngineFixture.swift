import Access
import CloudPorts
import Contract
import Costs
import Data
import Database
import Digest
import Fleet
import Journal
import Kernel
import LocalCloud
import Logging
import Models
import Runs
import Serving
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The engine on a real database and real folders, with clocks that the test moves and workers that the test plays.
final class EngineFixture: Sendable {
    let folder: String
    let database: Database
    let journal: Journal
    let time = ManualTime()
    let stores: Stores
    let transfers: Transfers
    let datasets: Datasets
    let environments: Environments
    let priceBooks: PriceBooks
    let workers: Workers
    let leases: Leases
    let runs: Runs
    let ledger: Ledger
    let models: Models
    let endpoints: Endpoints

    static let operatorUser = Principal(name: "olga", role: .operator)
    static let developer = Principal(name: "dora", role: .developer)

    private struct Tokens: WorkerTokens {
        func issue(for worker: ID<Worker>, expires: Timestamp, in transaction: Transaction) throws -> String {
            Token.random()
        }
    }
    private struct Posting: LedgerPosting {
        func post(_ entries: [LedgerEntry], in transaction: Transaction) throws {
            try Ledger.post(entries, in: transaction)
        }
    }
    private struct Spend: SpendSource {
        func spend(from: Timestamp, until: Timestamp, in reader: any Reading) throws -> [String: Money] {
            try Ledger.spend(from: from, until: until, in: reader)
        }
    }
    private struct Directory: StoreDirectory {
        let stores: Stores
        func exists(store name: String, in reader: any Reading) throws -> Bool {
            try self.stores.store(name, in: reader) != nil
        }
    }
    private struct Registered: ModelTrees {
        let models: Models
        func tree(of model: String, version: Int, in reader: any Reading) throws -> (
            digest: ContentDigest, residency: Residency
        )? {
            try self.models.tree(of: model, version: version, in: reader)
        }
    }
    private struct Folders: StoreDrivers {
        let root: String
        let urls: BlobURLs
        func driver(for store: Store) throws -> any ObjectStoreDriver {
            FileStoreDriver(store: store.name, folder: self.root + "/" + store.name, urls: self.urls)
        }
    }
    private struct Usage: UsageSource {
        let runs: Runs
        let environments: Environments

        func usage(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [BilledUsage] {
            try self.runs.usage(of: pipelineRun, in: reader).map {
                BilledUsage(
                    environment: $0.environment, billed: $0.billed, succeeded: $0.succeeded, cost: $0.cost,
                    residency: $0.residency)
            }
        }

        func places(for pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [PricedPlace] {
            try self.environments.all(in: reader).map { status in
                PricedPlace(
                    environment: status.environment.name, zones: Set(status.environment.zones),
                    pricePerSlotHour: status.pricePerSlotHour,
                    egress: try self.runs.datasetEgress(of: pipelineRun, to: status.environment, in: reader).known)
            }
        }
    }

    init() async throws {
        let temporary = FileManager.default.temporaryDirectory.path
        self.folder = "\(temporary)/martlet-engine-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        self.database = try Database(path: self.folder + "/martlet.sqlite", logger: Logger(label: "test"))
        try await self.database.migrate(
            Journal.migrations + DataStore.migrations + Environments.migrations + Workers.migrations + Leases.migrations
                + Runs.migrations + Ledger.migrations + Models.migrations + Endpoints.migrations
                + PriceBooks.migrations)
        self.journal = try await Journal(
            database: self.database, headFile: self.folder + "/journal.head", key: HMACKey.random())
        let urls = BlobURLs(key: HMACKey.random()) { "http://127.0.0.1:1" }
        self.stores = Stores(
            database: self.database, journal: self.journal, drivers: Folders(root: self.folder, urls: urls),
            time: self.time)
        self.transfers = Transfers(database: self.database, journal: self.journal, stores: self.stores, time: self.time)
        self.datasets = Datasets(database: self.database, journal: self.journal, stores: self.stores, time: self.time)
        self.environments = Environments(
            database: self.database, journal: self.journal, time: self.time, stores: Directory(stores: self.stores))
        self.priceBooks = PriceBooks(
            environments: self.environments, ledger: Posting(), spend: Spend())
        self.workers = Workers(
            database: self.database, journal: self.journal, time: self.time, tokens: Tokens(), ledger: Posting())
        self.leases = Leases(time: self.time, ledger: Posting())
        self.models = Models(database: self.database, journal: self.journal, time: self.time)
        self.runs = Runs(
            database: self.database, journal: self.journal, time: self.time, environments: self.environments,
            workers: self.workers, leases: self.leases, stores: self.stores, transfers: self.transfers,
            datasets: self.datasets,
            models: Registered(models: self.models), ledger: Posting())
        self.endpoints = Endpoints(
            database: self.database, journal: self.journal, time: self.time, runs: self.runs, models: self.models)
        self.ledger = Ledger(database: self.database, usage: Usage(runs: self.runs, environments: self.environments))
    }

    deinit {
        self.database.close()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// A place with its own store, and one worker in it.
    func addSite(
        _ name: String, provider: String = "onprem", zones: [String], hardware: Money = .dollars(10_000),
        slots: Int = 1,
        servingSlots: Int = 0
    ) async throws -> ID<Worker> {
        _ = try await self.stores.declare(
            Store(
                name: name + "-store", type: "file", path: self.folder + "/" + name, provider: provider, region: name,
                zones: zones),
            dryRun: false, by: Self.operatorUser)
        let amortisation = Amortisation(
            hardware: hardware, depreciation: .hours(10_000), utilisation: 1, watts: 0,
            electricityPerKilowattHour: .zero)
        _ = try await self.environments.declare(
            Environment(
                name: name, provider: provider, region: name, zones: zones, amortisation: amortisation, slots: slots,
                servingSlots: servingSlots, store: name + "-store", heartbeat: .seconds(2), term: .seconds(6)),
            dryRun: false, by: Self.operatorUser)
        return try await self.join(name)
    }

    func join(_ environment: String) async throws -> ID<Worker> {
        let file = try await self.workers.issueJoinToken(environment: environment, validFor: nil)
        let registration = WorkerRegistration(
            key: Token.random(), name: environment, cpus: 8, memory: .gibibytes(16), address: "127.0.0.1",
            version: "test")
        return try await self.workers.register(registration, joinToken: file.token).worker
    }

    /// Stores a file at a site as a run's committed outputs would be, by content.
    func put(_ text: String, at store: String) async throws -> TreeEntry {
        let bytes = Array(text.utf8)
        let digest = Digest.sha256(bytes)
        let blob = BlobDescription(sha256: digest, size: ByteCount(Int64(bytes.count)))
        let driver = try await self.stores.driver(for: store)
        try await driver.put(
            BlobKey.blob(digest), size: blob.size, sha256: digest, ifAbsent: false, body: OneChunk(bytes: bytes))
        return TreeEntry(path: "data.csv", size: blob.size, sha256: digest)
    }

    func addDataset(_ name: String, _ text: String, at store: String, residency: Residency) async throws {
        let tree = try Tree([try await self.put(text, at: store)])
        _ = try await self.datasets.add(
            DatasetSubmission(store: store, tree: tree, residency: residency), to: name, by: Self.developer)
    }

    /// A worker's whole turn: claims, says it runs for `work`, stages outputs and reports.
    func work(
        _ worker: ID<Worker>, for work: TimeSpan, outputs: [String: String] = [:], environment: String
    ) async throws -> Assignment {
        let assignment = try #require(try await self.claim(worker))
        _ = try await self.beat(worker, assignment)
        self.time.advance(by: work)
        _ = try await self.beat(worker, assignment)
        let tree = try await self.stage(outputs, for: assignment, at: environment + "-store")
        let report = AttemptReport(
            attempt: assignment.attempt, fence: assignment.fence, outcome: .succeeded, exitCode: 0, outputs: tree)
        let verdict = try await self.runs.report(ReportBatch(reports: [report]), by: worker)
        #expect(verdict.verdicts.first?.accepted == true)
        return assignment
    }

    func claim(_ worker: ID<Worker>) async throws -> Assignment? {
        try await self.runs.claim(ClaimRequest(slots: 1, servingSlots: 0, wait: .zero), by: worker).assignments.first
    }

    func beat(_ worker: ID<Worker>, _ assignment: Assignment) async throws -> AttemptVerdict.Order? {
        let beat = AttemptHeartbeat(attempt: assignment.attempt, fence: assignment.fence, running: true)
        return try await self.runs.heartbeat(HeartbeatRequest(attempts: [beat]), by: worker).attempts.first?.order
    }

    func stage(_ files: [String: String], for assignment: Assignment, at store: String) async throws -> Tree {
        var entries: [TreeEntry] = []
        let driver = try await self.stores.driver(for: store)
        for (path, text) in files {
            let bytes = Array(text.utf8)
            let digest = Digest.sha256(bytes)
            let entry = TreeEntry(path: path, size: ByteCount(Int64(bytes.count)), sha256: digest)
            try await driver.put(
                BlobKey.staging(assignment.attempt, digest), size: entry.size, sha256: digest, ifAbsent: false,
                body: OneChunk(bytes: bytes))
            entries.append(entry)
        }
        return try Tree(entries)
    }

    func journalKinds(about subject: String) async throws -> [String] {
        try await self.database.read { reader in
            try self.journal.page(JournalFilter(subject: subject), PageRequest(limit: 100), in: reader)
        }.items.reversed().map(\.kind)
    }
}

/// A body of one chunk.
struct OneChunk: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error
    let bytes: [UInt8]

    struct AsyncIterator: AsyncIteratorProtocol {
        var bytes: [UInt8]?
        mutating func next() async throws -> [UInt8]? {
            defer { self.bytes = nil }
            return self.bytes
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes: self.bytes) }
}
