import Contract
import Database
import Kernel

/// A tracked run with the number that other tables know it by.
struct TrackedRunRow: Sendable {
    let number: Int64
    /// Without metrics, parameters, tags, inputs and outputs.
    var run: TrackedRun
}

extension TrackedRunStore {
    static let columns: SQL = """
        number, id, experiment, name, user_name, status, started_at, ended_at, lifecycle, artifact_uri
        """

    static func find(_ id: ID<Run>, in reader: any Reading) throws -> TrackedRunRow? {
        try reader.row("SELECT \(self.columns) FROM tracked_runs WHERE id = \(id.hexadecimal)").map(self.decode)
    }

    /// The root of a run's artifacts; nil when there is no such run.
    static func artifactURI(of id: ID<Run>, in reader: any Reading) throws -> String? {
        try reader.row("SELECT artifact_uri FROM tracked_runs WHERE id = \(id.hexadecimal)").map { try $0.get(0) }
    }

    /// Inserts a run without its values.
    ///
    /// - Returns: its number.
    static func insert(_ run: TrackedRun, in transaction: Transaction) throws -> Int64 {
        let row = try transaction.row(
            """
            INSERT INTO tracked_runs
                (id, experiment, name, user_name, status, started_at, ended_at, lifecycle, artifact_uri)
            VALUES (\(run.id.hexadecimal), \(run.experiment), \(run.name), \(run.user), \(run.status),
                \(run.startedAt), \(run.endedAt), \(run.lifecycle), \(run.artifactURI))
            RETURNING number
            """)
        guard let row else { throw DatabaseError.statement(detail: "INSERT … RETURNING gave no row") }
        return try row.get(0)
    }

    /// Saves name, status and times.
    static func save(_ row: TrackedRunRow, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE tracked_runs SET name = \(row.run.name), status = \(row.run.status),
                started_at = \(row.run.startedAt), ended_at = \(row.run.endedAt) WHERE number = \(row.number)
            """)
    }

    static func move(
        _ number: Int64, to stage: LifecycleStage, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE tracked_runs SET lifecycle = \(stage), deleted_at = \(stage == .deleted ? now : nil)
            WHERE number = \(number)
            """)
    }

    /// Moves every run of an experiment.
    static func move(
        runsOf experiment: Int64, to stage: LifecycleStage, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE tracked_runs SET lifecycle = \(stage), deleted_at = \(stage == .deleted ? now : nil)
            WHERE experiment = \(experiment)
            """)
    }

    static func decode(_ row: Row) throws -> TrackedRunRow {
        let id: String = try row.get(1)
        guard let id = ID<Run>(hexadecimal: id) else {
            throw DatabaseError.decoding(expected: "32 hexadecimal digits", found: "TEXT")
        }
        return TrackedRunRow(
            number: try row.get(0),
            run: TrackedRun(
                id: id, experiment: try row.get(2), name: try row.get(3), user: try row.get(4), status: try row.get(5),
                startedAt: try row.get(6), endedAt: try row.get(7), lifecycle: try row.get(8),
                artifactURI: try row.get(9)))
    }
}
