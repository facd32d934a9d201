import Contract
import Database
import Search

// Searches: each clause of a filter is a condition on the row, or on the row of a tag.
extension ModelStore {
    /// One more than `limit`, when there are.
    static func names(
        _ clauses: [SearchClause], _ orders: [SearchOrder], _ search: ModelSearch, in reader: any Reading
    ) throws -> [String] {
        var conditions = self.conditions(clauses, columns: ["name": "m.name"]) { key, tests in
            "EXISTS (SELECT 1 FROM model_tags t WHERE t.model = m.name AND t.key = \(key) AND \(tests))"
        }
        if !self.asksForPrompts(clauses) {
            conditions.append(
                """
                m.name NOT IN (SELECT p.model FROM model_tags p WHERE p.key = \(PromptTag.isPrompt) AND p.value = 'true')
                """)
        }
        let order = self.order(
            orders, columns: ["name": "m.name", "last_updated_timestamp": "m.updated_at"], last: ["name": "m.name"])
        return try reader.rows(
            """
            SELECT m.name FROM models m WHERE \(SQL.join(conditions, separator: " AND ")) ORDER BY \(order)
            LIMIT \(search.limit + 1) OFFSET \(search.offset)
            """
        ).map { try $0.get(0) }
    }

    /// One more than `limit`, when there are.
    static func versions(
        _ clauses: [SearchClause], _ orders: [SearchOrder], _ search: ModelSearch, in reader: any Reading
    ) throws -> [ModelVersion] {
        var conditions = self.conditions(
            clauses,
            columns: [
                "name": "v.model", "version_number": "v.version", "run_id": "v.run_name", "source_path": "v.source",
            ]
        ) { key, tests in
            """
            EXISTS (SELECT 1 FROM model_version_tags t
                    WHERE t.model = v.model AND t.version = v.version AND t.key = \(key) AND \(tests))
            """
        }
        if !self.asksForPrompts(clauses) {
            conditions.append(
                """
                v.model NOT IN (SELECT p.model FROM model_version_tags p
                                WHERE p.key = \(PromptTag.isPrompt) AND p.value = 'true')
                """)
        }
        let columns: [String: SQL] = [
            "name": "v.model", "version_number": "v.version", "creation_timestamp": "v.created_at",
            "last_updated_timestamp": "v.updated_at",
        ]
        let newest = SearchOrder(.attribute, "last_updated_timestamp", isAscending: false)
        let order = self.order(
            orders.isEmpty ? [newest] : orders, columns: columns,
            last: ["name": "v.model", "version_number": "v.version DESC"])
        return try reader.rows(
            """
            SELECT \(self.versionColumns) FROM model_versions v WHERE \(SQL.join(conditions, separator: " AND "))
            ORDER BY \(order) LIMIT \(search.limit + 1) OFFSET \(search.offset)
            """
        ).map { try self.decodeVersion($0, in: reader) }
    }

    // MARK: Parts

    /// A condition for each attribute and one for each tag that clauses name: all that is said of one tag holds of one row.
    private static func conditions(
        _ clauses: [SearchClause], columns: [String: SQL], tag: (String, SQL) -> SQL
    ) -> [SQL] {
        var conditions: [SQL] = ["1 = 1"]
        var tags: [String: [SQL]] = [:]
        let areModels = !self.asksForPrompts(clauses)
        for clause in clauses {
            if clause.entity == .attribute, let column = columns[clause.key] {
                conditions.append(self.condition(clause, column))
            } else if clause.entity == .tag, !(areModels && clause.key == PromptTag.isPrompt) {
                tags[clause.key, default: []].append(self.condition(clause, "t.value"))
            }
        }
        for (key, tests) in tags.sorted(by: { $0.key < $1.key }) {
            conditions.append(tag(key, SQL.join(tests, separator: " AND ")))
        }
        return conditions
    }

    /// `LIKE` minds the case of letters on every connection of the house.
    private static func condition(_ clause: SearchClause, _ column: SQL) -> SQL {
        switch (clause.comparison, clause.value) {
        case (.isIn, .list(let values)): "\(column) IN \(SQL.list(values))"
        case (.notIn, .list(let values)): "\(column) NOT IN \(SQL.list(values))"
        case (.ilike, .text(let pattern)): "LOWER(\(column)) LIKE LOWER(\(pattern))"
        case (.like, .text(let pattern)): "\(column) LIKE \(pattern)"
        case (.notEqual, .text(let value)): "\(column) <> \(value)"
        case (.notEqual, .integer(let value)): "\(column) <> \(value)"
        case (let comparison, .text(let value)): "\(column) \(raw: comparison.rawValue) \(value)"
        case (let comparison, .integer(let value)): "\(column) \(raw: comparison.rawValue) \(value)"
        case (let comparison, .number(let value)): "\(column) \(raw: comparison.rawValue) \(value)"
        default: "1 = 0"
        }
    }

    private static func order(_ orders: [SearchOrder], columns: [String: SQL], last: KeyValuePairs<String, SQL>) -> SQL {
        var terms: [SQL] = orders.compactMap { order in
            columns[order.key].map { "\($0) \(raw: order.isAscending ? "ASC" : "DESC")" }
        }
        for (key, term) in last where !orders.contains(where: { $0.key == key }) { terms.append(term) }
        return SQL.join(terms, separator: ", ")
    }

    /// The first clause about the tag decides, as in MLflow's server.
    private static func asksForPrompts(_ clauses: [SearchClause]) -> Bool {
        guard let clause = clauses.first(where: { $0.entity == .tag && $0.key == PromptTag.isPrompt }),
            case .text(let value) = clause.value
        else { return false }
        let isTrue = value.lowercased() == "true"
        return clause.comparison == .equal && isTrue || clause.comparison == .notEqual && value.lowercased() == "false"
    }
}
