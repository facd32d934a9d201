import Database
import Search

// One comparison of a filter as a condition on a run `r`, and as a list of the runs it holds for.
extension RunSearchStore {
    /// A condition on the run `r`, which costs a look-up.
    static func probe(_ clause: SearchClause, key: Int64) -> SQL {
        switch clause.entity {
        case .metric:
            return """
                EXISTS (SELECT 1 FROM metric_latest m
                WHERE m.run = r.number AND m.key = \(key) AND \(self.metric(clause, "m.")))
                """
        case .parameter, .tag:
            let table = clause.entity == .tag ? "run_tags" : "run_params"
            switch clause.comparison {
            case .isNull:
                return "NOT EXISTS (SELECT 1 FROM \(raw: table) v WHERE v.run = r.number AND v.key = \(key))"
            case .isNotNull:
                return "EXISTS (SELECT 1 FROM \(raw: table) v WHERE v.run = r.number AND v.key = \(key))"
            default:
                return """
                    EXISTS (SELECT 1 FROM \(raw: table) v
                    WHERE v.run = r.number AND v.key = \(key) AND \(self.compare("v.value", clause)))
                    """
            }
        case .dataset where clause.key == "context":
            return """
                EXISTS (SELECT 1 FROM run_dataset_tags t
                WHERE t.run = r.number AND t.key = 'mlflow.data.context' AND \(self.compare("t.value", clause)))
                """
        case .dataset:
            let column = clause.key == "digest" ? "d.digest" : "d.name"
            return """
                EXISTS (SELECT 1 FROM run_datasets i JOIN tracked_datasets d ON d.number = i.dataset
                WHERE i.run = r.number AND \(self.compare(column, clause)))
                """
        default: return self.compare(self.column(clause.key), clause)
        }
    }

    /// The column of an attribute of the run `r`.
    static func column(_ attribute: String) -> String {
        switch attribute {
        case "run_id": "r.id"
        case "run_name": "r.name"
        case "user_id": "r.user_name"
        case "status": "r.status"
        case "artifact_uri": "r.artifact_uri"
        case "start_time": "r.started_at"
        case "end_time": "r.ended_at"
        default: preconditionFailure("no attribute '\(attribute)' of runs")
        }
    }

    /// A comparison of a column with the value of a clause.
    static func compare(_ column: String, _ clause: SearchClause) -> SQL {
        switch (clause.comparison, clause.value) {
        case (.like, .text(let pattern)): "\(raw: column) LIKE \(pattern)"
        case (.ilike, .text(let pattern)): "LOWER(\(raw: column)) LIKE LOWER(\(pattern))"
        case (.isIn, .list(let values)): "\(raw: column) IN \(SQL.list(values))"
        case (.notIn, .list(let values)): "\(raw: column) NOT IN \(SQL.list(values))"
        case (let comparison, .text(let value)): "\(raw: column) \(raw: self.sign(comparison)) \(value)"
        case (let comparison, .integer(let value)): "\(raw: column) \(raw: self.sign(comparison)) \(value)"
        case (let comparison, .number(let value)): "\(raw: column) \(raw: self.sign(comparison)) \(value)"
        default: preconditionFailure("\(clause.comparison.rawValue) with \(clause.value)")
        }
    }

    /// No comparison holds for what is not a number, but that it is different.
    private static func metric(_ clause: SearchClause, _ table: String) -> SQL {
        let compared = self.compare(table + "value", clause)
        return clause.comparison == .notEqual
            ? "(\(raw: table)is_nan = 1 OR \(compared))" : "\(raw: table)is_nan = 0 AND \(compared)"
    }

    private static func sign(_ comparison: SearchComparison) -> String {
        switch comparison {
        case .equal: "="
        case .notEqual: "<>"
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        default: preconditionFailure("\(comparison.rawValue) has no sign")
        }
    }

    /// Whether every value of a key has to be looked at to know where a comparison holds.
    static func isSlow(_ clause: SearchClause) -> Bool {
        guard clause.entity == .parameter || clause.entity == .tag else { return false }
        switch (clause.comparison, clause.value) {
        case (.ilike, _): return true
        case (.like, .text(let pattern)): return pattern.isEmpty || pattern.hasPrefix("%") || pattern.hasPrefix("_")
        default: return false
        }
    }

    static func isQuick(_ clause: SearchClause) -> Bool { !self.isSlow(clause) }

    /// The runs that can meet the filter, when one of these comparisons holds for few; nil when none is known to.
    static func candidates(
        _ request: Request, from isAsked: (SearchClause) -> Bool, in reader: any Reading
    ) throws -> [Int64]? {
        var found: Set<Int64>?
        for (clause, key) in request.clauses where isAsked(clause) {
            guard let source = self.source(clause, key: key, experiments: request.experiments) else { continue }
            let rows = try reader.rows("SELECT run FROM (\(source)) LIMIT \(self.rare + 1)")
            guard rows.count <= self.rare else { continue }
            let runs = Set(try rows.map { row -> Int64 in try row.get(0) })
            found = found?.intersection(runs) ?? runs
            if found?.isEmpty == true { return [] }
        }
        return found?.sorted()
    }

    /// The runs that a comparison holds for, off an index, those of other experiments among them; nil when no index knows.
    static func source(_ clause: SearchClause, key: Int64, experiments: [Int64]) -> SQL? {
        switch (clause.entity, clause.comparison) {
        case (.metric, .notEqual): return nil
        case (.metric, _):
            return """
                SELECT m.run AS run FROM metric_latest m
                WHERE m.experiment IN \(SQL.list(experiments)) AND m.key = \(key) AND \(self.metric(clause, "m."))
                """
        case (.parameter, .equal), (.parameter, .like), (.parameter, .ilike):
            return self.values("run_params", clause, key: key)
        case (.tag, .equal), (.tag, .like), (.tag, .ilike): return self.values("run_tags", clause, key: key)
        case (.attribute, .equal) where clause.key == "run_id", (.attribute, .isIn) where clause.key == "run_id":
            return "SELECT r.number AS run FROM tracked_runs r WHERE \(self.compare("r.id", clause))"
        case (.dataset, .equal) where clause.key != "context", (.dataset, .isIn) where clause.key != "context":
            let column = clause.key == "digest" ? "d.digest" : "d.name"
            return """
                SELECT i.run AS run FROM tracked_datasets d CROSS JOIN run_datasets i ON i.dataset = d.number
                WHERE d.experiment IN \(SQL.list(experiments)) AND \(self.compare(column, clause))
                """
        default: return nil
        }
    }

    /// Values that are short lie in the index; the few long ones are looked up.
    private static func values(_ table: String, _ clause: SearchClause, key: Int64) -> SQL {
        let compared = self.compare("v.value", clause)
        return """
            SELECT v.run AS run FROM \(raw: table) v WHERE v.key = \(key) AND v.is_long = 0 AND \(compared)
            UNION ALL
            SELECT v.run AS run FROM \(raw: table) v WHERE v.key = \(key) AND v.is_long = 1 AND \(compared)
            """
    }
}
