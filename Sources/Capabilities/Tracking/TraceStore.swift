import Contract
package import Database
import Kernel

/// The rows of traces with their metadata, tags and links. `number` is what every other table of traces refers to.
package enum TraceStore {
    package static let migrations = [
        Migration(
            id: "traces-0001",
            statements: [
                """
                CREATE TABLE traces (
                    number INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, experiment BIGINT NOT NULL,
                    started_at BIGINT NOT NULL, duration BIGINT, state TEXT NOT NULL, client_request TEXT,
                    request_preview TEXT, response_preview TEXT)
                """,
                "CREATE INDEX traces_by_start ON traces (experiment, started_at DESC, id)",
            ] + values(of: "trace_tags") + values(of: "trace_metadata") + [
                """
                CREATE TABLE trace_runs (
                    trace BIGINT NOT NULL, run TEXT NOT NULL, PRIMARY KEY (trace, run)) WITHOUT ROWID
                """,
                """
                CREATE TABLE trace_prompts (
                    trace BIGINT NOT NULL, prompt TEXT NOT NULL, PRIMARY KEY (trace, prompt)) WITHOUT ROWID
                """,
            ] + SpanStore.schema + AssessmentStore.schema)
    ]

    private static func values(of table: String) -> [String] {
        [
            """
            CREATE TABLE \(table) (
                trace BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (trace, key)) WITHOUT ROWID
            """
        ]
    }

    /// The columns that `decode` reads, of `traces t`.
    static let columns: SQL = """
        t.number, t.id, t.experiment, t.started_at, t.duration, t.state, t.client_request, t.request_preview,
        t.response_preview
        """

    // MARK: Traces

    static func number(of id: String, in reader: any Reading) throws -> Int64? {
        try reader.row("SELECT number FROM traces WHERE id = \(id)").map { try $0.get(0) }
    }

    /// Those of `ids` that are there, each once, in no order.
    ///
    /// - Parameter experiments: only traces of these; of all when nil.
    static func traces(_ ids: [String], of experiments: [Int64]? = nil, in reader: any Reading) throws -> [Trace] {
        var sql: SQL = "SELECT \(self.columns) FROM traces t WHERE t.id IN \(SQL.list(ids))"
        if let experiments { sql += " AND t.experiment IN \(SQL.list(experiments))" }
        return try self.complete(try reader.rows(sql), in: reader)
    }

    static func trace(_ id: String, in reader: any Reading) throws -> Trace? {
        try self.traces([id], in: reader).first
    }

    /// - Returns: its number.
    static func insert(_ trace: Trace, in transaction: Transaction) throws -> Int64 {
        let row = try transaction.row(
            """
            INSERT INTO traces (id, experiment, started_at, duration, state, client_request, request_preview,
                                response_preview)
            VALUES (\(trace.id), \(trace.experiment), \(trace.startedAt), \(trace.duration), \(trace.state),
                    \(trace.clientRequest), \(trace.requestPreview), \(trace.responsePreview))
            RETURNING number
            """)
        guard let row else { throw DatabaseError.decoding(expected: "a number", found: "no row") }
        return try row.get(0)
    }

    /// Everything of a trace that is a column of its row.
    static func update(_ trace: Trace, number: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE traces SET experiment = \(trace.experiment), started_at = \(trace.startedAt),
                duration = \(trace.duration), state = \(trace.state), client_request = \(trace.clientRequest),
                request_preview = \(trace.requestPreview), response_preview = \(trace.responsePreview)
            WHERE number = \(number)
            """)
    }

    /// The numbers of an experiment's traces, oldest first.
    static func numbers(
        of experiment: Int64, ids: [String]?, until: Timestamp?, limit: Int, in reader: any Reading
    ) throws -> [Int64] {
        var sql: SQL = "SELECT number FROM traces WHERE experiment = \(experiment)"
        if let ids { sql += " AND id IN \(SQL.list(ids))" }
        if let until { sql += " AND started_at <= \(until)" }
        sql += " ORDER BY started_at, id LIMIT \(limit)"
        return try reader.rows(sql).map { try $0.get(0) }
    }

    /// Removes traces and all that belongs to them.
    static func delete(_ numbers: [Int64], in transaction: Transaction) throws {
        let list = SQL.list(numbers)
        for table in ["trace_tags", "trace_metadata", "trace_runs", "trace_prompts", "trace_spans", "assessments"] {
            try transaction.execute("DELETE FROM \(raw: table) WHERE trace IN \(list)")
        }
        try transaction.execute("DELETE FROM traces WHERE number IN \(list)")
    }

    // MARK: Tags, metadata, links

    static func setTag(_ key: String, _ value: String, of trace: Int64, in transaction: Transaction) throws {
        try self.set(key, value, of: trace, table: "trace_tags", in: transaction)
    }

    static func setMetadata(_ key: String, _ value: String, of trace: Int64, in transaction: Transaction) throws {
        try self.set(key, value, of: trace, table: "trace_metadata", in: transaction)
    }

    /// - Returns: whether there was such a tag.
    static func deleteTag(_ key: String, of trace: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute("DELETE FROM trace_tags WHERE trace = \(trace) AND key = \(key)") > 0
    }

    static func link(_ trace: Int64, toRun run: String, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO trace_runs (trace, run) VALUES (\(trace), \(run)) ON CONFLICT DO NOTHING")
    }

    /// - Parameter prompt: `<name>/<version>`.
    static func link(_ trace: Int64, toPrompt prompt: String, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO trace_prompts (trace, prompt) VALUES (\(trace), \(prompt)) ON CONFLICT DO NOTHING")
    }

    private static func set(
        _ key: String, _ value: String, of trace: Int64, table: String, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO \(raw: table) (trace, key, value) VALUES (\(trace), \(key), \(value))
            ON CONFLICT (trace, key) DO UPDATE SET value = excluded.value
            """)
    }

    // MARK: Decoding

    /// The traces of `rows`, in their order, with tags, metadata and assessments: three queries for all of them.
    static func complete(_ rows: [Row], in reader: any Reading) throws -> [Trace] {
        var traces: [Trace] = []
        var positions: [Int64: Int] = [:]
        for row in rows {
            positions[try row.get(0)] = traces.count
            traces.append(try self.decode(row))
        }
        let numbers = SQL.list(positions.keys)
        for row in try self.values("trace_tags", of: numbers, in: reader) {
            traces[positions[try row.get(0)] ?? 0].tags.append(KeyValue(key: try row.get(1), value: try row.get(2)))
        }
        for row in try self.values("trace_metadata", of: numbers, in: reader) {
            traces[positions[try row.get(0)] ?? 0].metadata.append(
                KeyValue(key: try row.get(1), value: try row.get(2)))
        }
        for (number, assessment) in try AssessmentStore.assessments(of: numbers, in: reader) {
            traces[positions[number] ?? 0].assessments.append(assessment)
        }
        return traces
    }

    private static func values(_ table: String, of numbers: SQL, in reader: any Reading) throws -> [Row] {
        try reader.rows("SELECT trace, key, value FROM \(raw: table) WHERE trace IN \(numbers) ORDER BY trace, key")
    }

    private static func decode(_ row: Row) throws -> Trace {
        Trace(
            id: try row.get(1), experiment: try row.get(2), clientRequest: try row.get(6), startedAt: try row.get(3),
            duration: (try row.get(4) as Int64?).map { TimeSpan(milliseconds: $0) }, state: try row.get(5),
            requestPreview: try row.get(7), responsePreview: try row.get(8))
    }
}
