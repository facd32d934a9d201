import Contract
import Database
import Kernel

/// The rows of assessments.
enum AssessmentStore {
    static let schema = [
        """
        CREATE TABLE assessments (
            id TEXT NOT NULL PRIMARY KEY, trace BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            numeric_value DOUBLE PRECISION, failure TEXT, source_type TEXT NOT NULL, source_id TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, span TEXT, rationale TEXT, metadata TEXT,
            overrides TEXT, is_valid BIGINT NOT NULL)
        """,
        "CREATE INDEX assessments_by_trace ON assessments (trace, created_at)",
        "CREATE INDEX assessments_by_name ON assessments (kind, name, trace)",
    ]

    private static let columns: SQL = """
        a.id, t.id, a.kind, a.name, a.value, a.failure, a.source_type, a.source_id, a.created_at, a.updated_at, a.span,
        a.rationale, a.metadata, a.overrides, a.is_valid, a.trace
        """

    static func assessment(_ id: String, of trace: String, in reader: any Reading) throws -> Assessment? {
        try reader.row(
            """
            SELECT \(self.columns) FROM assessments a JOIN traces t ON t.number = a.trace
            WHERE a.id = \(id) AND t.id = \(trace)
            """
        ).map { try self.decode($0) }
    }

    /// By trace and birth, each with its trace's number.
    static func assessments(of traces: SQL, in reader: any Reading) throws -> [(Int64, Assessment)] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM assessments a JOIN traces t ON t.number = a.trace
            WHERE a.trace IN \(traces) ORDER BY a.trace, a.created_at, a.id
            """
        ).map { (try $0.get(15), try self.decode($0)) }
    }

    /// Stores an assessment; one with the same id is replaced.
    static func save(_ assessment: Assessment, of trace: Int64, in transaction: Transaction) throws {
        let failure = assessment.failure.map { failure in
            JSONValue.array([
                .string(failure.code), failure.message.map { .string($0) } ?? .null,
                failure.stack.map { .string($0) } ?? .null,
            ]).text
        }
        let metadata = assessment.metadata.map { SpanField($0.key, .text($0.value)) }
        try transaction.execute(
            """
            INSERT INTO assessments (id, trace, kind, name, value, numeric_value, failure, source_type, source_id,
                                     created_at, updated_at, span, rationale, metadata, overrides, is_valid)
            VALUES (\(assessment.id), \(trace), \(assessment.kind), \(assessment.name), \(assessment.value),
                    \(AssessmentValue.number(assessment.value)), \(failure), \(assessment.sourceType),
                    \(assessment.sourceID), \(assessment.createdAt), \(assessment.updatedAt), \(assessment.span),
                    \(assessment.rationale), \(metadata.isEmpty ? nil : SpanValue.map(metadata).json),
                    \(assessment.overrides), \(assessment.isValid))
            ON CONFLICT (id) DO UPDATE
            SET name = excluded.name, value = excluded.value, numeric_value = excluded.numeric_value,
                failure = excluded.failure, updated_at = excluded.updated_at, rationale = excluded.rationale,
                metadata = excluded.metadata
            """)
    }

    /// - Returns: whether there is such an assessment.
    static func setValid(_ isValid: Bool, _ id: String, of trace: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "UPDATE assessments SET is_valid = \(isValid) WHERE id = \(id) AND trace = \(trace)") > 0
    }

    static func delete(_ id: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM assessments WHERE id = \(id)")
    }

    private static func decode(_ row: Row) throws -> Assessment {
        var assessment = Assessment(
            id: try row.get(0), trace: try row.get(1), kind: try row.get(2), name: try row.get(3),
            value: try row.get(4), sourceType: try row.get(6), sourceID: try row.get(7), createdAt: try row.get(8),
            updatedAt: try row.get(9), span: try row.get(10), rationale: try row.get(11), overrides: try row.get(13),
            isValid: try row.get(14))
        if let text: String = try row.get(5), case .array(let parts) = try JSONValue(text: text), parts.count == 3 {
            assessment.failure = Assessment.Failure(
                code: parts[0].stringValue ?? "", message: parts[1].stringValue, stack: parts[2].stringValue)
        }
        if let text: String = try row.get(12), case .map(let fields) = try SpanValue(json: text) {
            assessment.metadata = fields.map { KeyValue(key: $0.key, value: $0.value.textValue ?? "") }
        }
        return assessment
    }
}
