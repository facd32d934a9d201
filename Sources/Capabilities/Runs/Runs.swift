package import Contract
package import Data
package import Database
package import Fleet
package import Journal
package import Kernel

/// One execution of one step after another: submitted, placed, claimed, watched, committed, retried.
///
/// Every verb loads the run's row, hands the event to `RunMachine`, and writes row, attempt, lease, ledger and journal in one
/// transaction; nothing of a run lives in memory. Bytes are moved outside of transactions: outputs are promoted from staging
/// first and committed last, so the object store never decides. Knows no HTTP and no worker; fails with `RunError`.
package struct Runs: Sendable {
    package static let migrations = RunStore.migrations + AttemptStore.migrations + LogStore.migrations
    /// A log longer than this is of no use to anybody; the rest is refused.
    package static let maximumLogSize = ByteCount.mebibytes(256)
    package static let maximumIdempotencyKey = 200

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let environments: Environments
    let workers: Workers
    let leases: Leases
    let stores: Stores
    let transfers: Transfers
    let datasets: Datasets
    let models: any ModelTrees
    let ledger: any LedgerPosting
    let tracking: (any RunTracking)?
    /// Where data can lie, as the planner sees it.
    let maps = PlaceMaps()
    /// Wakes claims that wait, by environment.
    let claimBell = Bell()
    /// Wakes those who follow a log, by run.
    let logBell = Bell()

    package init(
        database: Database, journal: Journal, time: any TimeSource, environments: Environments, workers: Workers,
        leases: Leases,
        stores: Stores, transfers: Transfers, datasets: Datasets, models: any ModelTrees, ledger: any LedgerPosting,
        tracking: (any RunTracking)? = nil
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.environments = environments
        self.workers = workers
        self.leases = leases
        self.stores = stores
        self.transfers = transfers
        self.datasets = datasets
        self.models = models
        self.ledger = ledger
        self.tracking = tracking
    }

    // MARK: Reading

    /// Whether a run is there and has not ended.
    package func isLive(_ id: ID<Run>) async throws -> Bool {
        try await self.database.read { try RunStore.isLive(id, in: $0) }
    }

    package func run(_ id: ID<Run>, in reader: any Reading) throws -> Run? { try RunStore.find(id, in: reader)?.run }

    package func runs(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [Run] {
        try RunStore.of(pipelineRun: pipelineRun, in: reader)
    }

    /// The replicas of an endpoint that have not ended, oldest first.
    package func replicas(of endpoint: String, in reader: any Reading) throws -> [(run: Run, revision: String?)] {
        try RunStore.replicas(of: endpoint, in: reader).map { ($0.run, $0.revision) }
    }

    /// How long committed runs of a step took, newest first.
    package func durations(project: String, name: String, in reader: any Reading) throws -> [TimeSpan] {
        try RunStore.durations(project: project, name: name, limit: StepEstimates.sample, in: reader)
    }

    /// How many runs are in each status.
    package func counts() async throws -> [RunStatus: Int] {
        try await self.database.read { try RunStore.counts(in: $0) }
    }

    /// - Throws: `notFound`.
    package func get(_ id: ID<Run>) async throws -> Run {
        try await self.database.read { try self.row(id, in: $0).run }
    }

    package func page(_ request: PageRequest, filter: RunFilter) async throws -> Page<Run> {
        try await self.database.read { reader in
            Page(rows: try RunStore.page(request, filter: filter, in: reader), limit: request.limit) {
                $0.id.description
            }
        }
    }

    package func attempts(of id: ID<Run>) async throws -> [Attempt] {
        try await self.database.read { reader in
            _ = try self.row(id, in: reader)
            return try AttemptStore.of(run: id, in: reader)
        }
    }

    package func leases(of id: ID<Run>) async throws -> [Lease] {
        try await self.database.read { reader in
            _ = try self.row(id, in: reader)
            return try self.leases.all(AttemptStore.of(run: id, in: reader).map(\.lease), in: reader)
        }
    }

    func row(_ id: ID<Run>, in reader: any Reading) throws -> RunRow {
        guard let row = try RunStore.find(id, in: reader) else { throw RunError.unknownRun(id.description) }
        return row
    }

    // MARK: Cancelling

    /// Cancels a run: at once when no worker has it, else its worker is told to stop it. A second time changes nothing.
    package func cancel(_ id: ID<Run>, by principal: Principal, in transaction: Transaction) throws {
        var row = try self.row(id, in: transaction)
        let note = RunNote(actor: principal.name, reason: "Cancelled by \(principal.name).")
        let lines = try self.advance(&row, by: .cancel, note, in: transaction)
        if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
    }

    package func cancel(_ id: ID<Run>, by principal: Principal) async throws -> Run {
        try await self.database.write { transaction in
            try self.cancel(id, by: principal, in: transaction)
            return try self.row(id, in: transaction).run
        }
    }
}
