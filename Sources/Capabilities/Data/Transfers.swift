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

    /// Asks for all of `tree` at `store`. What the run asked for before is forgotten, so a run that is placed anew asks anew.
    ///
    /// - Parameter residency: of the data, when the caller knows it; it is then checked once more.
    /// - Returns: how many blobs are still to travel; 0 when all of them are there.
    /// - Throws: `forbidden` when the data may not lie there, `notFound` when no store has one of the blobs.
    @discardableResult
    package func request(
        _ tree: Tree, to store: String, for run: ID<Run>, project: String, residency: Residency = .any,
        in transaction: Transaction
    ) throws -> Int {
        let destination = try self.stores.existing(store, in: transaction)
        guard residency.allows(zones: Set(destination.zones)) else {
            throw DataError.notAllowedThere(
                what: "The data of \(run)", residency: residency, store: store, zones: destination.zones)
        }
        let missing = try self.stores.missing(tree, at: store, in: transaction)
        if missing.isEmpty {
            try TransferRequestStore.forget(run, in: transaction)
            return 0
        }
        let now = self.time.now
        let under = try TransferStore.travelling(missing.map(\.sha256), to: store, in: transaction)
        let added = try self.transfers(
            for: missing.filter { under[$0.sha256] == nil }, to: destination, run: run, project: project, at: now,
            in: transaction)
        try TransferStore.insert(added, in: transaction)
        let size = missing.reduce(ByteCount.zero) { $0 + $1.size }
        let request = TransferRequest(
            run: run, project: project, destination: store, blobs: missing.count, size: size, waiting: missing.count)
        try TransferRequestStore.replace(
            request, transfers: Array(under.values) + added.map(\.id), in: transaction)
        try self.journal.append([request.draft("transfer.requested")], at: now, in: transaction)
        return missing.count
    }

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
