package import CloudPorts
package import Contract
package import Database
package import Journal
package import Kernel

/// The places where objects lie, and which blobs and trees lie in each.
///
/// A blob is known by its SHA-256 and lies under `blobs/<sha256>`, so that one of them is kept once in a store and copied
/// once between two, whoever needs it. A tree is a folder by content: a list of paths and blobs. That a blob lies in a
/// store is a row, written only after the store itself was asked; so "is it there?" never leaves the database, and no
/// transaction waits for a network. Bytes do not pass through here: whoever moves them gets a presigned request.
///
/// It knows no provider: `StoreDrivers` finds the driver of a store. It knows no runs: what an attempt has staged is
/// named by the attempt's id and promoted when Runs says so. It fails as `unavailable` when a store does not answer, and
/// as `invalid`, naming a file, when what was announced is not there. A grant costs an HMAC a blob, a promotion a
/// look and a link.
package struct Stores: Sendable {
    /// The store that takes what names no other. Wiring declares it at the first start.
    package static let defaultName = "default"
    /// How long a presigned request is good for: long enough to begin a transfer, and minted anew after that.
    package static let grantLifetime = TimeSpan.minutes(15)
    /// Requests to one store at a time: enough to hide its delay, few enough not to crowd out others.
    static let width = 16

    let database: Database
    let journal: Journal
    let drivers: any StoreDrivers
    let time: any TimeSource

    package init(database: Database, journal: Journal, drivers: any StoreDrivers, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.drivers = drivers
        self.time = time
    }

    /// The declared store of this name; nil when there is none.
    package func store(_ name: String, in reader: any Reading) throws -> Store? {
        try DataStore.store(name, in: reader)
    }

    /// The declared store of this name.
    ///
    /// - Throws: `notFound` when there is none.
    package func existing(_ name: String, in reader: any Reading) throws -> Store {
        guard let store = try DataStore.store(name, in: reader) else { throw DataError.noStore(name) }
        return store
    }

    /// The driver of the store of this name.
    ///
    /// - Throws: `notFound` when there is no such store.
    package func driver(for store: String) async throws -> any ObjectStoreDriver {
        try self.drivers.driver(for: try await self.database.read { try self.existing(store, in: $0) })
    }

    /// A store with what lies in it.
    ///
    /// - Throws: `notFound` when there is none.
    package func status(_ name: String, in reader: any Reading) throws -> StoreStatus {
        try self.status(try self.existing(name, in: reader), in: reader)
    }

    /// Every declared store, by name, without counting what lies in it.
    package func all(in reader: any Reading) throws -> [Store] {
        try DataStore.stores(after: nil, limit: PageRequest.maximumLimit, in: reader)
    }

    package func all() async throws -> [Store] { try await self.database.read { try self.all(in: $0) } }

    /// Stores by name.
    package func list(_ page: PageRequest, in reader: any Reading) throws -> Page<StoreStatus> {
        let stores = try DataStore.stores(after: page.cursor, limit: page.limit + 1, in: reader)
        let items = try stores.prefix(page.limit).map { try self.status($0, in: reader) }
        return Page(items: items, next: stores.count > page.limit ? items.last?.store.name : nil)
    }

    private func status(_ store: Store, in reader: any Reading) throws -> StoreStatus {
        let totals = try BlobStore.totals(at: store.name, in: reader)
        return StoreStatus(store: store, objects: totals.objects, size: totals.size)
    }
}
