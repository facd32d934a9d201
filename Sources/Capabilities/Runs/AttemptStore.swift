import Contract
import Database
import Kernel

/// The rows of attempts.
enum AttemptStore {
    static let migrations = [
        Migration(
            id: "runs-0002",
            statements: [
                """
                CREATE TABLE attempts (
                    id TEXT PRIMARY KEY, run TEXT NOT NULL, number BIGINT NOT NULL, lease TEXT NOT NULL, worker TEXT NOT NULL,
                    environment TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, exit_code BIGINT, claimed_at BIGINT NOT NULL,
                    started_at BIGINT, ended_at BIGINT, log_size BIGINT NOT NULL) WITHOUT ROWID
                """,
                "CREATE UNIQUE INDEX attempts_by_run ON attempts (run, number)",
                "CREATE TABLE staging_discards (attempt TEXT PRIMARY KEY, environment TEXT NOT NULL)",
            ])
    ]

    private static let columns: SQL = """
        id, run, number, lease, worker, environment, status, reason, exit_code, claimed_at, started_at, ended_at,
        (SELECT COALESCE(SUM(cost), 0) FROM leases WHERE leases.id = attempts.lease)
        """

    private static func decode(_ row: Row) throws -> Attempt {
        Attempt(
            id: try row.get(0), run: try row.get(1), number: try row.get(2), lease: try row.get(3),
            worker: try row.get(4),
            environment: try row.get(5), status: try row.get(6), reason: try row.get(7), exitCode: try row.get(8),
            claimedAt: try row.get(9), startedAt: try row.get(10), endedAt: try row.get(11), cost: try row.get(12))
    }

    /// What a decision about an attempt needs of its row.
    struct Holder: Sendable, Hashable {
        var id: ID<Attempt>
        var run: ID<Run>
        var number: Int
        var lease: ID<Lease>
        var worker: ID<Worker>
        var environment: String
        var status: AttemptStatus
    }

    static func find(_ id: ID<Attempt>, in reader: any Reading) throws -> Holder? {
        try reader.row(
            "SELECT id, run, number, lease, worker, environment, status FROM attempts WHERE id = \(id)"
        ).map(self.holder)
    }

    static func find(run: ID<Run>, number: Int, in reader: any Reading) throws -> Holder? {
        try reader.row(
            """
            SELECT id, run, number, lease, worker, environment, status FROM attempts
            WHERE run = \(run) AND number = \(number)
            """
        ).map(self.holder)
    }

    private static func holder(_ row: Row) throws -> Holder {
        Holder(
            id: try row.get(0), run: try row.get(1), number: try row.get(2), lease: try row.get(3),
            worker: try row.get(4), environment: try row.get(5), status: try row.get(6))
    }

    static func of(run: ID<Run>, in reader: any Reading) throws -> [Attempt] {
        try reader.rows("SELECT \(self.columns) FROM attempts WHERE run = \(run) ORDER BY number").map(self.decode)
    }

    static func insert(_ attempt: Attempt, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO attempts (id, run, number, lease, worker, environment, status, claimed_at, log_size)
            VALUES (\(attempt.id), \(attempt.run), \(attempt.number), \(attempt.lease), \(attempt.worker),
                \(attempt.environment), \(attempt.status), \(attempt.claimedAt), 0)
            """)
    }

    static func start(_ id: ID<Attempt>, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE attempts SET status = 'running', started_at = \(now) WHERE id = \(id)")
    }

    static func end(
        _ id: ID<Attempt>, status: AttemptStatus, reason: String?, exitCode: Int?, at now: Timestamp,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE attempts SET status = \(status), reason = \(reason), exit_code = \(exitCode), ended_at = \(now)
            WHERE id = \(id)
            """)
    }

    /// Work for later: what an attempt staged and never committed.
    static func addDiscard(_ id: ID<Attempt>, environment: String, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO staging_discards (attempt, environment) VALUES (\(id), \(environment)) ON CONFLICT (attempt) DO NOTHING"
        )
    }

    static func discards(limit: Int, in reader: any Reading) throws -> [(attempt: ID<Attempt>, environment: String)] {
        try reader.rows("SELECT attempt, environment FROM staging_discards ORDER BY attempt LIMIT \(limit)").map {
            (try $0.get(0), try $0.get(1))
        }
    }

    static func removeDiscard(_ id: ID<Attempt>, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM staging_discards WHERE attempt = \(id)")
    }
}
