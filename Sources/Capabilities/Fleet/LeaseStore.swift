import Contract
import Database
import Kernel

/// The rows of leases. What the ledger needs of a lease's run stands in the row, so that a posting needs no other table.
enum LeaseStore {
    static let migrations = [
        Migration(
            id: "fleet-0003",
            statements: [
                """
                CREATE TABLE leases (
                    id TEXT PRIMARY KEY, attempt TEXT NOT NULL, run TEXT NOT NULL, worker TEXT NOT NULL,
                    environment TEXT NOT NULL, kind TEXT NOT NULL, project TEXT NOT NULL, holder TEXT NOT NULL,
                    step TEXT NOT NULL, pipeline_run TEXT, price BIGINT NOT NULL, term BIGINT NOT NULL,
                    started_at BIGINT NOT NULL, ended_at BIGINT, billed BIGINT NOT NULL, billed_until BIGINT NOT NULL,
                    cost BIGINT NOT NULL) WITHOUT ROWID
                """,
                "CREATE INDEX leases_open ON leases (environment, kind) WHERE ended_at IS NULL",
            ])
    ]

    private static let columns: SQL = """
        id, attempt, run, worker, environment, price, started_at, ended_at, billed, cost, kind, project, holder, step,
        pipeline_run, term, billed_until
        """

    /// A lease with what its postings say.
    struct Holding: Sendable {
        var lease: Lease
        var kind: RunKind
        var project: String
        var user: String
        var step: String
        var pipelineRun: ID<PipelineRun>?
        var term: TimeSpan
        var billedUntil: Timestamp
    }

    static func decode(_ row: Row) throws -> Holding {
        let lease = Lease(
            id: try row.get(0), attempt: try row.get(1), run: try row.get(2), worker: try row.get(3),
            environment: try row.get(4),
            pricePerHour: try row.get(5), startedAt: try row.get(6), endedAt: try row.get(7), billed: try row.get(8),
            cost: try row.get(9))
        return Holding(
            lease: lease, kind: try row.get(10), project: try row.get(11), user: try row.get(12), step: try row.get(13),
            pipelineRun: try row.get(14), term: try row.get(15), billedUntil: try row.get(16))
    }

    static func find(_ id: ID<Lease>, in reader: any Reading) throws -> Holding? {
        try reader.row("SELECT \(self.columns) FROM leases WHERE id = \(id)").map(self.decode)
    }

    static func open(in reader: any Reading) throws -> [Holding] {
        try reader.rows("SELECT \(self.columns) FROM leases WHERE ended_at IS NULL").map(self.decode)
    }

    static func all(_ ids: [ID<Lease>], in reader: any Reading) throws -> [Lease] {
        try reader.rows("SELECT \(self.columns) FROM leases WHERE id IN \(SQL.list(ids)) ORDER BY id").map {
            try self.decode($0).lease
        }
    }

    /// Open leases by environment.
    static func used(in reader: any Reading) throws -> [String: (slots: Int, servingSlots: Int)] {
        var used: [String: (slots: Int, servingSlots: Int)] = [:]
        for row in try reader.rows(
            "SELECT environment, kind, COUNT(*) FROM leases WHERE ended_at IS NULL GROUP BY environment, kind")
        {
            let environment: String = try row.get(0)
            let kind: RunKind = try row.get(1)
            let count: Int = try row.get(2)
            if kind == .batch {
                used[environment, default: (0, 0)].slots += count
            } else {
                used[environment, default: (0, 0)].servingSlots += count
            }
        }
        return used
    }

    static func insert(_ holding: Holding, in transaction: Transaction) throws {
        let lease = holding.lease
        try transaction.execute(
            """
            INSERT INTO leases (\(self.columns)) VALUES (
                \(lease.id), \(lease.attempt), \(lease.run), \(lease.worker), \(lease.environment), \(lease.pricePerHour),
                \(lease.startedAt), NULL, 0, 0, \(holding.kind), \(holding.project), \(holding.user), \(holding.step),
                \(holding.pipelineRun), \(holding.term), \(lease.startedAt))
            """)
    }

    static func update(
        _ id: ID<Lease>, billed: TimeSpan, cost: Money, until: Timestamp, endedAt: Timestamp?,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE leases SET billed = \(billed), cost = \(cost), billed_until = \(until), ended_at = \(endedAt) WHERE id = \(id)
            """)
    }
}
