package import Contract
package import Database
package import Journal
package import Kernel

/// Named folders of data in numbered, immutable versions, each with the zones in which it may lie.
///
/// A version is a tree and a residency. Its bytes lie in one store to begin with and travel to others by transfer, never to
/// one that its residency does not allow. Adding the same tree again gives the version that is there, so that a script
/// may add on every run. Loosening a residency is a release: it needs the role operator and is a line of the journal.
package struct Datasets: Sendable {
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

    /// A version of a dataset, the latest when `version` is nil; nil when there is none.
    package func version(_ name: String, _ version: Int?, in reader: any Reading) throws -> DatasetVersion? {
        try DatasetStore.version(name, version, in: reader)
    }

    /// A version of a dataset, the latest when `version` is nil.
    ///
    /// - Throws: `notFound`, saying whether the dataset or only the version is missing.
    package func existing(_ name: String, _ version: Int?, in reader: any Reading) throws -> DatasetVersion {
        if let found = try DatasetStore.version(name, version, in: reader) { return found }
        guard let version, try DatasetStore.version(name, nil, in: reader) != nil else {
            throw DataError.noDataset(name)
        }
        throw DataError.noVersion(dataset: name, version: version)
    }

    /// The latest version of each dataset, by name.
    package func list(_ page: PageRequest, in reader: any Reading) throws -> Page<DatasetVersion> {
        let found = try DatasetStore.latest(after: page.cursor, limit: page.limit + 1, in: reader)
        let items = Array(found.prefix(page.limit))
        return Page(items: items, next: found.count > page.limit ? items.last?.name : nil)
    }

    /// The versions of a dataset, newest first.
    ///
    /// - Throws: `notFound` when there is no such dataset.
    package func versions(of name: String, _ page: PageRequest, in reader: any Reading) throws -> Page<DatasetVersion> {
        let before = try page.cursor.map { cursor in
            guard let version = Int(cursor) else {
                throw PlainFault(
                    .invalid, "The cursor '\(cursor)' is not one of this listing. Leave it out to start anew.")
            }
            return version
        }
        let found = try DatasetStore.versions(of: name, before: before, limit: page.limit + 1, in: reader)
        if found.isEmpty, before == nil { throw DataError.noDataset(name) }
        let items = Array(found.prefix(page.limit))
        return Page(items: items, next: found.count > page.limit ? items.last.map { String($0.version) } : nil)
    }

    /// Adds a version whose blobs were uploaded before, or returns the latest when that is the same.
    ///
    /// - Throws: `forbidden` when the store lies where the data may not, or when a developer would loosen a residency;
    ///   `invalid` when a blob was not uploaded.
    package func add(
        _ submission: DatasetSubmission, to name: String, by principal: Principal
    ) async throws -> DatasetVersion {
        try ResourceName.check(name, of: "dataset")
        try await self.database.read { try self.checkZones(of: submission, for: name, in: $0) }
        try await self.stores.confirmUploaded(submission.tree, at: submission.store)
        let now = self.time.now
        return try await self.database.write { transaction in
            try self.insert(submission, to: name, by: principal, at: now, in: transaction)
        }
    }

    private func checkZones(of submission: DatasetSubmission, for name: String, in reader: any Reading) throws {
        let store = try self.stores.existing(submission.store, in: reader)
        if submission.residency.allows(zones: Set(store.zones)) { return }
        throw DataError.notAllowedThere(
            what: "The dataset '\(name)'", residency: submission.residency, store: store.name, zones: store.zones)
    }

    private func insert(
        _ submission: DatasetSubmission, to name: String, by principal: Principal, at now: Timestamp,
        in transaction: Transaction
    ) throws -> DatasetVersion {
        // Once more, because the store may have been declared anew while its objects were looked at.
        try self.checkZones(of: submission, for: name, in: transaction)
        let tree = try self.stores.saveTree(submission.tree, in: transaction)
        let latest = try DatasetStore.version(name, nil, in: transaction)
        if let latest, latest.tree == tree, latest.residency == submission.residency { return latest }
        let version = DatasetVersion(
            name: name, version: (latest?.version ?? 0) + 1, tree: tree, files: submission.tree.entries.count,
            size: submission.tree.size, residency: submission.residency, store: submission.store,
            createdBy: principal.name, createdAt: now)
        let released = try self.release(version, latest: latest, by: principal, in: transaction)
        try DatasetStore.insert(version, in: transaction)
        let added = JournalDraft(
            kind: "dataset.added", subject: name, by: principal,
            body: [
                "version": .integer(Int64(version.version)), "tree": .string(tree.hex), "store": .string(version.store),
                "files": .integer(Int64(version.files)), "size": .integer(version.size.bytes),
                "residency": .string(version.residency.description),
            ])
        try self.journal.append([added] + released, at: now, in: transaction)
        return version
    }

    /// The lines that tell of loosened residencies: of the dataset's latest version, and of any that has the same tree.
    private func release(
        _ version: DatasetVersion, latest: DatasetVersion?, by principal: Principal, in reader: any Reading
    ) throws -> [JournalDraft] {
        let same = try DatasetStore.versions(withTree: version.tree, in: reader)
        let bound = ([latest].compactMap { $0 } + same).reduce(Residency.any) { $0.strictest($1.residency) }
        if version.residency.implies(bound) { return [] }
        guard principal.role.includes(.operator) else {
            throw DataError.loosened(dataset: version.name, from: bound, to: version.residency)
        }
        return [
            JournalDraft(
                kind: "residency.declassified", subject: version.name, by: principal,
                body: [
                    "version": .integer(Int64(version.version)), "from": .string(bound.description),
                    "to": .string(version.residency.description), "reason": "a new version of the dataset",
                ])
        ]
    }
}
