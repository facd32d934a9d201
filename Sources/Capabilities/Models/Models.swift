package import Contract
package import Database
package import Journal
package import Kernel

/// Registered models: numbered versions of trained models, and aliases that people move between them.
///
/// One registry for everybody: what a pipeline's `register` node makes and what an MLflow client registers are rows of the
/// same tables. A version is a committed tree, or files that lie where its source says, with what it took to make it: the
/// run, its variant, a metric with its interval, the price. The same tree registered again by a node is the same version.
/// An alias (`champion`, `challenger`) names one version; moving it is one transaction with its line of the journal. Which
/// of several candidates becomes champion is decided by `RegistrationDecision`, which prefers the cheaper when the
/// measurements do not tell them apart. What webhooks want to hear goes into their outbox in the same transaction.
///
/// Knows no run, pipeline or endpoint beyond their ids; bytes lie in Data's stores. Fails with `ModelError` and
/// `ModelRuleError`.
package struct Models: Sendable {
    package static let migrations = ModelStore.migrations + WebhookStore.migrations

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let sources: any ModelSources

    package init(
        database: Database, journal: Journal, time: any TimeSource, sources: any ModelSources = UntrackedSources()
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.sources = sources
    }

    /// A version by its number; nil when there is none.
    package func version(_ model: String, _ version: Int, in reader: any Reading) throws -> ModelVersion? {
        try ModelStore.version(model, version, in: reader)
    }

    /// Where the files of a version are, and where they may lie; nil when there is no such version, or its files are not in
    /// our stores.
    package func tree(
        of model: String, version: Int, in reader: any Reading
    ) throws -> (digest: ContentDigest, residency: Residency)? {
        guard let version = try ModelStore.version(model, version, in: reader), let tree = version.tree else {
            return nil
        }
        return (tree, version.residency)
    }

    /// Models by name; prompts, which are kept beside them, are not among them.
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

    // MARK: What there is

    func existing(_ model: String, in reader: any Reading) throws -> Model {
        guard let found = try ModelStore.model(model, in: reader) else { throw ModelError.noModel(model) }
        return found
    }

    func existing(_ model: String, _ version: Int, in reader: any Reading) throws -> ModelVersion {
        if let found = try ModelStore.version(model, version, in: reader) { return found }
        throw ModelError.noVersion(version, model: model, latest: try self.existing(model, in: reader).versions)
    }

    // MARK: What is told

    /// A value longer than this is not repeated in the journal, in bytes.
    private static let journaledText = 256

    /// A line about a model. Long texts are left out: the row has them.
    func line(
        _ kind: String, _ model: String, by principal: Principal, _ body: [String: JSONValue?] = [:]
    ) -> JournalDraft {
        let told = body.compactMapValues { value -> JSONValue? in
            if let text = value?.stringValue, text.utf8.count > Self.journaledText { return nil }
            return value
        }
        return JournalDraft(kind: kind, subject: model, by: principal, body: .object(told))
    }

    func tell(_ line: JournalDraft, in transaction: Transaction) throws {
        try self.journal.append([line], at: self.time.now, in: transaction)
    }
}
