package import Catalog
package import Contract
package import Database
package import Journal
package import Kernel

/// The places where things can run: declaring them, and what is known of them now.
///
/// An environment is a name, a price and the store its workers use; it starts nothing itself. Its capacity is that of its
/// live workers. A slot costs the machine's hourly price, from the catalog or by amortisation, divided among all its slots;
/// what the price books make of it is in `Environments+Prices.swift`. Leases keep the price they were opened at.
package struct Environments: Sendable {
    package static let migrations = EnvironmentStore.migrations + AvailabilityStore.migrations
    /// More slots than this on one worker are a typing error.
    package static let maximumSlots = 4096

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let stores: any StoreDirectory
    /// What machines of the clouds and ways between them cost.
    let shelf: CatalogShelf
    package var catalog: Catalog { self.shelf.catalog }
    /// Another number for another catalog.
    package var catalogVersion: Int { self.shelf.version }

    package init(
        database: Database, journal: Journal, time: any TimeSource, stores: any StoreDirectory,
        shelf: CatalogShelf = CatalogShelf()
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.stores = stores
        self.shelf = shelf
    }

    /// Creates or changes an environment; the same declaration twice changes nothing.
    ///
    /// - Throws: `invalid` for a field that cannot be, no slot at all, a machine that the catalog does not know, or a store that is
    ///   not there.
    package func declare(_ environment: Environment, dryRun: Bool, by principal: Principal) async throws -> ApplyResult
    {
        try Self.check(environment)
        let listPrice = try self.catalog.slotPrice(of: environment)
        return try await self.database.write { [self] transaction in
            guard try self.stores.exists(store: environment.store, in: transaction) else {
                throw FleetError.unknownStore(environment.store, environment: environment.name)
            }
            let before = try EnvironmentStore.find(environment.name, in: transaction)?.environment
            let result = try ApplyResult.between(
                kind: "Environment", name: environment.name, before: before, after: environment)
            guard !dryRun, result.change != .unchanged else { return result }
            let now = self.time.now
            try EnvironmentStore.save(environment, listPrice: listPrice, at: now, in: transaction)
            let repriced = try self.reprice(at: now, in: transaction)
            let price = try EnvironmentStore.find(environment.name, in: transaction)?.price ?? listPrice
            let draft = JournalDraft(
                kind: "environment.declared", subject: environment.name, project: nil, actor: principal.name,
                body: ["change": .string(result.change.rawValue), "pricePerSlotHour": .integer(price.nanodollars)])
            let others = repriced.filter { $0.subject != environment.name }
            try self.journal.append([draft] + others, at: now, in: transaction)
            return result
        }
    }

    /// Every environment with its live workers and used slots, by name.
    package func all(in reader: any Reading) throws -> [EnvironmentStatus] {
        let workers = Dictionary(grouping: try WorkerStore.present(in: reader), by: \.environment)
        let used = try LeaseStore.used(in: reader)
        return try EnvironmentStore.all(in: reader).map { row in
            EnvironmentStatus(
                environment: row.environment, pricePerSlotHour: row.price, listPricePerSlotHour: row.listPrice,
                workers: workers[row.environment.name] ?? [],
                usedSlots: used[row.environment.name]?.slots ?? 0,
                usedServingSlots: used[row.environment.name]?.servingSlots ?? 0)
        }
    }

    package func list() async throws -> [EnvironmentStatus] {
        try await self.database.read { try self.all(in: $0) }
    }

    /// - Throws: `notFound`, naming those there are.
    package func get(_ name: String) async throws -> EnvironmentStatus {
        try await self.database.read { reader in
            guard let status = try self.all(in: reader).first(where: { $0.environment.name == name }) else {
                throw FleetError.unknownEnvironment(name, known: try EnvironmentStore.names(in: reader))
            }
            return status
        }
    }

    package func find(_ name: String, in reader: any Reading) throws -> Environment? {
        try EnvironmentStore.find(name, in: reader)?.environment
    }

    private static func check(_ environment: Environment) throws(FleetError) {
        func refuse(_ field: String, _ why: String) -> FleetError {
            .badField(environment: environment.name, field: field, why: why)
        }
        let allowed = environment.name.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46
        }
        guard allowed, (1...63).contains(environment.name.utf8.count) else {
            throw refuse("name", "use 1 to 63 lower-case letters, digits, '-' and '.'.")
        }
        for (field, count) in [("slots", environment.slots), ("serving-slots", environment.servingSlots)] {
            guard (0...Self.maximumSlots).contains(count ?? 1) else {
                throw refuse(field, "\(count ?? 1) is not between 0 and \(Self.maximumSlots).")
            }
        }
        guard environment.heartbeatInterval > .zero,
            environment.leaseTerm.milliseconds >= 2 * environment.heartbeatInterval.milliseconds
        else {
            throw refuse(
                "term", "\(environment.leaseTerm) is less than two heartbeats of \(environment.heartbeatInterval).")
        }
    }
}
