import Contract
import Database
import Kernel
import Search
import Testing

@testable import Tracking

/// Searches of runs against a second, plain way to do the same.
@Suite("the search of runs")
struct RunSearchTests {
    @Test(
        "random searches find what a plain evaluation finds, in its order and page by page",
        arguments: 0..<6 as Range<UInt64>)
    func random(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let world = try await RunSearchWorld(seed: seed, count: 90)
        for round in 0..<60 {
            let filter = Self.filter(&random)
            let orderBy = Self.orders(&random)
            let view = LifecycleView.allCases.randomElement(using: &random) ?? .all
            let experiments: [Int64] = [[0, 1, 7], [0], [1, 7, 99], [7]].randomElement(using: &random) ?? [0]
            let limit = Int.random(in: 1...40, using: &random)
            func query(_ token: String?) throws -> RunQuery {
                try RunQuery(
                    experiments: experiments, filter: filter, orderBy: orderBy, view: view, limit: limit,
                    pageToken: token)
            }
            let expected = world.expected(try query(nil))
            var found: [TrackedRun] = []
            var token: String?
            repeat {
                let page = try await world.search.page(try query(token))
                #expect(page.runs.count <= limit)
                found += page.runs
                token = page.next
            } while token != nil
            #expect(
                found.map(\.id) == expected.map(\.id),
                "seed \(seed) round \(round): \(filter) order \(orderBy) of \(experiments) \(view)")
        }
    }

    @Test("a run is found whole")
    func whole() async throws {
        let world = try await RunSearchWorld(seed: 3, count: 40)
        let page = try await world.search.page(try RunQuery(experiments: [0, 1, 7], view: .all))
        #expect(page.runs.count == 40 && page.next == nil)
        for run in page.runs {
            let original = try #require(world.runs.first { $0.id == run.id })
            #expect(Set(run.parameters) == Set(original.parameters))
            #expect(Set(run.tags) == Set(original.tags))
            #expect(run.datasetInputs == original.datasetInputs)
            #expect(run.metrics.map(\.name).sorted() == original.metrics.map(\.name).sorted())
            #expect(run.artifactURI == original.artifactURI && run.endedAt == original.endedAt)
        }
    }

    @Test("no experiment, an unknown one and an unknown name find nothing")
    func nothing() async throws {
        let world = try await RunSearchWorld(seed: 4, count: 10)
        let filters: [(experiments: [Int64], filter: String?)] = [
            ([], nil), ([5], nil), ([0, 1, 7], "metrics.never > 0"), ([0, 1, 7], "tags.`1' OR '1'='1` = 'x'"),
            ([0, 1, 7], "params.a = 'x'' OR 1=1 --'"),
        ]
        for (experiments, filter) in filters {
            let page = try await world.search.page(try RunQuery(experiments: experiments, filter: filter, view: .all))
            #expect(page.runs.isEmpty && page.next == nil)
        }
    }

    @Test("a page token is bound to its filter, order, view and experiments")
    func bound() async throws {
        let world = try await RunSearchWorld(seed: 5, count: 30)
        let first = try RunQuery(
            experiments: [0, 1, 7], filter: "tags.a != 'zz'", orderBy: ["metrics.a"], view: .all, limit: 2)
        let token = try #require(try await world.search.page(first).next)
        #expect(throws: SearchError.self) {
            try RunQuery(
                experiments: [0], filter: "tags.a != 'zz'", orderBy: ["metrics.a"], view: .all, pageToken: token)
        }
        #expect(throws: SearchError.self) {
            try RunQuery(
                experiments: [0, 1, 7], filter: "tags.a != 'z'", orderBy: ["metrics.a"], view: .all, pageToken: token)
        }
        #expect(throws: SearchError.self) {
            try RunQuery(
                experiments: [0, 1, 7], filter: "tags.a != 'zz'", orderBy: ["metrics.a DESC"], view: .all,
                pageToken: token)
        }
        #expect(throws: SearchError.self) {
            try RunQuery(experiments: [0, 1, 7], filter: "tags.a != 'zz'", orderBy: ["metrics.a"], pageToken: token)
        }
        _ = try RunQuery(
            experiments: [7, 1, 0], filter: "tags.a != 'zz'", orderBy: ["metrics.a"], view: .all, pageToken: token)
    }

    // MARK: Plans

    /// Records how SQLite will run each statement.
    private final class PlanReader: Reading {
        let reader: any Reading
        var steps: [String] = []
        init(_ reader: any Reading) { self.reader = reader }
        func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
            for row in try self.reader.rows("EXPLAIN QUERY PLAN \(sql)") { self.steps.append(try row.get(3)) }
            return try self.reader.rows(sql)
        }
    }

    private func plan(_ filter: String?, _ orderBy: [String] = [], in world: RunSearchWorld) async throws -> [String] {
        let query = try RunQuery(experiments: [0], filter: filter, orderBy: orderBy)
        return try await world.database.read { reader in
            let plans = PlanReader(reader)
            _ = try RunSearchStore.page(query, in: plans)
            return plans.steps.filter { !$0.contains("tracking_keys") }
        }
    }

    @Test("each form of search goes through the indexes that were made for it")
    func plans() async throws {
        let world = try await RunSearchWorld(seed: 6, count: 20)
        #expect(
            try await self.plan(nil, in: world) == [
                "SEARCH r USING COVERING INDEX tracked_runs_by_start (experiment=? AND lifecycle=?)"
            ])
        let metric = try await self.plan(nil, ["metrics.a DESC"], in: world)
        #expect(
            metric.prefix(2) == [
                "SEARCH m USING COVERING INDEX metric_latest_by_value (experiment=? AND key=? AND is_nan=?)",
                "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
            ])
        let like = try await self.plan("tags.a LIKE '%x%'", in: world)
        #expect(like.contains("SEARCH v USING COVERING INDEX run_tags_by_value (key=?)"))
        let prefix = try await self.plan("tags.a LIKE 'x%'", in: world)
        #expect(prefix.contains("SEARCH v USING COVERING INDEX run_tags_by_value (key=? AND value>? AND value<?)"))
        let equal = try await self.plan("params.a = 'x'", ["params.b"], in: world)
        #expect(equal.contains("SEARCH v USING COVERING INDEX run_params_by_value (key=? AND value=?)"))
        #expect(equal.contains("SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"))
        // The first runs of the order are read off their index before all values of the key are.
        #expect(like.contains("SEARCH r USING INDEX tracked_runs_by_start (experiment=? AND lifecycle=?)"))
        for steps in [metric, like, prefix, equal] {
            #expect(
                !steps.contains { $0.hasPrefix("SCAN m") || $0.hasPrefix("SCAN v") || $0.hasPrefix("SCAN tracked") })
        }
    }

    // MARK: Random searches

    private static func filter(_ random: inout SeededRandom) -> String {
        let clauses = (0..<Int.random(in: 0...3, using: &random)).map { _ in self.clause(&random) }
        return clauses.joined(separator: " AND ")
    }

    private static func clause(_ random: inout SeededRandom) -> String {
        func some<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random) ?? values[0] }
        func text() -> String {
            "'" + some(RunSearchWorld.texts + ["x%", "_", "%Y%", "%", "A_B", "nothing"]).replacing("'", with: "''")
                + "'"
        }
        let key = "`" + some(RunSearchWorld.keys + ["never"]) + "`"
        let sign = some(["=", "!=", "<", "<=", ">", ">="])
        let pattern = some(["=", "!=", "LIKE", "ILIKE"])
        switch Int.random(in: 0...8, using: &random) {
        case 0, 1: return "metrics.\(key) \(sign) \(some(["0", "0.5", "1", "-1", "2.5", "1e300"]))"
        case 2: return "params.\(key) \(pattern) \(text())"
        case 3: return "tags.\(key) \(pattern) \(text())"
        case 4: return "\(some(["tags", "params"])).\(key) IS \(some(["", "NOT "]))NULL"
        case 5: return "\(some(["start_time", "end_time"])) \(sign) \(some(["6", "9", "7.5"]))"
        case 6:
            return
                "\(some(["status", "user_id", "run_name", "artifact_uri"])) \(pattern) \(some(["'FINISHED'", "'ada'", "'x%'", "'%1'", text()]))"
        case 7:
            return
                "dataset.\(some(["name", "digest", "context"])) \(some(["IN ('x', 'd1')", "NOT IN ('x', 'd1')", "= 'x'", "!= 'd1'", "LIKE 'x%'", "ILIKE 'TRAIN'"]))"
        default: return "run_id \(some(["LIKE '0%'", "NOT IN ('0')", "!= '1'", "IN ('0', '1')"]))"
        }
    }

    private static func orders(_ random: inout SeededRandom) -> [String] {
        func some<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random) ?? values[0] }
        var fields = ["start_time", "end_time", "status", "run_id", "user_id", "run_name"]
        for key in RunSearchWorld.keys + ["never"] {
            fields += ["metrics.`\(key)`", "params.`\(key)`", "tags.`\(key)`", "metrics.`\(key)`"]
        }
        fields.shuffle(using: &random)
        var chosen: [String] = []
        for field in fields.prefix(Int.random(in: 0...2, using: &random))
        where !chosen.contains(where: { $0.hasPrefix(field) }) {
            chosen.append(field + some(["", " ASC", " DESC"]))
        }
        return chosen
    }
}
