import Contract
import Database
import Kernel
import Search

extension TraceStore {
    /// Attributes by the name that a search knows them by.
    private static let attributes: [String: SQL] = [
        "request_id": "t.id", "client_request_id": "t.client_request", "status": "t.state",
        "timestamp_ms": "t.started_at", "execution_time_ms": "t.duration",
        "end_time_ms": "(t.started_at + COALESCE(t.duration, 0))", "experiment_id": "t.experiment",
    ]
    private static let spanColumns: [String: SQL] = [
        "name": "x.name", "type": "x.type", "status": "x.status", "content": "x.content",
    ]

    /// Traces of `experiments` for which every clause holds, in order; nulls last, then the youngest first.
    static func search(
        _ experiments: [Int64], clauses: [SearchClause], orders: [SearchOrder], offset: Int, limit: Int64,
        in reader: any Reading
    ) throws -> [Trace] {
        var sql: SQL = "SELECT \(self.columns) FROM traces t WHERE t.experiment IN \(SQL.list(experiments))"
        for clause in clauses where clause.entity != .span { sql += " AND \(self.condition(clause))" }
        // What is said of spans must hold for one and the same span.
        let spans = clauses.filter { $0.entity == .span }
        if !spans.isEmpty {
            let conditions = SQL.join(spans.map(self.spanCondition), separator: " AND ")
            sql += " AND EXISTS (SELECT 1 FROM trace_spans x WHERE x.trace = t.number AND \(conditions))"
        }
        sql += " ORDER BY "
        for order in orders {
            let column = self.column(order)
            let direction = order.isAscending ? "ASC" : "DESC"
            sql += "CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END, \(column) \(raw: direction), "
        }
        sql += "t.started_at DESC, t.id LIMIT \(limit) OFFSET \(offset)"
        return try self.complete(try reader.rows(sql), in: reader)
    }

    private static func condition(_ clause: SearchClause) -> SQL {
        switch clause.entity {
        case .tag where clause.key == TraceKey.linkedPrompts:
            self.exists("trace_prompts", ComparisonStore.condition("x.prompt", clause.comparison, clause.value))
        case .tag: self.labelled("trace_tags", clause)
        case .metadata where clause.key == TraceKey.run && clause.comparison == .equal:
            // A trace is a run's when it was made within it, and when it was linked to it later.
            """
            (\(self.labelled("trace_metadata", clause))
             OR \(self.exists("trace_runs", ComparisonStore.condition("x.run", clause.comparison, clause.value))))
            """
        case .metadata: self.labelled("trace_metadata", clause)
        case .feedback, .expectation: self.assessed(clause)
        case .issue:
            self.exists(
                "assessments",
                "x.kind = 'issue' AND \(ComparisonStore.condition("x.name", clause.comparison, clause.value))")
        default:
            ComparisonStore.condition(self.attributes[clause.key] ?? "NULL", clause.comparison, clause.value)
        }
    }

    /// A tag or a key of the metadata.
    private static func labelled(_ table: SQL, _ clause: SearchClause) -> SQL {
        switch clause.comparison {
        case .isNull: "NOT \(self.exists(table, "x.key = \(clause.key)"))"
        case .isNotNull: self.exists(table, "x.key = \(clause.key)")
        default:
            self.exists(
                table,
                "x.key = \(clause.key) AND \(ComparisonStore.condition("x.value", clause.comparison, clause.value))")
        }
    }

    /// What somebody said of the trace, or of the session it belongs to: an assessment that names its session is one of
    /// every trace of that session.
    private static func assessed(_ clause: SearchClause) -> SQL {
        var condition: SQL = "x.kind = \(clause.entity.rawValue) AND x.name = \(clause.key) AND x.is_valid = 1"
        switch (clause.comparison, clause.value) {
        case (.isNull, _), (.isNotNull, _): break
        case (.less, _), (.lessOrEqual, _), (.greater, _), (.greaterOrEqual, _):
            condition += " AND \(ComparisonStore.condition("x.numeric_value", clause.comparison, clause.value))"
        case (.equal, .text(let text)):
            condition += " AND x.value IN (\(text), \(SpanValue.text(text).json))"
        case (.notEqual, .text(let text)):
            condition += " AND x.value NOT IN (\(text), \(SpanValue.text(text).json))"
        default:
            condition += " AND \(ComparisonStore.condition("x.value", clause.comparison, clause.value))"
        }
        let found: SQL = """
            (\(self.exists("assessments", condition)) OR EXISTS (
                SELECT 1 FROM trace_metadata own
                JOIN trace_metadata other ON other.key = own.key AND other.value = own.value
                JOIN traces s ON s.number = other.trace AND s.experiment = t.experiment
                JOIN assessments x ON x.trace = other.trace
                WHERE own.trace = t.number AND own.key = \(TraceKey.session) AND \(condition)
                AND x.metadata LIKE \("%\"\(TraceKey.session)\":%")))
            """
        return clause.comparison == .isNull ? "NOT \(found)" : found
    }

    private static func spanCondition(_ clause: SearchClause) -> SQL {
        let prefix = "attributes."
        guard clause.key.hasPrefix(prefix) else {
            return ComparisonStore.condition(
                self.spanColumns[clause.key] ?? "NULL", clause.comparison, clause.value)
        }
        return self.attributeCondition(String(clause.key.dropFirst(prefix.count)), clause.comparison, clause.value)
    }

    /// An attribute is JSON within the JSON of the content: `"model": "\"gpt\""`, `"tokens": "3"`. Equality looks for just
    /// that; a pattern is looked for anywhere after the name, as in MLflow.
    private static func attributeCondition(
        _ name: String, _ comparison: SearchComparison, _ value: SearchValue
    ) -> SQL {
        let key = "\(SpanValue.text(name).json): "
        func holds(_ text: String) -> SQL {
            let quoted = key + SpanValue.text(SpanValue.text(text).json).json
            let bare = key + SpanValue.text(text).json
            return "(INSTR(x.content, \(quoted)) > 0 OR INSTR(x.content, \(bare)) > 0)"
        }
        switch (comparison, value) {
        case (.equal, .text(let text)): return holds(text)
        case (.notEqual, .text(let text)): return "(INSTR(x.content, \(key)) > 0 AND NOT \(holds(text)))"
        case (.isIn, .list(let texts)): return "(\(SQL.join(texts.map(holds), separator: " OR ")))"
        case (.notIn, .list(let texts)):
            return "(INSTR(x.content, \(key)) > 0 AND NOT (\(SQL.join(texts.map(holds), separator: " OR "))))"
        case (_, .text(let pattern)):
            return ComparisonStore.condition("x.content", comparison, .text("%\"\(name)\"\(pattern)%"))
        default: return "1 = 0"
        }
    }

    private static func exists(_ table: SQL, _ condition: SQL) -> SQL {
        "EXISTS (SELECT 1 FROM \(table) x WHERE x.trace = t.number AND \(condition))"
    }

    private static func column(_ order: SearchOrder) -> SQL {
        switch order.entity {
        case .tag: "(SELECT x.value FROM trace_tags x WHERE x.trace = t.number AND x.key = \(order.key))"
        case .metadata: "(SELECT x.value FROM trace_metadata x WHERE x.trace = t.number AND x.key = \(order.key))"
        default: self.attributes[order.key] ?? "NULL"
        }
    }
}
