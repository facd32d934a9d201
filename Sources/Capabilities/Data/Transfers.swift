package import Contract
package import Database
package import Journal
package import Kernel

/// How far what a run waits for has come.
package struct TransferProgress: Sendable, Hashable {
    /// Blobs that have not arrived.
    package var waiting: Int
    /// Why one of them never will, in a sentence; nil while all is well.
    package var failure: String?

    package init(waiting: Int, failure: String? = nil) {
        self.waiting = waiting
        self.failure = failure
    }

    /// Whether everything has arrived.
    package var isComplete: Bool { self.waiting == 0 && self.failure == nil }
}

/// The copies of blobs between stores that runs ask for.
///
/// A request is rows in the caller's transaction; `TransferReconciler` makes the copies. A blob on its way to a store is
/// never sent there twice: the second run waits for the same transfer, and the first one pays for the egress. Once
/// everything a run asked for has arrived, or one part never will, one line of the journal says so.
package struct Transfers: Sendable {
    let database: Database
    let journal: Journal
    let stores: Stores
    let time: any TimeSource

    package init(database: Database, journal: Journal, stores: Stores, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.stores = stores
        self.time = time
    }

    /// Asks for all of `blobs` at `store`. What the run asked for before is forgotten, so a run that is placed anew asks anew.
    ///
    /// That something can never arrive is not thrown but written down, and `outstanding` tells it: whoever places many
    /// runs in one transaction must not lose all of them to one.
    ///
    /// - Parameters:
    ///   - blobs: any number; one that is named several times travels once.
    ///   - residency: of the data; whether it may lie there is checked once more.
    /// - Returns: how many blobs are still to arrive; 0 when all of them are there.
    @discardableResult
    package func request(
        _ blobs: [BlobDescription], to store: String, for run: ID<Run>, project: String, residency: Residency,
        in transaction: Transaction
    ) throws -> Int {
        var seen = Set<ContentDigest>(minimumCapacity: blobs.count)
        let blobs = blobs.filter { seen.insert($0.sha256).inserted }
        var request = TransferRequest(
            run: run, project: project, destination: store, blobs: blobs.count, size: Self.size(of: blobs),
            waiting: blobs.count)
        do {
            let destination = try self.destination(store, for: run, residency: residency, in: transaction)
            let missing = try self.stores.missing(blobs, at: store, in: transaction)
            request.blobs = missing.count
            request.waiting = missing.count
            request.size = Self.size(of: missing)
            try self.order(missing, to: destination, as: request, in: transaction)
        } catch let fault as DataError {
            request.failure = fault.message
            try TransferRequestStore.replace(request, transfers: [], in: transaction)
            try self.journal.append([request.draft("transfer.failed")], at: self.time.now, in: transaction)
        }
        return request.waiting
    }

    /// - Throws: `DataError` before anything is written.
    private func order(
        _ missing: [BlobDescription], to destination: Store, as request: TransferRequest, in transaction: Transaction
    ) throws {
        if missing.isEmpty { return try TransferRequestStore.forget(request.run, in: transaction) }
        let now = self.time.now
        let under = try TransferStore.travelling(missing.map(\.sha256), to: destination.name, in: transaction)
        let added = try self.transfers(
            for: missing.filter { under[$0.sha256] == nil }, to: destination, run: request.run,
            project: request.project, at: now, in: transaction)
        try TransferStore.insert(added, in: transaction)
        try TransferRequestStore.replace(
            request, transfers: Array(under.values) + added.map(\.id), in: transaction)
        try self.journal.append([request.draft("transfer.requested")], at: now, in: transaction)
    }

    private func destination(
        _ name: String, for run: ID<Run>, residency: Residency, in reader: any Reading
    ) throws -> Store {
        let store = try self.stores.existing(name, in: reader)
        if residency.allows(zones: Set(store.zones)) { return store }
        throw DataError.notAllowedThere(
            what: "The data of \(run)", residency: residency, store: name, zones: store.zones)
    }

    private static func size(of blobs: [BlobDescription]) -> ByteCount { blobs.reduce(.zero) { $0 + $1.size } }

    /// What `run` still waits for.
    package func outstanding(for run: ID<Run>, in reader: any Reading) throws -> TransferProgress {
        guard let request = try TransferRequestStore.request(for: run, in: reader) else {
            return TransferProgress(waiting: 0)
        }
        return TransferProgress(waiting: request.waiting, failure: request.failure)
    }

    /// What travelled at the expense of `run` and has arrived, summed by way.
    package func moved(
        for run: ID<Run>, in reader: any Reading
    ) throws -> [(source: String, destination: String, size: ByteCount)] {
        try TransferStore.moved(for: run.description, in: reader)
    }

    /// Transfers, newest first.
    ///
    /// - Parameter run: only those that it asked for first.
    package func list(of run: ID<Run>?, _ page: PageRequest, in reader: any Reading) throws -> Page<Transfer> {
        if let cursor = page.cursor, ID<Transfer>(cursor) == nil {
            throw PlainFault(.invalid, "The cursor '\(cursor)' is not one of this listing. Leave it out to start anew.")
        }
        let found = try TransferStore.transfers(
            of: run?.description, before: page.cursor, limit: page.limit + 1, in: reader)
        let items = Array(found.prefix(page.limit))
        return Page(items: items, next: found.count > page.limit ? items.last?.id.description : nil)
    }

    private func transfers(
        for blobs: [BlobDescription], to destination: Store, run: ID<Run>, project: String, at now: Timestamp,
        in reader: any Reading
    ) throws -> [Transfer] {
        if blobs.isEmpty { return [] }
        let places = try BlobStore.places(blobs.map(\.sha256), in: reader)
        var known: [String: Store] = [:]
        for name in Set(places.values.joined()) { known[name] = try DataStore.store(name, in: reader) }
        var generator = SystemRandomNumberGenerator()
        return try blobs.map { blob in
            let sources = (places[blob.sha256] ?? []).compactMap { known[$0] }
            guard let source = TransferPolicy.source(among: sources, to: destination) else {
                throw DataError.nowhere(blob: blob.sha256, destination: destination.name)
            }
            return Transfer(
                id: ID(at: now, using: &generator), blob: blob.sha256, size: blob.size, source: source.name,
                destination: destination.name, status: .waiting, run: run, project: project, requestedAt: now)
        }
    }
}
