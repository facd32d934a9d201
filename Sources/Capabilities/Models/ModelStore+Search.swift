import Contract
import Database
import Search

// Searches: each clause of a filter is a condition on the row, or on the row of a tag.
extension ModelStore {
    static func models(
        _ clauses: [SearchClause], _ orders: [SearchOrder], after place: PageToken?, limit: Int, in reader: any Reading
    ) throws -> [FoundRow<ModelDetails>] {
        var conditions = self.conditions(clauses, columns: ["name": "m.name"]) { key, tests in
            "EXISTS (SELECT 1 FROM model_tags t WHERE t.model = m.name AND t.key = \(key) AND \(tests))"
        }
        if !self.asksForPrompts(clauses) {
            conditions.append(
                """
                m.name NOT IN (SELECT p.model FROM model_tags p WHERE p.key = \(PromptTag.isPrompt) AND p.value = 'true')
                """)
        }
        let sorts = self.sorts(
            orders, columns: ["name": "m.name", "last_updated_timestamp": "m.updated_at"],
            last: [.init("name", "m.name")])
        if let place { conditions.append(try self.isAfter(place, sorts)) }
        return try reader.rows(
            """
            SELECT \(self.modelColumns), \(SQL.join(sorts.map(\.column), separator: ", "))
            FROM models m WHERE \(SQL.join(conditions, separator: " AND "))
            ORDER BY \(SQL.join(sorts.map(\.term), separator: ", ")) LIMIT \(limit)
            """
        ).map { row in
            let model = try self.decodeModel(row, in: reader)
            let details = ModelDetails(model: model, latest: try self.latest(of: model.name, in: reader))
            return FoundRow(item: details, place: self.place(row, sorts.count))
        }
    }

    static func versions(
        _ clauses: [SearchClause], _ orders: [SearchOrder], after place: PageToken?, limit: Int, in reader: any Reading
    ) throws -> [FoundRow<ModelVersion>] {
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
        let newest = SearchOrder(.attribute, "last_updated_timestamp", isAscending: false)
        let sorts = self.sorts(
            orders.isEmpty ? [newest] : orders,
            columns: [
                "name": "v.model", "version_number": "v.version", "creation_timestamp": "v.created_at",
                "last_updated_timestamp": "v.updated_at",
            ],
            last: [.init("name", "v.model"), .init("version_number", "v.version", isAscending: false)])
        if let place { conditions.append(try self.isAfter(place, sorts)) }
        return try reader.rows(
            """
            SELECT \(self.versionColumns), \(SQL.join(sorts.map(\.column), separator: ", "))
            FROM model_versions v WHERE \(SQL.join(conditions, separator: " AND "))
            ORDER BY \(SQL.join(sorts.map(\.term), separator: ", ")) LIMIT \(limit)
            """
        ).map { row in
            FoundRow(item: try self.decodeVersion(row, in: reader), place: self.place(row, sorts.count))
        }
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

    /// A column by which a search is ordered; none of them is ever NULL.
    private struct Sort {
        var key: String
        var column: SQL
        var isAscending: Bool

        init(_ key: String, _ column: SQL, isAscending: Bool = true) {
            self.key = key
            self.column = column
            self.isAscending = isAscending
        }

        var term: SQL { "\(self.column) \(raw: self.isAscending ? "ASC" : "DESC")" }
    }

    /// What was asked for, then what makes every place another.
    private static func sorts(_ orders: [SearchOrder], columns: [String: SQL], last: [Sort]) -> [Sort] {
        let asked = orders.compactMap { order in
            columns[order.key].map { Sort(order.key, $0, isAscending: order.isAscending) }
        }
        return asked + last.filter { sort in !asked.contains { $0.key == sort.key } }
    }

    /// Whether a row comes after a place: greater in the first column in which it differs.
    private static func isAfter(_ place: PageToken, _ sorts: [Sort]) throws(SearchError) -> SQL {
        guard place.values.count == sorts.count else {
            throw .invalidPageToken("Invalid page token: it is of another search. Leave it out to begin anew.")
        }
        var steps: [SQL] = []
        var equal: SQL = ""
        for (sort, value) in zip(sorts, place.values) {
            let bound: SQL
            switch value {
            case .integer(let number): bound = "\(number)"
            case .text(let text): bound = "\(text)"
            case .number, .null:
                throw .invalidPageToken("Invalid page token: it is of another search. Leave it out to begin anew.")
            }
            steps.append("(\(equal)\(sort.column) \(raw: sort.isAscending ? ">" : "<") \(bound))")
            equal += "\(sort.column) = \(bound) AND "
        }
        return "(\(SQL.join(steps, separator: " OR ")))"
    }

    /// The last `count` columns.
    private static func place(_ row: Row, _ count: Int) -> PageToken {
        PageToken(
            (row.count - count..<row.count).map { index in
                switch row[index] {
                case .integer(let number): .integer(number)
                case .text(let text): .text(text)
                default: .null
                }
            })
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
