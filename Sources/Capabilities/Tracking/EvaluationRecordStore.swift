import Contract
import Database
import Kernel

/// The rows of records of evaluation datasets.
enum EvaluationRecordStore {
    private static let columns: SQL =
        "id, inputs, outputs, expectations, tags, source, created_at, updated_at, created_by, updated_by"

    static func record(
        inputs digest: ContentDigest, of dataset: String, in reader: any Reading
    ) throws -> EvaluationRecord? {
        try reader.row(
            """
            SELECT \(self.columns) FROM evaluation_records WHERE dataset = \(dataset) AND inputs_digest = \(digest)
            """
        ).map(self.decode)
    }

    /// By birth, after the record that was born at `place.at` and has the id `place.id`.
    static func records(
        of dataset: String, after place: (at: Timestamp, id: String)?, limit: Int, in reader: any Reading
    ) throws -> [EvaluationRecord] {
        var sql: SQL = "SELECT \(self.columns) FROM evaluation_records WHERE dataset = \(dataset)"
        if let place {
            sql += " AND (created_at > \(place.at) OR (created_at = \(place.at) AND id > \(place.id)))"
        }
        sql += " ORDER BY created_at, id LIMIT \(limit)"
        return try reader.rows(sql).map(self.decode)
    }

    static func save(
        _ record: EvaluationRecord, inputs digest: ContentDigest, of dataset: String, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO evaluation_records (id, dataset, inputs_digest, inputs, outputs, expectations, tags, source,
                                            created_at, updated_at, created_by, updated_by)
            VALUES (\(record.id), \(dataset), \(digest), \(record.inputs.json), \(record.outputs?.json),
                    \(record.expectations?.json), \(record.tags?.json), \(record.source?.json), \(record.createdAt),
                    \(record.updatedAt), \(record.createdBy), \(record.updatedBy))
            ON CONFLICT (id) DO UPDATE
            SET outputs = excluded.outputs, expectations = excluded.expectations, tags = excluded.tags,
                updated_at = excluded.updated_at, updated_by = excluded.updated_by
            """)
    }

    static func count(of dataset: String, in reader: any Reading) throws -> Int64 {
        try reader.row("SELECT COUNT(*) FROM evaluation_records WHERE dataset = \(dataset)").map { try $0.get(0) } ?? 0
    }

    /// - Returns: how many were there.
    static func delete(_ ids: [String], of dataset: String, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "DELETE FROM evaluation_records WHERE dataset = \(dataset) AND id IN \(SQL.list(ids))")
    }

    private static func decode(_ row: Row) throws -> EvaluationRecord {
        func value(_ index: Int) throws -> SpanValue? {
            let text: String? = try row.get(index)
            return try text.map { try SpanValue(json: $0) }
        }
        return EvaluationRecord(
            id: try row.get(0), inputs: try value(1) ?? .null, outputs: try value(2), expectations: try value(3),
            tags: try value(4), source: try value(5), createdAt: try row.get(6), updatedAt: try row.get(7),
            createdBy: try row.get(8), updatedBy: try row.get(9))
    }
}
