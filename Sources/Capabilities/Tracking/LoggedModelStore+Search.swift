import Contract
import Database
import Kernel
import Search

extension LoggedModelStore {
    /// Attributes by the name that a search knows them by.
    private static let attributes: [String: SQL] = [
        "name": "m.name", "model_id": "m.id", "model_type": "m.model_type", "status": "m.status",
        "source_run_id": "m.source_run", "experiment_id": "m.experiment", "creation_timestamp": "m.created_at",
        "last_updated_timestamp": "m.updated_at",
    ]

    /// Models of `experiments` for which every clause holds, in order; nulls last, then the youngest first.
    static func search(
        _ query: LoggedModelQuery, experiments: [Int64], clauses: [SearchClause], orders: [(SearchOrder, SQL?)],
        offset: Int, limit: Int, in reader: any Reading
    ) throws -> [LoggedModel] {
        var sql: SQL = """
            SELECT \(self.columns) FROM logged_models m
            WHERE m.is_deleted = 0 AND m.experiment IN \(SQL.list(experiments))
            """
        let scope = self.scope(query.datasets)
        for clause in clauses { sql += " AND \(self.condition(clause, scope))" }
        if let scope, !clauses.contains(where: { $0.entity == .metric }) {
            sql += " AND EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model = m.number AND \(scope))"
        }
        sql += " ORDER BY "
        for (order, datasets) in orders {
            let column = self.column(order, datasets)
            let direction = order.isAscending ? "ASC" : "DESC"
            sql += "CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END, \(column) \(raw: direction), "
        }
        sql += "m.created_at DESC, m.id LIMIT \(limit) OFFSET \(offset)"
        return try self.complete(try reader.rows(sql), in: reader)
    }

    /// That a metric `x` was measured on one of `datasets`; nil for any.
    static func scope(_ datasets: [LoggedModelQuery.DatasetScope]) -> SQL? {
        guard !datasets.isEmpty else { return nil }
        let alternatives = datasets.map { dataset -> SQL in
            guard let digest = dataset.digest else { return "x.dataset_name = \(dataset.name)" }
            return "(x.dataset_name = \(dataset.name) AND x.dataset_digest = \(digest))"
        }
        return "(\(SQL.join(alternatives, separator: " OR ")))"
    }

    private static func condition(_ clause: SearchClause, _ scope: SQL?) -> SQL {
        let table: SQL
        switch clause.entity {
        case .metric:
            let value = ComparisonStore.condition("x.value", clause.comparison, clause.value)
            let scoped: SQL = scope.map { "\(value) AND \($0)" } ?? value
            return """
                EXISTS (SELECT 1 FROM logged_model_metrics x
                        WHERE x.model = m.number AND x.name = \(clause.key) AND \(scoped))
                """
        case .parameter: table = "logged_model_params"
        case .tag: table = "logged_model_tags"
        default:
            return ComparisonStore.condition(
                self.attributes[clause.key] ?? "NULL", clause.comparison, clause.value)
        }
        return """
            EXISTS (SELECT 1 FROM \(table) x WHERE x.model = m.number AND x.key = \(clause.key)
                    AND \(ComparisonStore.condition("x.value", clause.comparison, clause.value)))
            """
    }

    /// An attribute, or the latest value of a metric.
    private static func column(_ order: SearchOrder, _ scope: SQL?) -> SQL {
        guard order.entity == .metric else { return self.attributes[order.key] ?? "NULL" }
        let scoped: SQL = scope.map { " AND \($0)" } ?? ""
        return """
            (SELECT x.value FROM logged_model_metrics x WHERE x.model = m.number AND x.name = \(order.key)\(scoped)
             ORDER BY x.at DESC, x.step DESC, x.run LIMIT 1)
            """
    }
}
