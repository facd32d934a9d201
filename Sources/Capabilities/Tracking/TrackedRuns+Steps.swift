package import Contract
package import Database
import Journal
import Kernel

// The runs that Martlet executes.
extension TrackedRuns {
    /// Journal lines that one look reads.
    static let linesPerLook = 512
    /// Runs in one transaction: some milliseconds of the writer's time.
    static let runsPerChange = 32

    /// Tracks the runs that the journal speaks of after `sequence`, as they are now.
    ///
    /// - Returns: the last line that was read; `sequence` when there is none after it.
    func followSteps(after sequence: Int64) async throws -> Int64 {
        let (last, runs) = try await self.database.read { reader in
            let lines = try self.journal.lines(after: sequence, limit: Self.linesPerLook, in: reader)
            var seen: Set<String> = []
            let subjects = lines.filter { $0.kind.hasPrefix("run.") && seen.insert($0.subject).inserted }
            let ids = subjects.compactMap { ID<Run>($0.subject) }
            let runs = try ids.compactMap { try self.steps.run($0, in: reader) }
            // A replica serves; it is no experiment until it is spoken of.
            return (lines.last?.sequence ?? sequence, runs.filter { $0.kind == .batch })
        }
        for project in Set(runs.map(\.project)) { try await self.experiments.prepare(project: project) }
        var rest = runs[...]
        while !rest.isEmpty {
            let now = Array(rest.prefix(Self.runsPerChange))
            rest = rest.dropFirst(Self.runsPerChange)
            let isLast = rest.isEmpty
            // What a power cut takes is done again: the place is saved with the last of the rows.
            try await self.database.write(durability: .relaxed) { transaction in
                for run in now { try self.track(run, in: transaction) }
                if isLast { try StepRunStore.save(sequence: last, in: transaction) }
            }
        }
        return last
    }

    /// The journal line up to which the runs of steps are tracked.
    func followedSequence() async throws -> Int64 {
        try await self.database.read { try StepRunStore.sequence(in: $0) }
    }

    /// Makes the row of a step's run, or brings it up to date.
    @discardableResult
    func track(_ run: Run, in transaction: Transaction) throws -> TrackedRunRow {
        let step = StepRun(run: run)
        guard var row = try TrackedRunStore.find(run.id, in: transaction) else {
            let experiment = try self.experiments.experiment(ofProject: run.project, in: transaction)
            return try self.insert(
                TrackedRun(
                    id: run.id, experiment: experiment.id, name: run.name, user: run.user, status: step.status,
                    startedAt: step.startedAt, endedAt: run.endedAt,
                    artifactURI: Self.artifacts(of: run.id, in: experiment), parameters: step.parameters,
                    tags: step.tags),
                in: transaction)
        }
        row.run.status = step.status
        row.run.startedAt = step.startedAt
        row.run.endedAt = run.endedAt
        try TrackedRunStore.save(row, in: transaction)
        // Names and what else MLflow's clients set are the user's to change.
        for tag in step.tags where tag.key.hasPrefix(StepRun.ownPrefix) {
            try TrackedRunStore.set(tag: tag, of: row.number, in: transaction)
        }
        return row
    }
}

extension Experiments {
    /// Makes the experiment of a project where it is missing, so that what follows needs no line of the journal.
    func prepare(project: String) async throws {
        guard try await self.database.read({ try ExperimentStore.experiment(ofProject: project, in: $0) }) == nil
        else { return }
        try await self.database.write { _ = try self.experiment(ofProject: project, in: $0) }
    }

    /// The number of a project's experiment: one look-up, but for the first run of the project.
    package func id(ofProject project: String, in transaction: Transaction) throws -> Int64 {
        if let id = try ExperimentStore.experiment(ofProject: project, in: transaction) { return id }
        return try self.experiment(ofProject: project, in: transaction).id
    }

    /// The experiment of a project, which is made when it has none: of the project's name, or the one that has it already.
    package func experiment(ofProject project: String, in transaction: Transaction) throws -> Experiment {
        if let id = try ExperimentStore.experiment(ofProject: project, in: transaction) {
            return try Self.existing(id, in: transaction)
        }
        let experiment =
            try ExperimentStore.experiment(named: project, in: transaction)
            ?? self.insert(project, by: .controlPlane, in: transaction)
        try ExperimentStore.assign(experiment.id, toProject: project, in: transaction)
        return experiment
    }
}
