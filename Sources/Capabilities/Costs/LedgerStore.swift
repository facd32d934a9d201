import Contract
import Database
import Kernel

/// The rows of the ledger: written once, never changed.
enum LedgerStore {
    static let migrations = [
        Migration(
            id: "costs-0001",
            statements: [
                """
                CREATE TABLE ledger (
                    id TEXT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, amount BIGINT NOT NULL,
                    environment TEXT NOT NULL, project TEXT, holder TEXT, run TEXT, attempt TEXT, lease TEXT,
                    pipeline_run TEXT, step TEXT) WITHOUT ROWID
                """,
                "CREATE INDEX ledger_by_run ON ledger (run)",
                "CREATE INDEX ledger_by_pipeline_run ON ledger (pipeline_run) WHERE pipeline_run IS NOT NULL",
            ]),
        Migration(id: "costs-0002", statements: ["ALTER TABLE ledger ADD COLUMN unpriced BIGINT"]),
    ]

    private static let columns: SQL = """
        id, at, kind, amount, environment, project, holder, run, attempt, lease, pipeline_run, step,
        unpriced
        """

    static func insert(_ entry: LedgerEntry, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO ledger (\(self.columns)) VALUES (
                \(entry.id), \(entry.at), \(entry.kind), \(entry.amount), \(entry.environment), \(entry.project), \(entry.user),
                \(entry.run), \(entry.attempt), \(entry.lease), \(entry.pipelineRun), \(entry.step), \(entry.unpriced))
            """)
    }

    static func page(_ request: PageRequest, run: ID<Run>?, in reader: any Reading) throws -> [LedgerEntry] {
        var sql: SQL = "SELECT \(self.columns) FROM ledger WHERE id < \(request.cursor ?? "~")"
        if let run { sql += " AND run = \(run)" }
        sql += " ORDER BY id DESC LIMIT \(request.limit + 1)"
        return try reader.rows(sql).map(self.decode)
    }

    /// Sums by the given dimensions, largest first.
    static func sums(by dimensions: [CostDimension], _ filter: CostFilter, in reader: any Reading) throws -> [CostRow] {
        let keys = SQL.join(dimensions.map(self.column), separator: ", ")
        var sql: SQL = "SELECT SUM(amount), \(keys) FROM ledger\(self.condition(filter)) GROUP BY "
        sql += SQL.join(dimensions.map(self.column), separator: ", ")
        sql += " ORDER BY 1 DESC"
        return try reader.rows(sql).map { row in
            CostRow(key: try dimensions.indices.map { try row.get($0 + 1) }, amount: try row.get(0))
        }
    }

    static func total(_ filter: CostFilter, in reader: any Reading) throws -> Money {
        try reader.row("SELECT COALESCE(SUM(amount), 0) FROM ledger\(self.condition(filter))")?.get(0) ?? .zero
    }

    /// Bytes that travelled at a price that nobody knows; nil when there are none.
    static func unpriced(_ filter: CostFilter, in reader: any Reading) throws -> ByteCount? {
        try reader.row("SELECT SUM(unpriced) FROM ledger\(self.condition(filter))")?.get(0)
    }

    /// By environment. Ids begin with their time, so that the primary key finds the entries of an hour.
    static func spend(from: Timestamp, until: Timestamp, in reader: any Reading) throws -> [String: Money] {
        let first = ID<LedgerEntry>(raw: UInt128(from.milliseconds) << 80)
        let end = ID<LedgerEntry>(raw: UInt128(until.milliseconds) << 80)
        let rows = try reader.rows(
            """
            SELECT environment, SUM(amount) FROM ledger
            WHERE id >= \(first) AND id < \(end) AND kind <> \(LedgerKind.commitment) GROUP BY environment
            """)
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.get(0), try $0.get(1)) })
    }

    private static func condition(_ filter: CostFilter) -> SQL {
        var conditions: [SQL] = []
        if let pipelineRun = filter.pipelineRun { conditions.append("pipeline_run = \(pipelineRun)") }
        if let project = filter.project { conditions.append("project = \(project)") }
        if let run = filter.run { conditions.append("run = \(run)") }
        return conditions.isEmpty ? "" : " WHERE " + SQL.join(conditions, separator: " AND ")
    }

    /// What is nobody's is shown as `-`.
    private static func column(_ dimension: CostDimension) -> SQL {
        switch dimension {
        case .environment: "environment"
        case .step: "COALESCE(step, 'idle')"
        case .project: "COALESCE(project, '-')"
        case .user: "COALESCE(holder, '-')"
        case .kind: "kind"
        case .run: "COALESCE(run, 'idle')"
        case .day: "CAST(at / 86400000 AS TEXT)"
        }
    }

    private static func decode(_ row: Row) throws -> LedgerEntry {
        LedgerEntry(
            id: try row.get(0), at: try row.get(1), kind: try row.get(2), amount: try row.get(3),
            unpriced: try row.get(12), environment: try row.get(4),
            project: try row.get(5), user: try row.get(6), run: try row.get(7), attempt: try row.get(8),
            lease: try row.get(9),
            pipelineRun: try row.get(10), step: try row.get(11))
    }
}
