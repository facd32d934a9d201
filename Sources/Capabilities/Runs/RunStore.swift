import Contract
import Database
import Kernel

/// The rows of runs.
enum RunStore {
    static let migrations = [
        Migration(
            id: "runs-0001",
            statements: [
                """
                CREATE TABLE runs (
                    id TEXT PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL,
                    holder_role TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, spec TEXT NOT NULL,
                    parameters TEXT NOT NULL, source TEXT, inputs TEXT NOT NULL, residency TEXT NOT NULL,
                    output_residency TEXT NOT NULL, environment TEXT, pipeline_run TEXT, node TEXT, endpoint TEXT, url TEXT,
                    attempt BIGINT NOT NULL, exit_code BIGINT, outputs TEXT, submitted_at BIGINT NOT NULL, started_at BIGINT,
                    ended_at BIGINT, cost BIGINT NOT NULL, failures BIGINT NOT NULL, stop_ordered BIGINT NOT NULL,
                    not_before BIGINT NOT NULL, waits BIGINT NOT NULL, avoid TEXT NOT NULL, revision TEXT,
                    cache_key TEXT NOT NULL, idempotency_key TEXT, input_trees TEXT NOT NULL, egress_posted BIGINT NOT NULL)
                """,
                "CREATE INDEX runs_by_status ON runs (status, id, environment, kind, waits)",
                "CREATE INDEX runs_by_project ON runs (project, name, id)",
                "CREATE INDEX runs_by_pipeline ON runs (pipeline_run) WHERE pipeline_run IS NOT NULL",
                "CREATE INDEX runs_by_endpoint ON runs (endpoint) WHERE endpoint IS NOT NULL",
                "CREATE INDEX runs_by_cache_key ON runs (cache_key) WHERE status = 'succeeded'",
                "CREATE UNIQUE INDEX runs_by_idempotency_key ON runs (project, idempotency_key) WHERE idempotency_key IS NOT NULL",
            ]),
        Migration(id: "runs-0004", statements: ["ALTER TABLE runs ADD COLUMN planned TEXT"]),
        Migration(
            id: "runs-0005", statements: ["ALTER TABLE runs ADD COLUMN egress_unpriced BIGINT NOT NULL DEFAULT 0"]),
    ]

    /// The runs of a sweep or of an endpoint share one step.
    static let steps = WireMemo<StepSpec>(limit: 512)

    static let columns: SQL = """
        id, project, name, holder, kind, status, reason, spec, parameters, source, inputs, residency, output_residency,
        environment, pipeline_run, node, endpoint, url, attempt, exit_code, outputs, submitted_at, started_at, ended_at, cost,
        holder_role, failures, stop_ordered, not_before, waits, avoid, revision, cache_key, idempotency_key, input_trees,
        egress_posted, planned, egress_unpriced
        """

    static func decode(_ row: Row) throws -> RunRow {
        let run = Run(
            id: try row.get(0), project: try row.get(1), name: try row.get(2), user: try row.get(3),
            kind: try row.get(4),
            status: try row.get(5), reason: try row.get(6), step: try self.steps.value(text: try row.get(7)),
            parameters: try self.small(try row.get(8)), source: try row.get(9), inputs: try self.small(try row.get(10)),
            residency: try self.residency(try row.get(11)), outputResidency: try self.residency(try row.get(12)),
            environment: try row.get(13), pipelineRun: try row.get(14), node: try row.get(15),
            endpoint: try row.get(16),
            url: try row.get(17), attempt: try row.get(18), exitCode: try row.get(19), outputs: try row.get(20),
            submittedAt: try row.get(21), startedAt: try row.get(22), endedAt: try row.get(23), cost: try row.get(24))
        return RunRow(
            run: run, userRole: try row.get(25), failures: try row.get(26), stopOrdered: try row.get(27),
            notBefore: try row.get(28), waits: try row.get(29), avoid: try self.small(try row.get(30)),
            planned: try row.get(36), egressPosted: try row.get(35), egressUnpriced: try row.get(37),
            revision: try row.get(31),
            cacheKey: try row.get(32), idempotencyKey: try row.get(33), inputTrees: try self.small(try row.get(34)))
    }

    /// Most runs have no inputs, parameters or places to avoid: nothing to parse.
    private static func small<Value: Decodable & ExpressibleByDictionaryLiteral>(_ text: String) throws -> Value {
        text == "{}" ? [:] : try Wire.decode(text: text)
    }

    private static func small<Value: Decodable & ExpressibleByArrayLiteral>(_ text: String) throws -> Value {
        text == "[]" ? [] : try Wire.decode(text: text)
    }

    private static func residency(_ text: String) throws -> Residency {
        text == "[]" ? .any : try Wire.decode(text: text)
    }

    static func find(_ id: ID<Run>, in reader: any Reading) throws -> RunRow? {
        try reader.row("SELECT \(self.columns) FROM runs WHERE id = \(id)").map(self.decode)
    }

    /// Whether it is there and has not ended.
    static func isLive(_ id: ID<Run>, in reader: any Reading) throws -> Bool {
        let ended = RunStatus.allCases.filter(\.isTerminal).map(\.rawValue)
        return try reader.row("SELECT 1 FROM runs WHERE id = \(id) AND status NOT IN \(SQL.list(ended))") != nil
    }

