import Contract
import Database

/// Listings, newest first, each by an index, so that a page costs the same however long the journal is.
extension JournalStore {
    /// Up to `limit` lines before `sequence` that pass `filter`, newest first.
    static func lines(
        before sequence: Int64, filter: JournalFilter, limit: Int, in reading: some Reading
    ) throws -> [JournalLine] {
        var conditions: [SQL] = ["sequence < \(sequence)"]
        if let subject = filter.subject { conditions.append("subject = \(subject)") }
        if let project = filter.project { conditions.append("project = \(project)") }
        guard let prefix = filter.kindPrefix, !prefix.isEmpty else {
            return try self.lines(matching: conditions, limit: limit, in: reading)
        }
        if filter.subject != nil || filter.project != nil {
            // What one subject or project has is found by its index, and the kind is looked at row by row.
            conditions.append("substr(kind, 1, \(prefix.unicodeScalars.count)) = \(prefix)")
            return try self.lines(matching: conditions, limit: limit, in: reading)
        }
        return try self.lines(kinds: try self.kinds(prefix, in: reading), before: sequence, limit: limit, in: reading)
    }

    /// Up to `limit` lines after `sequence` whose kind begins with `prefix`, oldest first.
    static func lines(
        after sequence: Int64, kindPrefix prefix: String, limit: Int, in reading: some Reading
    ) throws -> [JournalLine] {
        let kinds = try self.kinds(prefix, in: reading)
        return try reading.rows(
            """
            SELECT sequence, line, hash FROM journal WHERE sequence > \(sequence) AND kind IN \(SQL.list(kinds))
            ORDER BY sequence LIMIT \(limit)
            """
        ).map(self.decode)
    }

    private static func lines(
        matching conditions: [SQL], limit: Int, in reading: some Reading
    ) throws -> [JournalLine] {
        let condition = SQL.join(conditions, separator: " AND ")
        return try reading.rows(
            "SELECT sequence, line, hash FROM journal WHERE \(condition) ORDER BY sequence DESC LIMIT \(limit)"
        ).map(self.decode)
    }

    /// The newest of each kind are found by the index and merged; one query over them all would sort every line there is.
    private static func lines(
        kinds: [String], before sequence: Int64, limit: Int, in reading: some Reading
    ) throws -> [JournalLine] {
        var newest: [Int64] = []
        for kind in kinds {
            let rows = try reading.rows(
                """
                SELECT sequence FROM journal WHERE kind = \(kind) AND sequence < \(sequence)
                ORDER BY sequence DESC LIMIT \(limit)
                """)
            for row in rows { newest.append(try row.get(0)) }
        }
        newest.sort(by: >)
        return try self.lines(matching: ["sequence IN \(SQL.list(newest.prefix(limit)))"], limit: limit, in: reading)
    }

    /// The kinds in use that begin with `prefix`: some dozens at most, each one step in the index.
    private static func kinds(_ prefix: String, in reading: some Reading) throws(DatabaseError) -> [String] {
        var kinds: [String] = []
        var row = try reading.row("SELECT kind FROM journal WHERE kind >= \(prefix) ORDER BY kind LIMIT 1")
        while let kind: String = try row?.get(0), kind.hasPrefix(prefix) {
            kinds.append(kind)
            row = try reading.row("SELECT kind FROM journal WHERE kind > \(kind) ORDER BY kind LIMIT 1")
        }
        return kinds
    }
}
