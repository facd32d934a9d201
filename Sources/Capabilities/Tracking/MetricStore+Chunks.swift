import Database

// Chunks: the history of one metric of one run, in stretches.
extension MetricStore {
    /// A chunk without its bytes.
    struct Span: Sendable {
        var position: Int64
        var points: Int64
        var firstAt: Int64
        var lastAt: Int64
    }

    /// The metrics of a run that have chunks, by number.
    static func keys(of run: Int64, in reader: any Reading) throws -> [Int64] {
        try reader.rows("SELECT DISTINCT key FROM metric_chunks WHERE run = \(run) ORDER BY key").map { try $0.get(0) }
    }

    static func spans(of run: Int64, key: Int64, in reader: any Reading) throws -> [Span] {
        try reader.rows(
            """
            SELECT position, points, first_at, last_at FROM metric_chunks
            WHERE run = \(run) AND key = \(key) ORDER BY position
            """
        ).map(self.span)
    }

    static func lastSpan(of run: Int64, key: Int64, in reader: any Reading) throws -> Span? {
        try reader.row(
            """
            SELECT position, points, first_at, last_at FROM metric_chunks
            WHERE run = \(run) AND key = \(key) ORDER BY position DESC LIMIT 1
            """
        ).map(self.span)
    }

    private static func span(_ row: Row) throws -> Span {
        Span(
            position: try row.get(0), points: try row.get(1), firstAt: try row.get(2), lastAt: try row.get(3))
    }

    /// The bytes of some chunks by their positions.
    static func chunks(
        of run: Int64, key: Int64, at positions: [Int64], in reader: any Reading
    ) throws -> [Int64: [UInt8]] {
        var found: [Int64: [UInt8]] = [:]
        let rows = try reader.rows(
            """
            SELECT position, chunk FROM metric_chunks
            WHERE run = \(run) AND key = \(key) AND position IN \(SQL.list(positions))
            """)
        for row in rows { found[try row.get(0)] = try row.get(1) }
        return found
    }

    static func insert(
        _ samples: ArraySlice<MetricSample>, at position: Int64, of run: Int64, key: Int64, in transaction: Transaction
    ) throws {
        guard let first = samples.first, let last = samples.last else { return }
        try transaction.execute(
            """
            INSERT INTO metric_chunks (run, key, position, points, first_at, last_at, chunk)
            VALUES (\(run), \(key), \(position), \(samples.count), \(first.at), \(last.at),
                \(MetricChunk.encode(samples)))
            """)
    }

    static func deleteChunk(at position: Int64, of run: Int64, key: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM metric_chunks WHERE run = \(run) AND key = \(key) AND position = \(position)")
    }
}