    static func find(idempotencyKey key: String, project: String, in reader: any Reading) throws -> RunRow? {
        try reader.row("SELECT \(self.columns) FROM runs WHERE project = \(project) AND idempotency_key = \(key)").map(
            self.decode)
    }

    /// Succeeded runs with this key, newest first.
    static func committed(key: ContentDigest, project: String, limit: Int, in reader: any Reading) throws -> [Run] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM runs WHERE cache_key = \(key) AND status = 'succeeded' AND project = \(project)
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map { try self.decode($0).run }
    }

    static func of(pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [Run] {
        try reader.rows("SELECT \(self.columns) FROM runs WHERE pipeline_run = \(pipelineRun) ORDER BY id").map {
            try self.decode($0).run
        }
    }

    static func replicas(of endpoint: String, in reader: any Reading) throws -> [RunRow] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM runs
            WHERE endpoint = \(endpoint) AND status IN ('queued', 'placed', 'starting', 'running') ORDER BY id
            """
        ).map(self.decode)
    }

    /// Queued runs of these kinds after `last` whose time has come, oldest first. One whose time lies further off than any back-off was queued
    /// by a clock that has since been set back: its time has come too.
    static func queued(
        _ kinds: [RunKind], at now: Timestamp, after last: ID<Run>?, limit: Int, in reader: any Reading
    ) throws -> [RunRow] {
        let farthest = now + TimeSpan(milliseconds: 2 * RunMachine.maximumBackoff.milliseconds)
        return try reader.rows(
            """
            SELECT \(self.columns) FROM runs
            WHERE status = 'queued' AND id > \(last?.description ?? "") AND kind IN \(SQL.list(kinds.map(\.rawValue)))
                AND (not_before <= \(now) OR not_before > \(farthest))
            ORDER BY id LIMIT \(limit)
            """
        ).map(self.decode)
    }

    /// Whether anything is queued whose time has come, as `queued` sees it.
    static func hasQueued(at now: Timestamp, in reader: any Reading) throws -> Bool {
        let farthest = now + TimeSpan(milliseconds: 2 * RunMachine.maximumBackoff.milliseconds)
        return try reader.row(
            """
            SELECT 1 FROM runs WHERE status = 'queued' AND (not_before <= \(now) OR not_before > \(farthest)) LIMIT 1
            """) != nil
    }

    /// Of the oldest `among` queued runs those that were free to go before `moment` and do not say why they wait.
    static func silent(
        before moment: Timestamp, among: Int, limit: Int, in reader: any Reading
    ) throws -> [ID<Run>] {
        try reader.rows(
            """
            SELECT id FROM (
                SELECT id, reason, not_before FROM runs WHERE status = 'queued' ORDER BY id LIMIT \(among)) AS oldest
            WHERE reason IS NULL AND not_before < \(moment) ORDER BY id LIMIT \(limit)
            """
        ).map { try $0.get(0) }
    }

    /// Placed runs whose blobs still travel.
    static func waiting(in reader: any Reading) throws -> [RunRow] {
        try reader.rows("SELECT \(self.columns) FROM runs WHERE status = 'placed' AND waits = 1").map(self.decode)
    }

    /// Ids of placed runs in environments that have no live worker.
    static func stranded(in environments: [String], in reader: any Reading) throws -> [ID<Run>] {
        try reader.rows(
            "SELECT id FROM runs WHERE status = 'placed' AND environment NOT IN \(SQL.list(environments + [""]))"
        ).map { try $0.get(0) }
    }

    /// Placed runs that a worker of `environment` may claim, oldest first.
    static func claimable(_ kind: RunKind, in environment: String, limit: Int, reader: any Reading) throws -> [RunRow] {
        guard limit > 0 else { return [] }
        return try reader.rows(
            """
            SELECT \(self.columns) FROM runs
            WHERE status = 'placed' AND environment = \(environment) AND waits = 0 AND kind = \(kind) ORDER BY id LIMIT \(limit)
            """
        ).map(self.decode)
    }

    /// Whether a worker of `environment` would find a run of this kind to claim.
    static func hasClaimable(_ kind: RunKind, in environment: String, reader: any Reading) throws -> Bool {
        try reader.row(
            """
            SELECT 1 FROM runs
            WHERE status = 'placed' AND environment = \(environment) AND waits = 0 AND kind = \(kind) LIMIT 1
            """) != nil
    }

    /// Placed but not claimed, by environment and kind.
    static func placedCounts(in reader: any Reading) throws -> [(environment: String, kind: RunKind, count: Int)] {
        try reader.rows(
            "SELECT environment, kind, COUNT(*) FROM runs WHERE status = 'placed' GROUP BY environment, kind"
        ).map {
            (try $0.get(0), try $0.get(1), try $0.get(2))
        }
    }

    static func counts(in reader: any Reading) throws -> [RunStatus: Int] {
        var counts: [RunStatus: Int] = [:]
        for row in try reader.rows("SELECT status, COUNT(*) FROM runs GROUP BY status") {
            counts[try row.get(0)] = try row.get(1)
        }
        return counts
    }
}
