package import Contract
package import Database
package import Journal
package import Kernel

/// Models that runs have logged: made before their files are there, finalized when these are, found by what they measured.
///
/// A logged model belongs to an experiment and, mostly, to the run that trained it. It is what `log_model` of MLflow's client
/// makes: the row first, which says where the files go, then the files, then its status. Its tags may change, its params are
/// written once, its metrics are points that name the model when a run logs them (`record`). A deleted one is hidden, not
/// removed.
///
/// It knows no files and no registry; `source` is how these find its files. Messages are MLflow's own.
/// A search costs one statement for the page and three for what belongs to its rows.
package struct LoggedModels: Sendable {
    /// Rows of a page, at most.
    package static let maximumPage = 1000
    /// Rows of a page when the search does not say.
    package static let defaultPage = 100

    /// The tag that lists the registered versions made of a model, as JSON.
    static let versionsTag = "mlflow.modelVersions"

    let database: Database
    let journal: Journal
    let time: any TimeSource

    package init(database: Database, journal: Journal, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.time = time
    }

    /// Makes a model, whose files are yet to come.
    ///
    /// - Throws: `invalidName`; `keyTwice`; that there is no such experiment, or that it is deleted.
    package func create(_ draft: LoggedModelDraft, by principal: Principal) async throws -> LoggedModel {
        try draft.check()
        let experimentID = try Experiments.id(draft.experiment)
        var random = SystemRandomNumberGenerator()
        let id = LoggedModelDraft.id(using: &random)
        let name = draft.name ?? RunNames.make(using: &random)
        let now = self.time.now
        return try await self.database.write { transaction in
            let experiment = try Experiments.active(experimentID, in: transaction)
            var model = LoggedModel(
                id: id, experiment: experiment.id, name: name,
                artifactURI: ArtifactLocation.append(["models", id, "artifacts"], to: experiment.artifactLocation),
                createdAt: now, updatedAt: now,
                status: .pending, modelType: draft.modelType, sourceRun: draft.sourceRun)
            model.tags = draft.tags.sorted { $0.key < $1.key }
            model.params = draft.params.sorted { $0.key < $1.key }
            try LoggedModelStore.insert(model, in: transaction)
            try self.append("created", model, ["name": .string(name)], by: principal, in: transaction)
            return model
        }
    }

    /// - Throws: `notFound`.
    package func model(_ id: String, includingDeleted: Bool = false) async throws -> LoggedModel {
        try await self.database.read { reader in
            guard let model = try LoggedModelStore.model(id, includingDeleted: includingDeleted, in: reader) else {
                throw LoggedModelError.notFound(id)
            }
            return model
        }
    }

    /// Says that the files are there, or will not come.
    package func finalize(_ id: String, as status: LoggedModel.Status, by principal: Principal) async throws
        -> LoggedModel
    {
        let now = self.time.now
        return try await self.database.write { transaction in
            _ = try self.number(of: id, in: transaction)
            try LoggedModelStore.setStatus(status, of: id, at: now, in: transaction)
            guard let model = try LoggedModelStore.model(id, in: transaction) else {
                throw LoggedModelError.notFound(id)
            }
            try self.append(
                "finalized", model, ["status": .string(status.rawValue)], by: principal, in: transaction)
            return model
        }
    }

    /// Hides a model; its rows and its files stay.
    package func delete(_ id: String, by principal: Principal) async throws {
        let now = self.time.now
        try await self.database.write { transaction in
            guard let model = try LoggedModelStore.model(id, in: transaction) else {
                throw LoggedModelError.notFound(id)
            }
            try LoggedModelStore.delete(id, at: now, in: transaction)
            try self.append("deleted", model, [:], by: principal, in: transaction)
        }
    }

    /// Sets tags; of a key that comes twice the last value stays.
    package func set(_ tags: [KeyValue], of id: String) async throws {
        try await self.database.write { transaction in
            let number = try self.number(of: id, in: transaction)
            for tag in tags { try LoggedModelStore.set(tag, of: number, in: transaction) }
        }
    }

    /// - Throws: `noTag`.
    package func deleteTag(_ key: String, of id: String) async throws {
        try await self.database.write { transaction in
            let number = try self.number(of: id, in: transaction)
            guard try LoggedModelStore.deleteTag(key, of: number, in: transaction) else {
                throw LoggedModelError.noTag(key, model: id)
            }
        }
    }

    /// Adds params. One that is there with the same value stays as it is.
    ///
    /// - Throws: `otherParam` when it is there with another.
    package func log(_ params: [KeyValue], of id: String) async throws {
        try await self.database.write { transaction in
            let number = try self.number(of: id, in: transaction)
            for param in params {
                if let old = try LoggedModelStore.param(param.key, of: number, in: transaction) {
                    if old == param.value { continue }
                    throw LoggedModelError.otherParam(param.key, model: id, old: old)
                }
                try LoggedModelStore.insert(param, of: number, in: transaction)
            }
        }
    }

    /// Stores points that name a model. Those of a run's history are stored by `Metrics`.
    ///
    /// - Throws: `notFound` when there is no such model, and then nothing is stored.
    package func record(_ metrics: [LoggedModelMetric]) async throws {
        guard !metrics.isEmpty else { return }
        try await self.database.write { try self.record(metrics, in: $0) }
    }

    /// The same in the caller's transaction, with whatever else it changes.
    package func record(_ metrics: [LoggedModelMetric], in transaction: Transaction) throws {
        var numbers: [String: Int64] = [:]
        for metric in metrics {
            let number = try numbers[metric.model] ?? self.number(of: metric.model, in: transaction)
            numbers[metric.model] = number
            try LoggedModelStore.record(metric, of: number, in: transaction)
        }
    }

    /// A logged model as the registry needs it; nil when there is none.
    package func source(_ id: String, in reader: any Reading) throws -> (artifactURI: String, run: String?)? {
        guard let model = try LoggedModelStore.model(id, in: reader) else { return nil }
        return (model.artifactURI, model.sourceRun.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// Notes on a logged model that a version of a registered model was made of it, in the tag where MLflow's pages look.
    package func link(_ id: String, to model: String, version: Int, in transaction: Transaction) throws {
        guard let number = try LoggedModelStore.number(of: id, in: transaction) else { return }
        let known = try LoggedModelStore.tag(Self.versionsTag, of: number, in: transaction)
        var versions: [JSONValue] = []
        if let known, case .array(let elements)? = try? JSONValue(text: known) { versions = elements }
        versions.append(["name": .string(model), "version": .integer(Int64(version))])
        try LoggedModelStore.set(
            KeyValue(key: Self.versionsTag, value: JSONValue.array(versions).text), of: number, in: transaction)
    }

    private func number(of id: String, in reader: any Reading) throws -> Int64 {
        guard let number = try LoggedModelStore.number(of: id, in: reader) else { throw LoggedModelError.notFound(id) }
        return number
    }

    private func append(
        _ verb: String, _ model: LoggedModel, _ body: [String: JSONValue], by principal: Principal,
        in transaction: Transaction
    ) throws {
        var body = body
        body["experiment"] = .integer(model.experiment)
        if let run = model.sourceRun, !run.isEmpty { body["run"] = .string(run) }
        let line = JournalDraft(
            kind: "logged-model.\(verb)", subject: model.id, by: principal, body: .object(body))
        try self.journal.append([line], at: self.time.now, in: transaction)
    }
}
