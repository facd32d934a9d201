import Contract
package import Database
import Kernel

/// The rows of metric points.
///
/// An append is one row of `metric_packs` and the change of one row of `metric_runs`, whatever it holds. `metric_latest` follows
/// later (`settled` says how far), and packs become chunks of one metric each when there are enough of them.
package enum MetricStore {
    package static let migrations = [
        Migration(
            id: "metrics-0001",
            statements: [
                """
                CREATE TABLE metric_runs (
                    run INTEGER NOT NULL PRIMARY KEY,
                    points BIGINT NOT NULL,
                    tail BIGINT NOT NULL,
                    tail_points BIGINT NOT NULL,
                    settled BIGINT NOT NULL,
                    attempt TEXT,
                    received BIGINT NOT NULL
                )
                """,
                "CREATE INDEX metric_runs_unsettled ON metric_runs (run) WHERE settled < tail",
                """
                CREATE TABLE metric_packs (
                    run BIGINT NOT NULL, position BIGINT NOT NULL, pack BLOB NOT NULL, PRIMARY KEY (run, position)
                ) WITHOUT ROWID
                """,
                """
                CREATE TABLE metric_chunks (
                    run BIGINT NOT NULL,
                    key BIGINT NOT NULL,
                    position BIGINT NOT NULL,
                    points BIGINT NOT NULL,
                    first_at BIGINT NOT NULL,
                    last_at BIGINT NOT NULL,
                    chunk BLOB NOT NULL,
                    PRIMARY KEY (run, key, position)
                ) WITHOUT ROWID
                """,
                // Not-a-number is kept as 0 with a mark, as MLflow does: SQL has no other order for it.
                """
                CREATE TABLE metric_latest (
                    run BIGINT NOT NULL,
                    key BIGINT NOT NULL,
                    experiment BIGINT NOT NULL,
                    value DOUBLE PRECISION NOT NULL,
                    is_nan BIGINT NOT NULL,
                    step BIGINT NOT NULL,
                    at BIGINT NOT NULL,
                    PRIMARY KEY (run, key)
                ) WITHOUT ROWID
                """,
                "CREATE INDEX metric_latest_by_value ON metric_latest (experiment, key, is_nan, value, run)",
            ])
    ]

    /// What is known of a run's points.
    struct State: Sendable {
        let run: Int64
        let experiment: Int64
        let isActive: Bool
        /// Points taken so far, those that came twice included.
        var points: Int64 = 0
        /// The position of the last pack; 0 when there is none.
        var tail: Int64 = 0
        var tailPoints: Int64 = 0
        /// The packs up to here are in `metric_latest`.
        var settled: Int64 = 0
        /// The attempt whose points came last, and how many it has sent.
        var attempt: ID<Attempt>?
        var received: Int64 = 0
    }

    /// - Parameter run: as MLflow writes it.
    static func state(of run: ID<Run>, in reader: any Reading) throws -> State? {
        try reader.row("\(self.states) WHERE r.id = \(run.hexadecimal)").map(self.state)
    }

    static func state(of run: Int64, in reader: any Reading) throws -> State? {
        try reader.row("\(self.states) WHERE r.number = \(run)").map(self.state)
    }

    private static let states: SQL = """
        SELECT r.number, r.experiment, r.lifecycle, m.points, m.tail, m.tail_points, m.settled, m.attempt, m.received
        FROM tracked_runs r LEFT JOIN metric_runs m ON m.run = r.number
        """

    private static func state(_ row: Row) throws -> State {
        let lifecycle: LifecycleStage = try row.get(2)
        var state = State(run: try row.get(0), experiment: try row.get(1), isActive: lifecycle == .active)
        guard case .integer = row[3] else { return state }
        state.points = try row.get(3)
        state.tail = try row.get(4)
        state.tailPoints = try row.get(5)
        state.settled = try row.get(6)
        state.attempt = try row.get(7)
        state.received = try row.get(8)
        return state
    }

    static func save(_ state: State, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO metric_runs (run, points, tail, tail_points, settled, attempt, received)
            VALUES (\(state.run), \(state.points), \(state.tail), \(state.tailPoints), \(state.settled),
                \(state.attempt), \(state.received))
            ON CONFLICT (run) DO UPDATE
            SET points = excluded.points, tail = excluded.tail, tail_points = excluded.tail_points,
                settled = excluded.settled, attempt = excluded.attempt, received = excluded.received
            """)
    }

    // Packs

    static func insert(_ pack: [UInt8], at position: Int64, of run: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO metric_packs (run, position, pack) VALUES (\(run), \(position), \(pack))")
    }

    /// The packs behind `position`, in the order in which they came.
    static func packs(of run: Int64, after position: Int64 = 0, in reader: any Reading) throws -> [[UInt8]] {
        try reader.rows(
            "SELECT pack FROM metric_packs WHERE run = \(run) AND position > \(position) ORDER BY position"
        ).map { try $0.get(0) }
    }

    static func deletePacks(of run: Int64, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM metric_packs WHERE run = \(run)")
    }

    /// Runs with packs that are not in `metric_latest` yet, by number.
    static func unsettled(after run: Int64, limit: Int, in reader: any Reading) throws -> [Int64] {
        try reader.rows(
            "SELECT run FROM metric_runs WHERE settled < tail AND run > \(run) ORDER BY run LIMIT \(limit)"
        ).map { try $0.get(0) }
    }
}
