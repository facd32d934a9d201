package import Contract
package import Database
package import Kernel

/// What a report of costs is narrowed to.
package struct CostFilter: Sendable, Hashable {
    package var pipelineRun: ID<PipelineRun>?
    package var project: String?
    package var run: ID<Run>?

    package init(pipelineRun: ID<PipelineRun>? = nil, project: String? = nil, run: ID<Run>? = nil) {
        self.pipelineRun = pipelineRun
        self.project = project
        self.run = run
    }
}

/// What a run used, as far as another price can be put on it.
package struct BilledUsage: Sendable, Hashable {
    package var environment: String
    package var billed: TimeSpan
    /// Whether the attempt committed or served until it was told to stop.
    package var succeeded: Bool
    package var cost: Money
    /// Of its inputs.
    package var residency: Residency

    package init(environment: String, billed: TimeSpan, succeeded: Bool, cost: Money, residency: Residency) {
        self.environment = environment
        self.billed = billed
        self.succeeded = succeeded
        self.cost = cost
        self.residency = residency
    }
}

/// A place and its price.
package struct PricedPlace: Sendable, Hashable {
    package var environment: String
    package var zones: Set<String>
    package var pricePerSlotHour: Money
    /// What it would have cost to bring the pipeline's datasets there, as far as prices are known.
    package var egress: Money
    /// Bytes that would have travelled there at a price that nobody knows.
    package var unpriced: ByteCount

    package init(
        environment: String, zones: Set<String>, pricePerSlotHour: Money, egress: Money, unpriced: ByteCount = .zero
    ) {
        self.unpriced = unpriced
        self.environment = environment
        self.zones = zones
        self.pricePerSlotHour = pricePerSlotHour
        self.egress = egress
    }
}

/// What the ledger asks others for. Fulfilled by Runs and Fleet.
package protocol UsageSource: Sendable {
    /// - Throws: `notFound` for a pipeline run that is not there.
    func usage(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [BilledUsage]
    func places(for pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [PricedPlace]
}

/// The one cost ledger: what was posted, by any of its dimensions, and what the same work would have cost elsewhere.
///
/// Amounts are integers of nano-dollars and every report sums the same rows, so that sums are exactly equal however they are
/// grouped. Knows no lease and no price; it adds up what it was given. An entry is never changed; a correction is another entry.
package struct Ledger: Sendable {
    package static let migrations = LedgerStore.migrations

    let database: Database
    let usage: any UsageSource

    package init(database: Database, usage: any UsageSource) {
        self.database = database
        self.usage = usage
    }

    /// Posts in the caller's transaction.
    package static func post(_ entries: [LedgerEntry], in transaction: Transaction) throws {
        for entry in entries { try LedgerStore.insert(entry, in: transaction) }
    }

    /// The sum of what was posted from `from` until before `until`, by environment; what belongs to none is not in it.
    package static func spend(from: Timestamp, until: Timestamp, in reader: any Reading) throws -> [String: Money] {
        try LedgerStore.spend(from: from, until: until, in: reader)
    }

    package func page(_ request: PageRequest, run: ID<Run>?) async throws -> Page<LedgerEntry> {
        try await self.database.read { reader in
            Page(rows: try LedgerStore.page(request, run: run, in: reader), limit: request.limit) { $0.id.description }
        }
    }

    /// - Parameter dimensions: at least one; each row has a value for each.
    package func report(by dimensions: [CostDimension], _ filter: CostFilter) async throws -> CostReport {
        try await self.database.read { reader in
            let rows = try LedgerStore.sums(by: dimensions, filter, in: reader).map { row in
                CostRow(key: zip(dimensions, row.key).map(Self.readable), amount: row.amount)
            }
            return CostReport(
                by: dimensions, rows: rows, total: try LedgerStore.total(filter, in: reader),
                unpriced: try LedgerStore.unpriced(filter, in: reader))
        }
    }

    /// What a pipeline run cost, and what the time it was billed for would have cost in each place.
    package func compare(_ pipelineRun: ID<PipelineRun>) async throws -> CostComparison {
        try await self.database.read { reader in
            let usage = try self.usage.usage(of: pipelineRun, in: reader)
            let places = try self.usage.places(for: pipelineRun, in: reader)
            let filter = CostFilter(pipelineRun: pipelineRun)
            return CostComparison(
                pipelineRun: pipelineRun, actual: try LedgerStore.total(filter, in: reader),
                failedAttempts: usage.filter { !$0.succeeded }.map(\.cost).total(),
                unpriced: try LedgerStore.unpriced(filter, in: reader),
                alternatives: Self.alternatives(places, usage))
        }
    }

    /// What lacks a price is not cheap: it comes behind what has them all.
    static func alternatives(_ places: [PricedPlace], _ usage: [BilledUsage]) -> [CostComparison.Alternative] {
        let all = places.map { self.alternative($0, usage) }
        return all.filter { $0.unpriced == nil } + all.filter { $0.unpriced != nil }
    }

    /// The same billed time at this place's price, each lease rounded as it would have been there.
    static func alternative(_ place: PricedPlace, _ usage: [BilledUsage]) -> CostComparison.Alternative {
        let compute = usage.map { place.pricePerSlotHour.perHour(forMilliseconds: $0.billed.milliseconds) }.total()
        return CostComparison.Alternative(
            environment: place.environment, amount: compute + place.egress,
            unpriced: place.unpriced > .zero ? place.unpriced : nil,
            allowed: usage.allSatisfy { $0.residency.allows(zones: place.zones) })
    }

    private static func readable(_ dimension: CostDimension, _ key: String) -> String {
        guard dimension == .day, let days = Int64(key) else { return key }
        return String(Timestamp(milliseconds: days * 86_400_000).description.prefix(10))
    }
}
