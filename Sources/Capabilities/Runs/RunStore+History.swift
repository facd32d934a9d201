import Contract
import Database
import Kernel

extension RunStore {
    /// What all attempts of a run were billed for.
    struct Billed: Sendable {
        var time: TimeSpan
        /// When the first of them began.
        var startedAt: Timestamp
        /// Of the last of them.
        var environment: String
    }

    /// Runs submitted from `from` on and before `until`, newest first, after `last`. Ids begin with the time of submission, so
    /// the primary key finds them.
    static func submitted(
        from: Timestamp, until: Timestamp, project: String?, after last: ID<Run>?, limit: Int, in reader: any Reading
    ) throws -> [RunRow] {
        var sql: SQL = "SELECT \(self.columns) FROM runs WHERE id >= \(self.first(at: from))"
        sql += " AND id < \((last ?? self.first(at: until)).description)"
        if let project { sql += " AND project = \(project)" }
        sql += " ORDER BY id DESC LIMIT \(limit)"
        return try reader.rows(sql).map(self.decode)
    }

    /// How many runs `submitted` would find before `last`.
    static func countSubmitted(
        from: Timestamp, before last: ID<Run>, project: String?, in reader: any Reading
    ) throws -> Int {
        var sql: SQL = "SELECT COUNT(*) FROM runs WHERE id >= \(self.first(at: from)) AND id < \(last)"
        if let project { sql += " AND project = \(project)" }
        return try reader.row(sql)?.get(0) ?? 0
    }

    /// What the attempts of these runs were billed for; without runs of which nothing was.
    static func billed(_ runs: [ID<Run>], in reader: any Reading) throws -> [ID<Run>: Billed] {
        var billed: [ID<Run>: Billed] = [:]
        let rows = try reader.rows(
            """
            SELECT attempts.run, leases.environment, leases.started_at, leases.billed
            FROM attempts JOIN leases ON leases.id = attempts.lease
            WHERE attempts.run IN \(SQL.list(runs)) AND leases.billed > 0 ORDER BY attempts.run, attempts.number
            """)
        for row in rows {
            let run: ID<Run> = try row.get(0)
            let time: TimeSpan = try row.get(3)
            if var known = billed[run] {
                known.time = known.time + time
                known.environment = try row.get(1)
                billed[run] = known
            } else {
                billed[run] = Billed(time: time, startedAt: try row.get(2), environment: try row.get(1))
            }
        }
        return billed
    }

    private static func first(at moment: Timestamp) -> ID<Run> {
        ID(raw: UInt128(UInt64(max(0, moment.milliseconds)) & 0xFFFF_FFFF_FFFF) << 80)
    }
}
