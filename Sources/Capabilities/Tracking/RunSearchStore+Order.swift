import Contract
import Database
import Search

// Pages of runs in their order, and the place after which the next one begins.
extension RunSearchStore {
    private typealias Sort = SearchPlaceStore.Sort

    /// Newest first, then by id: what runs that are alike are sorted by.
    private static let ties = [Sort("r.started_at", isAscending: false), Sort("r.id")]

    // MARK: Walks

    /// Runs by their start or by one metric, off the index that is in this order.
    ///
    /// - Parameter glance: how many runs are probed at most; the page is what is found among them. Nil for no bound. Only for a
    ///   search of one experiment and stage.
    static func walk(_ request: Request, among glance: Int? = nil, in reader: any Reading) throws -> [Found] {
        if let metric = request.metric { return try self.walk(request, metric, among: glance, in: reader) }
        let place = SearchPlaceStore(
            [Sort("r.started_at", isAscending: request.startIsAscending ?? false), Sort("r.id")])
        let walk = Walk(
            place: place, conditions: self.conditions(request), after: request.after, limit: request.limit,
            glance: glance)
        return try self.byStart(request, walk, in: reader).map { row in
            Found(run: try row.get(0), place: PageToken(place.token(of: row, from: 1)))
        }
    }

    /// What one statement walks: from where on, for which runs, how far.
    private struct Walk {
        var place: SearchPlaceStore
        var conditions: [SQL]
        var after: [PageToken.Value]?
        var limit: Int
        var glance: Int?

        /// The statement over `source`, which has runs `r`.
        ///
        /// - Parameters:
        ///   - columns: what is selected besides the number, the start and the id.
        ///   - scope: what the index is entered by.
        func statement(_ source: SQL, columns: SQL = "", scope: [SQL]) -> SQL {
            let entered = scope + self.place.after(self.after)
            guard let glance else {
                return """
                    SELECT r.number AS number, \(columns)r.started_at AS started_at, r.id AS id FROM \(source)
                    WHERE \(SQL.join(entered + self.conditions, separator: " AND "))
                    ORDER BY \(self.place.order) LIMIT \(self.limit)
                    """
            }
            let order = self.place.order.text.replacing("m.value", with: "r.value")
            return """
                SELECT r.number, \(raw: columns.text.isEmpty ? "" : "r.value, ")r.started_at, r.id FROM (
                    SELECT \(columns)r.* FROM \(source) WHERE \(SQL.join(entered, separator: " AND "))
                    ORDER BY \(self.place.order) LIMIT \(glance)
                ) r WHERE \(SQL.join(self.conditions, separator: " AND ")) ORDER BY \(raw: order) LIMIT \(self.limit)
                """
        }
    }

    /// Runs by one metric: those with a number, those with what is not one, those without.
    private static func walk(
        _ request: Request, _ metric: (key: Int64, isAscending: Bool), among glance: Int?, in reader: any Reading
    ) throws -> [Found] {
        let place = SearchPlaceStore([Sort("m.value", isAscending: metric.isAscending)] + self.ties)
        var start: Int64 = 0
        if case .integer(let segment)? = request.after?.first { start = segment }
        var found: [Found] = []
        for segment in max(0, start)...max(2, start) where found.count < request.limit {
            var walk = Walk(
                place: place, conditions: self.conditions(request), limit: request.limit - found.count, glance: glance)
            if segment == start { walk.after = request.after.map { Array($0.dropFirst()) } }
            let rows =
                segment < 2
                ? try self.byMetric(request, metric.key, segment, walk, in: reader)
                : try self.withoutMetric(request, metric.key, walk, in: reader)
            for row in rows {
                let values = [PageToken.Value.integer(segment)] + place.token(of: row, from: 1)
                found.append(Found(run: try row.get(0), place: PageToken(values)))
            }
            if glance != nil { break }
        }
        return found
    }

    private static func byMetric(
        _ request: Request, _ key: Int64, _ segment: Int64, _ walk: Walk, in reader: any Reading
    ) throws -> [Row] {
        let branches = request.experiments.map { experiment in
            walk.statement(
                "metric_latest m CROSS JOIN tracked_runs r ON r.number = m.run", columns: "m.value AS value, ",
                scope: [
                    "m.experiment = \(experiment)", "m.key = \(key)", "m.is_nan = \(segment)",
                    "r.lifecycle IN \(SQL.list(request.stages.map(\.rawValue)))",
                ])
        }
        let direction = walk.place.sorts[0].isAscending ? "" : " DESC"
        return try reader.rows(self.merged(branches, "value\(direction), started_at DESC, id", limit: walk.limit))
    }

