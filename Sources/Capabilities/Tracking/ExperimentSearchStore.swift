import Contract
import Database
import Search

/// Searches of experiments as SQL: some thousands of rows, sorted.
enum ExperimentSearchStore {
    /// An experiment on a page, and its place in the order.
    struct Found: Sendable {
        let experiment: Experiment
        let place: PageToken
    }

    /// The experiments of a page and at most one more, in order, with their tags.
    ///
    /// - Throws: `TrackingError` for an experiment's number that is none.
    static func page(_ query: ExperimentQuery, in reader: any Reading) throws -> [Found] {
        let place = SearchPlaceStore(
            query.orders.map { SearchPlaceStore.Sort(self.column($0.key), isAscending: $0.isAscending) })
        var scope: [SQL] = ["e.lifecycle IN \(SQL.list(query.view.stages.map(\.rawValue)))"]
        for clause in query.clauses { scope.append(try self.condition(clause)) }
        scope += place.after(query.after?.values)
        let sorted = SQL(raw: place.sorts.map(\.expression).joined(separator: ", "))
        let rows = try reader.rows(
            """
            SELECT e.id, e.name, e.artifact_location, e.lifecycle, e.created_at, e.updated_at, \(sorted)
            FROM experiments e WHERE \(SQL.join(scope, separator: " AND "))
            ORDER BY \(place.order) LIMIT \(query.limit + 1)
            """)
        let tags = try self.tags(of: rows.map { try $0.get(0) }, in: reader)
        return try rows.map { row in
            let id: Int64 = try row.get(0)
            let experiment = Experiment(
                id: id, name: try row.get(1), artifactLocation: try row.get(2), lifecycle: try row.get(3),
                createdAt: try row.get(4), updatedAt: try row.get(5), tags: tags[id] ?? [])
            return Found(experiment: experiment, place: PageToken(place.token(of: row, from: 6)))
        }
    }

    private static func column(_ attribute: String) -> String {
        switch attribute {
        case "name": "e.name"
        case "experiment_id": "e.id"
        case "creation_time": "e.created_at"
        case "last_update_time": "e.updated_at"
        default: preconditionFailure("no attribute '\(attribute)' of experiments")
        }
    }

    private static func condition(_ clause: SearchClause) throws -> SQL {
        guard clause.entity == .attribute else {
            let row: SQL = "SELECT 1 FROM experiment_tags t WHERE t.experiment = e.id AND t.key = \(clause.key)"
            switch clause.comparison {
            case .isNull: return "NOT EXISTS (\(row))"
            case .isNotNull: return "EXISTS (\(row))"
            default: return "EXISTS (\(row) AND \(RunSearchStore.compare("t.value", clause)))"
            }
        }
        guard clause.key == "experiment_id" else { return RunSearchStore.compare(self.column(clause.key), clause) }
        switch clause.value {
        case .text(let text):
            let sign = clause.comparison == .equal ? "=" : "<>"
            return "e.id \(raw: sign) \(try Experiments.id(text))"
        case .list(let texts):
            let sign = clause.comparison == .isIn ? "IN" : "NOT IN"
            return "e.id \(raw: sign) \(SQL.list(try texts.map { try Experiments.id($0) }))"
        default: preconditionFailure("an experiment's number is compared with text")
        }
    }

    private static func tags(of experiments: [Int64], in reader: any Reading) throws -> [Int64: [KeyValue]] {
        var found: [Int64: [KeyValue]] = [:]
        var rest = experiments[...]
        while !rest.isEmpty {
            let some = rest.prefix(512)
            rest = rest.dropFirst(512)
            for row in try reader.rows(
                """
                SELECT experiment, key, value FROM experiment_tags
                WHERE experiment IN \(SQL.list(some)) ORDER BY experiment, key
                """)
            {
                let tag = KeyValue(key: try row.get(1), value: try row.get(2))
                found[try row.get(0), default: []].append(tag)
            }
        }
        return found
    }
}
