package import Contract
package import Database
package import Kernel

/// What runs measured: the whole history of every metric, and its latest value.
///
/// One store for all: what a worker reads off a command's output, and what MLflow's clients log. Points are appended as they come,
/// one row a call or less (`MetricIntake`); when a run has enough of them they become chunks of one metric each, compressed
/// (`MetricCompaction`). A history is in MLflow's order (time, step, value) and has what was logged twice once. The latest
/// values, by which searches filter and order, follow within a second, and at once for whoever asks (`settle`).
///
/// Points are not journal lines and their answers promise less than those of other changes: a crash of the program loses
/// none, a power cut at most the last second (`MetricReconciler`). A run may have `maximumPointsPerRun`; nothing here holds more
/// than a few chunks of a history in memory. An append costs three statements, however many points it has.
package struct Metrics: Sendable {
    /// Ten years of a point every three seconds. More is a log.
    package static let maximumPointsPerRun: Int64 = 100_000_000
    /// More points than any attempt prints: a larger offset is a mistake.
    package static let maximumOffset: Int64 = 1 << 53
    /// Long enough for `metric/variant/variant`. In bytes.
    package static let maximumNameLength = 250

    let database: Database
    let owners: any AttemptOwners
    let intake: MetricIntake

    package init(database: Database, owners: any AttemptOwners, steps: any StepRunRows) {
        self.database = database
        self.owners = owners
        self.intake = MetricIntake(database: database, steps: steps)
    }

    /// Logs points to an active run.
    ///
    /// - Throws: `runNotFound`, `runNotActive`, `tooManyPoints`; `overloaded` when too much waits.
    package func log(_ records: MetricRecords, to run: ID<Run>) async throws {
        try await self.intake.log(records, to: run)
    }

    /// The same in the caller's transaction, with whatever else it changes.
    package func log(_ records: MetricRecords, to run: ID<Run>, in transaction: Transaction) throws {
        try self.intake.store([records], to: run, in: transaction)
    }

    /// Stores the points of `batch` for the run of `attempt`.
    ///
    /// A batch says how many points of the attempt came before it, so that what arrives twice, because its answer was lost, is
    /// stored once. Points of an attempt that was lost stay: they are facts about the past.
    ///
    /// - Throws: `invalid` for a batch that is too large or has a name that cannot be; `exhausted` when the run has all the
    ///   points it may have; what `AttemptOwners` throws.
    package func append(_ batch: MetricBatch, of attempt: ID<Attempt>, worker: Principal) async throws {
        try Self.check(batch)
        try await self.database.write(durability: .relaxed) { transaction in
            let run = try self.owners.run(of: attempt, fence: batch.fence, worker: worker, in: transaction)
            var state = try self.intake.state(of: run, in: transaction)
            let received = state.attempt == attempt ? state.received : 0
            let offset = batch.offset ?? received
            let fresh = batch.points.dropFirst(Int(clamping: max(0, received - offset)))
            guard !fresh.isEmpty else { return }
            state.attempt = attempt
            state.received = offset + Int64(batch.points.count)
            var records = MetricRecords()
            for point in fresh {
                records.append(
                    point.name, MetricSample(at: point.at.milliseconds, step: point.step, value: point.value))
            }
            try self.intake.append([records], to: &state, of: run, in: transaction)
        }
    }

    private static func check(_ batch: MetricBatch) throws(MetricError) {
        guard batch.points.count <= MetricBatch.maximumPoints else { throw .batchTooLarge(points: batch.points.count) }
        guard (0...Self.maximumOffset).contains(batch.offset ?? 0) else { throw .invalidOffset(batch.offset ?? 0) }
        for point in batch.points where !(1...Self.maximumNameLength).contains(point.name.utf8.count) {
            throw .invalidName(point.name)
        }
    }
}