    private static func withoutMetric(
        _ request: Request, _ key: Int64, _ walk: Walk, in reader: any Reading
    ) throws -> [Row] {
        var walk = walk
        walk.place = SearchPlaceStore(self.ties)
        walk.conditions.append("NOT EXISTS (SELECT 1 FROM metric_latest m WHERE m.run = r.number AND m.key = \(key))")
        walk.after = walk.after.map { Array($0.dropFirst()) }
        return try self.byStart(request, walk, columns: "NULL AS value, ", in: reader)
    }

    private static func byStart(
        _ request: Request, _ walk: Walk, columns: SQL = "", in reader: any Reading
    ) throws -> [Row] {
        let branches = request.experiments.flatMap { experiment in
            request.stages.map { stage in
                walk.statement(
                    "tracked_runs r", columns: columns,
                    scope: ["r.experiment = \(experiment)", "r.lifecycle = \(stage.rawValue)"])
            }
        }
        let direction = walk.place.sorts[0].isAscending ? "" : " DESC"
        return try reader.rows(self.merged(branches, "started_at\(direction), id", limit: walk.limit))
    }

    /// The best of several walks.
    private static func merged(_ branches: [SQL], _ order: String, limit: Int) -> SQL {
        if branches.count == 1 { return branches[0] }
        let union = SQL.join(branches.map { "SELECT * FROM (\($0))" }, separator: " UNION ALL ")
        return "\(union) ORDER BY \(raw: order) LIMIT \(limit)"
    }

    // MARK: Sorts

    /// Runs in any order.
    ///
    /// - Parameter candidates: the numbers of the runs to look at; nil for every run of the experiments.
    static func sorted(_ request: Request, among candidates: [Int64]?, in reader: any Reading) throws -> [Found] {
        var columns: [SQL] = []
        var sorts: [Sort] = []
        for (index, (order, key)) in request.orders.enumerated() {
            let (rank, value) = self.expressions(order, key: key)
            columns.append("\(rank) AS rank_\(raw: String(index)), \(value) AS value_\(raw: String(index))")
            sorts.append(Sort("rank_\(index)"))
            sorts.append(Sort("value_\(index)", isAscending: order.isAscending))
        }
        let namesStart = request.orders.contains { $0.order.entity == .attribute && $0.order.key == "start_time" }
        if !namesStart { sorts.append(Sort("started_at", isAscending: false)) }
        sorts.append(Sort("id"))
        var scope: [SQL] = ["r.lifecycle IN \(SQL.list(request.stages.map(\.rawValue)))"]
        if let candidates {
            // The plus keeps the index of experiments out of it: the runs are few, and read by number.
            scope += ["r.number IN \(SQL.list(candidates))", "+r.experiment IN \(SQL.list(request.experiments))"]
        } else {
            scope.append("r.experiment IN \(SQL.list(request.experiments))")
        }
        scope += self.conditions(request)
        let selected: SQL = SQL.join(
            ["r.number AS number", "r.started_at AS started_at", "r.id AS id"] + columns, separator: ", ")
        let place = SearchPlaceStore(sorts)
        let after = place.after(request.after)
        let outer: SQL = after.isEmpty ? "" : " WHERE \(SQL.join(after, separator: " AND "))"
        let rows = try reader.rows(
            """
            SELECT number, \(raw: sorts.map(\.expression).joined(separator: ", ")) FROM (
                SELECT \(selected) FROM tracked_runs r WHERE \(SQL.join(scope, separator: " AND "))
            ) s\(outer) ORDER BY \(place.order) LIMIT \(request.limit)
            """)
        return try rows.map { row in
            Found(run: try row.get(0), place: PageToken(place.token(of: row, from: 1)))
        }
    }

    /// Where a run stands by one term: 0 with a value, 1 with what is not a number, 2 without; then by which value.
    private static func expressions(_ order: SearchOrder, key: Int64) -> (rank: SQL, value: SQL) {
        switch order.entity {
        case .metric:
            let row: SQL = "FROM metric_latest m WHERE m.run = r.number AND m.key = \(key)"
            return ("COALESCE((SELECT m.is_nan \(row)), 2)", "(SELECT m.value \(row))")
        case .parameter, .tag:
            let table = order.entity == .tag ? "run_tags" : "run_params"
            let row: SQL = "FROM \(raw: table) v WHERE v.run = r.number AND v.key = \(key)"
            return ("COALESCE((SELECT 0 \(row)), 2)", "(SELECT v.value \(row))")
        default:
            let column = self.column(order.key)
            return ("CASE WHEN \(raw: column) IS NULL THEN 2 ELSE 0 END", "\(raw: column)")
        }
    }
}
