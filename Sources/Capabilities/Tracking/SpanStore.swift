import Contract
import Database
import Kernel

/// The rows of spans: what searches compare, and the whole span as JSON.
enum SpanStore {
    static let schema = [
        """
        CREATE TABLE trace_spans (
            trace BIGINT NOT NULL, id TEXT NOT NULL, parent TEXT, name TEXT NOT NULL, type TEXT, status TEXT NOT NULL,
            started_at BIGINT NOT NULL, ended_at BIGINT, content TEXT NOT NULL, PRIMARY KEY (trace, id))
        """
    ]

    /// Stores a span; one with the same id is replaced.
    static func save(_ span: TraceSpan, of trace: Int64, in transaction: Transaction) throws {
        let type = span.attribute(SpanContent.typeKey)?.textValue
        try transaction.execute(
            """
            INSERT INTO trace_spans (trace, id, parent, name, type, status, started_at, ended_at, content)
            VALUES (\(trace), \(span.id), \(span.parent), \(span.name), \(type), \(span.status), \(span.startedAt),
                    \(span.endedAt), \(SpanContent.text(of: span)))
            ON CONFLICT (trace, id) DO UPDATE
            SET parent = excluded.parent, name = excluded.name, type = excluded.type, status = excluded.status,
                started_at = excluded.started_at, ended_at = excluded.ended_at, content = excluded.content
            """)
    }

    /// The contents of a trace's spans: roots first, then by their start.
    static func contents(of trace: Int64, in reader: any Reading) throws -> [String] {
        try reader.rows(
            """
            SELECT content FROM trace_spans WHERE trace = \(trace)
            ORDER BY CASE WHEN parent IS NULL THEN 0 ELSE 1 END, started_at, id
            """
        ).map { try $0.get(0) }
    }

    /// Whether the content of a span of the trace has one of `keys` in it.
    static func mentions(_ keys: [String], of trace: Int64, in reader: any Reading) throws -> Bool {
        let conditions = keys.map { SQL("content LIKE \("%\"\($0)\":%")") }
        return try reader.row(
            """
            SELECT 1 FROM trace_spans WHERE trace = \(trace) AND (\(SQL.join(conditions, separator: " OR "))) LIMIT 1
            """) != nil
    }
}
