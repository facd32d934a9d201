package import Contract
package import Database
package import Journal
package import Kernel

/// Tracked runs: what somebody tried, with which parameters, on which data, and how well it went.
///
/// A run is made by a client of MLflow's, on a laptop say, or it is a step that Martlet executes: the same 128 bits are its
/// `Run`'s id here and its run id there. The row of a step's run is made when it is first spoken of, by `StepRunReconciler` or
/// by a client, whichever comes first; its status, its times and Martlet's own tags follow the step.
///
/// A parameter is written once, a tag as often as wanted, the name and the tag `mlflow.runName` are one. A deleted run takes nothing
/// until it is restored. What is made, ended, deleted and restored is a line of the journal; parameters and tags are rows, and on
/// disk before they are acknowledged. A call costs a look-up of the run and of each name, and one statement for each value.
package struct TrackedRuns: Sendable {
    /// Datasets that an answer lists.
    static let maximumSummaries = 1000

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let experiments: Experiments
    let steps: any StepRuns

    package init(
        database: Database, journal: Journal, time: any TimeSource, experiments: Experiments, steps: any StepRuns
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.experiments = experiments
        self.steps = steps
    }

    /// Makes a run that is running.
    ///
    /// - Throws: `noExperiment`, `experimentNotActive`, `twoRunNames`.
    package func create(_ draft: TrackedRunDraft, by principal: Principal) async throws -> TrackedRun {
        var random = SystemRandomNumberGenerator()
        let now = self.time.now
        let id = ID<Run>(at: now, using: &random)
        let named = try draft.named { RunNames.make(using: &random) }
        return try await self.database.write { transaction in
            let experiment = try Experiments.active(draft.experiment, in: transaction)
            var run = TrackedRun(
                id: id, experiment: experiment.id, name: named.name, user: draft.user, status: .running,
                startedAt: draft.startedAt, artifactURI: Self.artifacts(of: id, in: experiment), tags: named.tags)
            try self.insert(run, in: transaction)
            try self.record(
                "tracked-run.created", run, ["experiment": .integer(experiment.id), "name": .string(run.name)],
                by: principal, in: transaction)
            run.tags = named.tags
            return run
        }
    }

    /// A run with its parameters, tags, inputs and outputs, deleted or not.
    ///
    /// - Throws: `runNotFound`.
    package func run(_ text: String) async throws -> TrackedRun {
        guard let id = ID<Run>(hexadecimal: text) else { throw TrackingError.runNotFound(text) }
        let (found, step) = try await self.database.read { reader -> (TrackedRun?, Run?) in
            if let row = try TrackedRunStore.find(id, in: reader) {
                return (try TrackedRunStore.load([row], in: reader).first, nil)
            }
            return (nil, try self.steps.run(id, in: reader))
        }
        if let found { return found }
        guard let step else { throw TrackingError.runNotFound(text) }
        // Nobody has spoken of it yet.
        try await self.experiments.prepare(project: step.project)
        return try await self.database.write(durability: .relaxed) { transaction in
            let row = try self.existing(text, in: transaction)
            return try TrackedRunStore.load([row], in: transaction)[0]
        }
    }

    /// Changes what is given.
    ///
    /// - Returns: the run without its values.
    /// - Throws: `runNotFound`, `runNotActive`.
    package func update(
        _ text: String, status: TrackedRunStatus? = nil, endedAt: Timestamp? = nil, name: String? = nil,
        by principal: Principal
    ) async throws -> TrackedRun {
        try await self.database.write { transaction in
            var row = try self.active(text, in: transaction)
            if let status { row.run.status = status }
            if let endedAt { row.run.endedAt = endedAt }
            if let name, !name.isEmpty {
                row.run.name = name
                try TrackedRunStore.set(
                    tag: KeyValue(key: StepRun.nameTag, value: name), of: row.number, in: transaction)
            }
            try TrackedRunStore.save(row, in: transaction)
            try self.record(
                "tracked-run.updated", row.run,
                ["status": .string(row.run.status.rawValue), "name": .string(row.run.name)], by: principal,
                in: transaction)
            return row.run
        }
    }

    /// Deletes a run; nothing is lost until it is restored. Deleting it again changes nothing.
    ///
    /// - Throws: `runNotFound`.
    package func delete(_ text: String, by principal: Principal) async throws {
        try await self.move(text, to: .deleted, "tracked-run.deleted", by: principal)
    }

    /// Restores a run. One that is not deleted stays as it is.
    ///
    /// - Throws: `runNotFound`.
    package func restore(_ text: String, by principal: Principal) async throws {
        try await self.move(text, to: .active, "tracked-run.restored", by: principal)
    }

    /// The datasets that runs of these experiments read; at most `maximumSummaries`.
    package func datasets(of experiments: [Int64]) async throws -> [DatasetSummary] {
        try await self.database.read {
            try TrackedRunStore.summaries(of: experiments, limit: Self.maximumSummaries, in: $0)
        }
    }

    /// The row of a run as a client names it, which is made when the run is a step's and has none.
    ///
    /// - Throws: `runNotFound`.
    func existing(_ text: String, in transaction: Transaction) throws -> TrackedRunRow {
        guard let id = ID<Run>(hexadecimal: text) else { throw TrackingError.runNotFound(text) }
        if let row = try TrackedRunStore.find(id, in: transaction) { return row }
        guard let run = try self.steps.run(id, in: transaction) else { throw TrackingError.runNotFound(text) }
        return try self.track(run, in: transaction)
    }

    /// - Throws: `runNotFound`, `runNotActive`.
    func active(_ text: String, in transaction: Transaction) throws -> TrackedRunRow {
        let row = try self.existing(text, in: transaction)
        guard row.run.lifecycle == .active else { throw TrackingError.runNotActive(row.run.id) }
        return row
    }

    /// Inserts the row of a run with its parameters and tags.
    @discardableResult
    func insert(_ run: TrackedRun, in transaction: Transaction) throws -> TrackedRunRow {
        let number = try TrackedRunStore.insert(run, in: transaction)
        for parameter in run.parameters {
            _ = try TrackedRunStore.insert(parameter: parameter, of: number, in: transaction)
        }
        for tag in run.tags { try TrackedRunStore.set(tag: tag, of: number, in: transaction) }
        return TrackedRunRow(number: number, run: run)
    }

    static func artifacts(of id: ID<Run>, in experiment: Experiment) -> String {
        ArtifactLocation.append([id.hexadecimal, "artifacts"], to: experiment.artifactLocation)
    }

    private func move(_ text: String, to stage: LifecycleStage, _ kind: String, by principal: Principal) async throws {
        try await self.database.write { transaction in
            let row = try self.existing(text, in: transaction)
            guard row.run.lifecycle != stage else { return }
            try TrackedRunStore.move(row.number, to: stage, at: self.time.now, in: transaction)
            try self.record(kind, row.run, by: principal, in: transaction)
        }
    }

    private func record(
        _ kind: String, _ run: TrackedRun, _ body: [String: JSONValue] = [:], by principal: Principal,
        in transaction: Transaction
    ) throws {
        try self.journal.append(
            [JournalDraft(kind: kind, subject: run.id.hexadecimal, by: principal, body: .object(body))],
            at: self.time.now, in: transaction)
    }
}
