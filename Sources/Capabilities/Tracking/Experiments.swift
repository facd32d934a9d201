package import Contract
package import Database
package import Journal
package import Kernel

/// Experiments: what runs are gathered under, to be compared.
///
/// An experiment is numbered, has a unique name, a place for artifacts and tags. Deleting one deletes its runs with it, and both
/// can be restored; the name stays taken meanwhile. `Default`, number 0, is there from the first start. A project of
/// Martlet has an experiment of its own, made when its first run is tracked.
///
/// It knows runs by their rows only. What is made, renamed, deleted and restored is a line of the journal; tags are rows.
package struct Experiments: Sendable {
    let database: Database
    let journal: Journal
    let time: any TimeSource
    /// The URI that the artifacts of experiments without a place of their own lie below.
    private let artifactRoot: String
    /// What relative artifact paths start from: the folder the server was started in.
    private let workingFolder: String

    package init(
        database: Database, journal: Journal, time: any TimeSource, artifactRoot: String = "mlflow-artifacts:/",
        workingFolder: String = "/"
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.artifactRoot = artifactRoot
        self.workingFolder = workingFolder
    }

    /// Makes `Default` where it is missing.
    package func prepareDefault() async throws {
        guard try await self.database.read({ try ExperimentStore.experiment(Experiment.defaultID, in: $0) }) == nil
        else { return }
        try await self.database.write { transaction in
            _ = try self.insert(
                Experiment.defaultName, id: Experiment.defaultID, by: .controlPlane, in: transaction)
        }
    }

    /// - Parameter artifactLocation: a URI, or a path on the server's machine; nil for the usual place.
    /// - Throws: `experimentExists`, also when the other one was deleted; `invalidValue`.
    package func create(
        _ name: String, artifactLocation: String? = nil, tags: [KeyValue] = [], by principal: Principal
    ) async throws -> Experiment {
        try TrackingRules.checkExperimentName(name)
        let views = tags.count { $0.key.hasPrefix(TrackingRules.customViewPrefix) }
        try TrackingRules.checkCustomViews(views, experiment: nil)
        let location = try artifactLocation.map { try ArtifactLocation.resolve($0, below: self.workingFolder) }
        for tag in tags { try TrackingRules.checkExperimentTag(tag) }
        return try await self.database.write { transaction in
            guard try ExperimentStore.experiment(named: name, in: transaction) == nil else {
                throw TrackingError.experimentExists(name: name)
            }
            return try self.insert(name, artifactLocation: location, tags: tags, by: principal, in: transaction)
        }
    }

    /// With its tags, deleted or not.
    ///
    /// - Throws: `noExperiment`.
    package func experiment(_ id: Int64) async throws -> Experiment {
        try await self.database.read { try Self.existing(id, in: $0) }
    }

    /// - Throws: `noExperimentNamed`.
    package func experiment(named name: String) async throws -> Experiment {
        guard let found = try await self.database.read({ try ExperimentStore.experiment(named: name, in: $0) }) else {
            throw TrackingError.noExperimentNamed(name)
        }
        return found
    }

    /// - Throws: `renamedWhileDeleted`, `experimentExists`, `noExperiment`, `invalidValue`.
    package func rename(_ id: Int64, to name: String, by principal: Principal) async throws {
        try TrackingRules.checkExperimentName(name)
        try await self.database.write { transaction in
            var experiment = try Self.existing(id, in: transaction)
            guard experiment.lifecycle == .active else { throw TrackingError.renamedWhileDeleted }
            if let other = try ExperimentStore.experiment(named: name, in: transaction), other.id != id {
                throw TrackingError.experimentExists(name: name)
            }
            let before = experiment.name
            experiment.name = name
            experiment.updatedAt = self.time.now
            try ExperimentStore.save(experiment, in: transaction)
            try self.record("experiment.renamed", experiment, ["from": .string(before)], by: principal, in: transaction)
        }
    }

    /// Deletes an experiment and all of its runs; nothing is lost until it is restored.
    ///
    /// - Throws: `noExperiment`, also when it is deleted already.
    package func delete(_ id: Int64, by principal: Principal) async throws {
        try await self.move(id, to: .deleted, "experiment.deleted", by: principal)
    }

    /// Restores an experiment and all of its runs.
    ///
    /// - Throws: `noExperiment`, also when it is not deleted.
    package func restore(_ id: Int64, by principal: Principal) async throws {
        try await self.move(id, to: .active, "experiment.restored", by: principal)
    }

    /// - Throws: `noExperiment`, `experimentNotActive`, `invalidValue`.
    package func setTag(_ tag: KeyValue, of id: Int64) async throws {
        try TrackingRules.checkExperimentTag(tag)
        try await self.database.write { transaction in
            let experiment = try Self.active(id, in: transaction)
            let isView = tag.key.hasPrefix(TrackingRules.customViewPrefix)
            if isView, !experiment.tags.contains(where: { $0.key == tag.key }) {
                let views = experiment.tags.count { $0.key.hasPrefix(TrackingRules.customViewPrefix) }
                try TrackingRules.checkCustomViews(views + 1, experiment: id)
            }
            try ExperimentStore.set(tag, of: id, in: transaction)
        }
    }

    /// - Throws: `noExperimentTag`, `noExperiment`, `experimentNotActive`.
    package func deleteTag(_ key: String, of id: Int64) async throws {
        try await self.database.write { transaction in
            _ = try Self.active(id, in: transaction)
            guard try ExperimentStore.deleteTag(key, of: id, in: transaction) else {
                throw TrackingError.noExperimentTag(key: key, experiment: id)
            }
        }
    }

    /// The number that a client wrote as text.
    ///
    /// - Throws: `invalidExperimentID`.
    package static func id(_ text: String) throws(TrackingError) -> Int64 {
        guard let id = Int64(text.trimmingPrefix(while: { $0 == " " })) else { throw .invalidExperimentID(text) }
        return id
    }

    static func existing(_ id: Int64, in reader: any Reading) throws -> Experiment {
        guard let found = try ExperimentStore.experiment(id, in: reader) else {
            throw TrackingError.noExperiment(String(id))
        }
        return found
    }

    static func active(_ id: Int64, in reader: any Reading) throws -> Experiment {
        let experiment = try self.existing(id, in: reader)
        guard experiment.lifecycle == .active else {
            throw TrackingError.experimentNotActive(id)
        }
        return experiment
    }

    /// Inserts an experiment whose name is free, within the caller's transaction.
    func insert(
        _ name: String, id: Int64? = nil, artifactLocation: String? = nil, tags: [KeyValue] = [],
        by principal: Principal, in transaction: Transaction
    ) throws -> Experiment {
        let id = try id ?? ExperimentStore.nextID(in: transaction)
        let now = self.time.now
        let experiment = Experiment(
            id: id, name: name,
            artifactLocation: artifactLocation ?? ArtifactLocation.append([String(id)], to: self.artifactRoot),
            createdAt: now, updatedAt: now, tags: tags)
        try ExperimentStore.insert(experiment, in: transaction)
        try self.record("experiment.created", experiment, by: principal, in: transaction)
        return experiment
    }

    private func move(_ id: Int64, to stage: LifecycleStage, _ kind: String, by principal: Principal) async throws {
        try await self.database.write { transaction in
            var experiment = try Self.existing(id, in: transaction)
            guard experiment.lifecycle != stage else { throw TrackingError.noExperiment(String(id)) }
            experiment.lifecycle = stage
            experiment.updatedAt = self.time.now
            try ExperimentStore.save(experiment, in: transaction)
            try TrackedRunStore.move(runsOf: id, to: stage, at: self.time.now, in: transaction)
            try self.record(kind, experiment, by: principal, in: transaction)
        }
    }

    private func record(
        _ kind: String, _ experiment: Experiment, _ body: [String: JSONValue] = [:], by principal: Principal,
        in transaction: Transaction
    ) throws {
        let body = body.merging(["name": .string(experiment.name)]) { $1 }
        try self.journal.append(
            [JournalDraft(kind: kind, subject: String(experiment.id), by: principal, body: .object(body))],
            at: self.time.now, in: transaction)
    }
}
