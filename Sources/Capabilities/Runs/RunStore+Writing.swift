package import Contract
import Database
package import Kernel

/// What a listing of runs is narrowed to.
package struct RunFilter: Sendable, Hashable {
    package var status: RunStatus?
    package var project: String?
    package var pipelineRun: ID<PipelineRun>?
    package var endpoint: String?

    package init(
        status: RunStatus? = nil, project: String? = nil, pipelineRun: ID<PipelineRun>? = nil, endpoint: String? = nil
    ) {
        self.status = status
        self.project = project
        self.pipelineRun = pipelineRun
        self.endpoint = endpoint
    }
}

extension RunStore {
    static func insert(_ row: RunRow, in transaction: Transaction) throws {
        let run = row.run
        try transaction.execute(
            """
            INSERT INTO runs (
                id, project, name, holder, holder_role, kind, status, reason, spec, parameters, source, inputs, residency,
                output_residency, environment, pipeline_run, node, endpoint, url, attempt, exit_code, outputs, submitted_at,
                started_at, ended_at, cost, failures, stop_ordered, not_before, waits, avoid, revision, cache_key,
                idempotency_key, input_trees, egress_posted, planned)
            VALUES (
                \(run.id), \(run.project), \(run.name), \(run.user), \(row.userRole), \(run.kind), \(run.status), \(run.reason),
                \(try self.steps.text(run.step)), \(try self.text(run.parameters)), \(run.source), \(try self.text(run.inputs)),
                \(try self.text(run.residency)), \(try self.text(run.outputResidency)), \(run.environment), \(run.pipelineRun),
                \(run.node), \(run.endpoint), \(run.url), \(run.attempt), \(run.exitCode), \(run.outputs), \(run.submittedAt),
                \(run.startedAt), \(run.endedAt), \(run.cost), \(row.failures), \(row.stopOrdered), \(row.notBefore),
                \(row.waits), \(try self.text(row.avoid.sorted())), \(row.revision), \(row.cacheKey), \(row.idempotencyKey),
                \(try self.text(row.inputTrees)), \(row.egressPosted), \(row.planned))
            """)
    }

    /// Writes what can change after submission. The row was read in the same transaction, so its cost is the latest.
    static func update(_ row: RunRow, in transaction: Transaction) throws {
        let run = row.run
        try transaction.execute(
            """
            UPDATE runs SET status = \(run.status), reason = \(run.reason), environment = \(run.environment), url = \(run.url),
                attempt = \(run.attempt), exit_code = \(run.exitCode), outputs = \(run.outputs), started_at = \(run.startedAt),
                ended_at = \(run.endedAt), failures = \(row.failures), stop_ordered = \(row.stopOrdered),
                not_before = \(row.notBefore), waits = \(row.waits), avoid = \(try self.text(row.avoid.sorted())),
                egress_posted = \(row.egressPosted), egress_unpriced = \(row.egressUnpriced), cost = \(run.cost)
            WHERE id = \(run.id)
            """)
    }

    static func setReason(_ reason: String, of id: ID<Run>, in transaction: Transaction) throws {
        try transaction.execute("UPDATE runs SET reason = \(reason) WHERE id = \(id) AND status = 'queued'")
    }

    /// Most runs have nothing of these: no encoder is needed to say so.
    private static func text(_ values: [some Encodable]) throws -> String {
        values.isEmpty ? "[]" : try Wire.text(values)
    }

    private static func text(_ values: [String: some Encodable]) throws -> String {
        values.isEmpty ? "{}" : try Wire.text(values)
    }

    private static func text(_ residency: Residency) throws -> String {
        residency.isAny ? "[]" : try Wire.text(residency)
    }

    static func addCost(_ amount: Money, to id: ID<Run>, in transaction: Transaction) throws {
        guard amount != .zero else { return }
        try transaction.execute("UPDATE runs SET cost = cost + \(amount) WHERE id = \(id)")
    }

    /// Newest first; one row more than the limit when there are more.
    static func page(_ request: PageRequest, filter: RunFilter, in reader: any Reading) throws -> [Run] {
        var sql: SQL = "SELECT \(self.columns) FROM runs WHERE id < \(request.cursor ?? "~")"
        if let status = filter.status { sql += " AND status = \(status)" }
        if let project = filter.project { sql += " AND project = \(project)" }
        if let pipelineRun = filter.pipelineRun { sql += " AND pipeline_run = \(pipelineRun)" }
        if let endpoint = filter.endpoint { sql += " AND endpoint = \(endpoint)" }
        sql += " ORDER BY id DESC LIMIT \(request.limit + 1)"
        return try reader.rows(sql).map { try self.decode($0).run }
    }

    /// How long committed runs of a step took, newest first: what a plan learns from.
    static func durations(project: String, name: String, limit: Int, in reader: any Reading) throws -> [TimeSpan] {
        try reader.rows(
            """
            SELECT ended_at - started_at FROM runs
            WHERE project = \(project) AND name = \(name) AND status = 'succeeded' AND started_at IS NOT NULL
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map { try $0.get(0) }
    }

    /// More of them say nothing that these do not: one waits for the first that ends.
    private static let runningLimit = 64

    /// Batch runs that hold a slot of an environment, with when they began; oldest first.
    static func running(
        in environment: String, reader: any Reading
    ) throws -> [(project: String, name: String, step: StepSpec, startedAt: Timestamp)] {
        try reader.rows(
            """
            SELECT project, name, spec, started_at FROM runs
            WHERE status = 'running' AND environment = \(environment) AND kind = 'batch' AND started_at IS NOT NULL
            ORDER BY id LIMIT \(self.runningLimit)
            """
        ).map { (try $0.get(0), try $0.get(1), try self.steps.value(text: try $0.get(2)), try $0.get(3)) }
    }

    static func summaries(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [RunSummary] {
        try reader.rows(
            "SELECT id, node, status, reason, environment, cost FROM runs WHERE pipeline_run = \(pipelineRun) ORDER BY id"
        ).map {
            RunSummary(
                id: try $0.get(0), node: try $0.get(1), status: try $0.get(2), reason: try $0.get(3),
                environment: try $0.get(4), cost: try $0.get(5))
        }
    }

    static func lastCommitted(project: String, name: String, in reader: any Reading) throws -> Run? {
        try reader.row(
            """
            SELECT \(self.columns) FROM runs WHERE project = \(project) AND name = \(name) AND status = 'succeeded'
            ORDER BY id DESC LIMIT 1
            """
        ).map { try self.decode($0).run }
    }
}
