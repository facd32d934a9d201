package import Catalog
package import CloudPorts
package import Contract
package import Database
package import Journal
package import Kernel

/// Where the tables of providers are kept. Fulfilled by Wiring, in the data folder.
package protocol CatalogFiles: Sendable {
    /// Replaces the provider's table, whole or not at all.
    func write(_ bytes: [UInt8], of provider: String) throws
}

/// Who reads the price list of a provider. Fulfilled by Wiring, which knows the clouds.
package protocol PriceSources: Sendable {
    var providers: [String] { get }

    /// Nil for a provider whose list nobody here can read.
    ///
    /// - Parameter catalog: what is known of machine types already; a list of parts is added up by them.
    func source(of provider: String, apiKey: String?, knowing catalog: Catalog) throws -> (any PriceSource)?
}

/// Brings the prices of the clouds up to date, a provider at a time.
///
/// A list is read to its end, packed, checked by opening it, written to the data folder and only then put over the embedded
/// table: a list that breaks off changes nothing. Prices that environments were declared at stay as they are. Costs minutes
/// and, for a list of gigabytes, a stream of bounded memory.
package struct CatalogRefreshes: Sendable {
    private let database: Database
    private let journal: Journal
    private let time: any TimeSource
    private let shelf: CatalogShelf
    private let sources: any PriceSources
    private let files: any CatalogFiles

    package init(
        database: Database, journal: Journal, time: any TimeSource, shelf: CatalogShelf, sources: any PriceSources,
        files: any CatalogFiles
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.shelf = shelf
        self.sources = sources
        self.files = files
    }

    /// - Throws: `invalid` for a provider without a list or a list without its key, and what reading it throws.
    package func refresh(_ request: CatalogRefreshRequest, by principal: Principal) async throws -> CatalogRefresh {
        let before = self.shelf.catalog
        let source = try self.sources.source(of: request.provider, apiKey: request.apiKey, knowing: before)
        guard let source else {
            throw FleetError.noPriceList(provider: request.provider, known: self.sources.providers)
        }
        let sheet = try await source.sheet()
        let bytes = try CatalogPacker.pack(CatalogDraft(sheet, over: before))
        let table = try CatalogTable(bytes)
        let refresh = CatalogRefresh(
            provider: sheet.provider, source: sheet.source, asOf: sheet.asOf, offers: sheet.offers.count,
            changed: Self.changes(sheet, before))
        try self.files.write(bytes, of: sheet.provider)
        self.shelf.put(table, of: sheet.provider)
        try await self.note(refresh, by: principal)
        return refresh
    }

    private static func changes(_ sheet: PriceSheet, _ catalog: Catalog) -> Int {
        sheet.offers.count { offer in
            let before = catalog.machine(sheet.provider, offer.region, offer.type)
            return before?.pricePerHour != offer.onDemand || before?.spotPricePerHour != offer.spot
        }
    }

    private func note(_ refresh: CatalogRefresh, by principal: Principal) async throws {
        let draft = JournalDraft(
            kind: "catalog.refreshed", subject: refresh.provider, project: nil, actor: principal.name,
            body: [
                "source": .string(refresh.source), "asOf": .string(refresh.asOf.description),
                "offers": .integer(Int64(refresh.offers)), "changed": .integer(Int64(refresh.changed)),
            ])
        try await self.database.write { transaction in
            try self.journal.append([draft], at: self.time.now, in: transaction)
        }
    }
}
