package import Contract
package import Database
package import Journal
package import Kernel

/// Registered models: numbered, immutable versions of trained trees, and aliases that people move between them.
///
/// A version is a committed tree with what it took to make it: the run, its variant, a metric with its interval, the price.
/// The same tree registered again for the same model is the same version. An alias (`champion`, `challenger`) names one version;
/// moving it is a line of the journal. Which of several candidates becomes champion is decided by `RegistrationDecision`, which
/// prefers the cheaper when the measurements do not tell them apart.
///
/// Knows no run, pipeline or endpoint beyond their ids; bytes lie in Data's stores. Fails with `ModelError`.
package struct Models: Sendable {
    package static let migrations = ModelStore.migrations

    let database: Database
    let journal: Journal
    let time: any TimeSource

    package init(database: Database, journal: Journal, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.time = time
    }

    /// A version by its number; nil when there is none.
    package func version(_ model: String, _ version: Int, in reader: any Reading) throws -> ModelVersion? {
        try ModelStore.version(model, version, in: reader)
    }

    /// The version that an alias names.
    ///
    /// - Throws: `notFound`, naming the aliases there are.
    package func version(_ model: String, alias: String, in reader: any Reading) throws -> ModelVersion {
        let aliases = try self.existing(model, in: reader).aliases
        guard let number = aliases[alias], let found = try ModelStore.version(model, number, in: reader) else {
            throw ModelError.noAlias(alias, model: model, known: aliases.keys.sorted())
        }
        return found
    }

    /// Where the files of a version are, and where they may lie; nil when there is no such version.
    package func tree(
        of model: String, version: Int, in reader: any Reading
    ) throws -> (digest: ContentDigest, residency: Residency)? {
        try ModelStore.version(model, version, in: reader).map { ($0.tree, $0.residency) }
    }

    /// Models by name.
    package func list(_ page: PageRequest) async throws -> Page<Model> {
        try await self.database.read { reader in
            Page(
                rows: try ModelStore.models(after: page.cursor ?? "", limit: page.limit + 1, in: reader),
                limit: page.limit
            ) { $0.name }
        }
    }

    /// Versions of a model, newest first.
    ///
    /// - Throws: `notFound` when there is no such model.
    package func versions(of model: String, _ page: PageRequest) async throws -> Page<ModelVersion> {
        let before = try page.cursor.map { cursor in
            guard let version = Int(cursor) else {
                throw PlainFault(
                    .invalid, "The cursor '\(cursor)' is not one of this listing. Leave it out to start anew.")
            }
            return version
        }
        return try await self.database.read { reader in
            _ = try self.existing(model, in: reader)
            let rows = try ModelStore.versions(of: model, before: before, limit: page.limit + 1, in: reader)
            return Page(rows: rows, limit: page.limit) { String($0.version) }
        }
    }

    /// Moves an alias to a version; where it is already, nothing happens.
    ///
    /// - Throws: `notFound` for an unknown model or version, `invalid` for what is no name.
    package func setAlias(_ alias: String, of model: String, to version: Int, by principal: Principal) async throws
        -> Model
    {
        try ResourceName.check(alias, of: "alias")
        return try await self.database.write { transaction in
            let before = try self.existing(model, in: transaction)
            guard try ModelStore.version(model, version, in: transaction) != nil else {
                throw ModelError.noVersion(version, model: model, latest: before.versions)
            }
            let move = AliasMove(model: model, alias: alias, from: before.aliases[alias], to: version)
            if let line = try self.move(move, reason: "Set by \(principal.name).", by: principal, in: transaction) {
                try self.journal.append([line], at: self.time.now, in: transaction)
            }
            return try self.existing(model, in: transaction)
        }
    }

    func existing(_ model: String, in reader: any Reading) throws -> Model {
        guard let found = try ModelStore.model(model, in: reader) else { throw ModelError.noModel(model) }
        return found
    }

    /// - Returns: the line to journal; nil when the alias was there.
    func move(
        _ move: AliasMove, reason: String, project: String? = nil, by principal: Principal, in transaction: Transaction
    ) throws -> JournalDraft? {
        guard move.from != move.to else { return nil }
        try ModelStore.setAlias(move.alias, of: move.model, to: move.to, in: transaction)
        var body: [String: JSONValue] = [
            "alias": .string(move.alias), "to": .integer(Int64(move.to)), "reason": .string(reason),
        ]
        if let from = move.from { body["from"] = .integer(Int64(from)) }
        return JournalDraft(
            kind: "model.alias-moved", subject: move.model, project: project, by: principal, body: .object(body))
    }
}

/// An alias on its way from one version to another.
struct AliasMove {
    var model: String
    var alias: String
    var from: Int?
    var to: Int
}
