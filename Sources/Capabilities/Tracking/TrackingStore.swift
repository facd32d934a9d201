import Contract
package import Database
import Kernel

/// The rows of metric points.
package enum TrackingStore {
    package static let migrations = [
        Migration(
            id: "tracking-0001",
            statements: [
                """
                CREATE TABLE metric_points (
                    run TEXT NOT NULL,
                    position BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    value DOUBLE PRECISION NOT NULL,
                    step BIGINT NOT NULL,
                    at BIGINT NOT NULL,
                    PRIMARY KEY (run, position)
                )
                """,
                "CREATE INDEX metric_points_by_name ON metric_points (run, name, position)",
                """
                CREATE TABLE metric_heads (
                    run TEXT PRIMARY KEY NOT NULL,
                    count BIGINT NOT NULL,
                    attempt TEXT NOT NULL,
                    digest TEXT NOT NULL
                )
                """,
            ]),
        Migration(
            id: "tracking-0002",
            statements: [
                "ALTER TABLE metric_heads ADD COLUMN received BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE metric_heads DROP COLUMN digest",
            ]),
    ]

    static func head(of run: ID<Run>, in reader: any Reading) throws -> MetricHead? {
        let row = try reader.row("SELECT count, attempt, received FROM metric_heads WHERE run = \(run)")
        return try row.map { MetricHead(count: try $0.get(0), attempt: try $0.get(1), received: try $0.get(2)) }
    }

    static func save(_ head: MetricHead, of run: ID<Run>, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO metric_heads (run, count, attempt, received)
            VALUES (\(run), \(head.count), \(head.attempt), \(head.received))
            ON CONFLICT (run) DO UPDATE
            SET count = excluded.count, attempt = excluded.attempt, received = excluded.received
            """)
    }

    static func append(_ points: [MetricPoint], to run: ID<Run>, after count: Int64, in transaction: Transaction) throws
    {
        for (offset, point) in points.enumerated() {
            try transaction.execute(
                """
                INSERT INTO metric_points (run, position, name, value, step, at)
                VALUES (\(run), \(count + Int64(offset) + 1), \(point.name), \(point.value), \(point.step), \(point.at))
                """)
        }
    }

    static func points(
        of run: ID<Run>, name: String?, after: Int64, limit: Int, in reader: any Reading
    ) throws -> [(position: Int64, point: MetricPoint)] {
        var sql: SQL = "SELECT position, name, value, step, at FROM metric_points WHERE run = \(run)"
        if let name { sql += " AND name = \(name)" }
        sql += " AND position > \(after) ORDER BY position LIMIT \(limit)"
        return try reader.rows(sql).map { (try $0.get(0), try self.point($0)) }
    }

    static func recent(of run: ID<Run>, limit: Int, in reader: any Reading) throws -> [MetricPoint] {
        try reader.rows(
            """
            SELECT position, name, value, step, at FROM metric_points WHERE run = \(run)
            ORDER BY position DESC LIMIT \(limit)
            """
        ).map(self.point).reversed()
    }

    private static func point(_ row: Row) throws -> MetricPoint {
        MetricPoint(name: try row.get(1), value: try row.get(2), step: try row.get(3), at: try row.get(4))
    }
}
