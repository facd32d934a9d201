import Contract
import Database
import Kernel

/// The rows of pipeline runs and their nodes.
enum PipelineStore {
    static let migrations = [
        Migration(
            id: "pipelines-0001",
            statements: [
                """
                CREATE TABLE pipeline_runs (
                    id TEXT PRIMARY KEY NOT NULL, project TEXT NOT NULL, pipeline TEXT NOT NULL, holder TEXT NOT NULL,
                    holder_role TEXT NOT NULL, on_failure TEXT NOT NULL, source TEXT, idempotency_key TEXT,
                    started_at BIGINT NOT NULL, status TEXT NOT NULL, reason TEXT, cancelled_by TEXT, ended_at BIGINT,
                    spec TEXT NOT NULL)
                """,
                "CREATE INDEX pipeline_runs_open ON pipeline_runs (id) WHERE status = 'running'",
                """
                CREATE UNIQUE INDEX pipeline_runs_key ON pipeline_runs (project, idempotency_key)
                WHERE idempotency_key IS NOT NULL
                """,
                """
                CREATE TABLE pipeline_nodes (
                    pipeline_run TEXT NOT NULL, position BIGINT NOT NULL, name TEXT NOT NULL, node TEXT NOT NULL,
                    variant TEXT, is_action BIGINT NOT NULL, needs TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
                    run TEXT, result TEXT, started_at BIGINT, ended_at BIGINT, PRIMARY KEY (pipeline_run, position))
                """,
            ]),
        Migration(id: "pipelines-0002", statements: ["ALTER TABLE pipeline_nodes ADD COLUMN planned TEXT"]),
    ]

    private static let columns: SQL = """
        id, project, pipeline, holder, holder_role, on_failure, source, idempotency_key, started_at, status, reason,
        cancelled_by, ended_at
        """
    private static let nodeColumns: SQL =
        "name, node, variant, is_action, needs, planned, status, reason, run, result, started_at, ended_at"

    // MARK: Reading

    static func find(_ id: ID<PipelineRun>, in reader: any Reading) throws -> PipelineState? {
        guard let row = try reader.row("SELECT \(self.columns) FROM pipeline_runs WHERE id = \(id)") else { return nil }
        return PipelineState(row: try self.decode(row), nodes: try self.nodes(of: id, in: reader))
    }

    static func find(
        idempotencyKey key: String, project: String, in reader: any Reading
    ) throws -> ID<PipelineRun>? {
        try reader.row(
            "SELECT id FROM pipeline_runs WHERE project = \(project) AND idempotency_key = \(key)"
        )?.get(0)
    }

    /// What was submitted, less what the pipeline does not use.
    static func spec(of id: ID<PipelineRun>, in reader: any Reading) throws -> ProjectSpec? {
        guard let row = try reader.row("SELECT spec FROM pipeline_runs WHERE id = \(id)") else { return nil }
        return try Wire.decode(text: try row.get(0))
    }

    /// Ids of those that have not ended and come after `cursor`, oldest first.
    static func open(after cursor: String, limit: Int, in reader: any Reading) throws -> [ID<PipelineRun>] {
        try reader.rows(
            "SELECT id FROM pipeline_runs WHERE status = 'running' AND id > \(cursor) ORDER BY id LIMIT \(limit)"
        ).map { try $0.get(0) }
    }

    /// Newest first, at most `limit` of those before `before`.
    static func page(before: ID<PipelineRun>?, limit: Int, in reader: any Reading) throws -> [PipelineState] {
        let earlier: SQL = before.map { "WHERE id < \($0)" } ?? ""
        return try reader.rows(
            "SELECT \(self.columns) FROM pipeline_runs \(earlier) ORDER BY id DESC LIMIT \(limit)"
        ).map { row in
            let decoded = try self.decode(row)
            return PipelineState(row: decoded, nodes: try self.nodes(of: decoded.id, in: reader))
        }
    }

    private static func nodes(of id: ID<PipelineRun>, in reader: any Reading) throws -> [NodeRow] {
        try reader.rows(
            "SELECT \(self.nodeColumns) FROM pipeline_nodes WHERE pipeline_run = \(id) ORDER BY position"
        ).map { row in
            NodeRow(
                name: try row.get(0), node: try row.get(1), variant: try row.get(2), isAction: try row.get(3),
                needs: Self.split(try row.get(4)), planned: try row.get(5), status: try row.get(6),
                reason: try row.get(7), run: try row.get(8), result: try row.get(9), startedAt: try row.get(10),
                endedAt: try row.get(11))
        }
    }

    /// Names have no line breaks, and this is read often.
    private static func split(_ needs: String) -> [String] { needs.split(separator: "\n").map(String.init) }

    private static func decode(_ row: Row) throws -> PipelineRow {
        PipelineRow(
            id: try row.get(0), project: try row.get(1), pipeline: try row.get(2),
            user: Principal(name: try row.get(3), role: try row.get(4)), onFailure: try row.get(5),
            source: try row.get(6),
            idempotencyKey: try row.get(7), startedAt: try row.get(8), status: try row.get(9), reason: try row.get(10),
            cancelledBy: try row.get(11), endedAt: try row.get(12))
    }

    // MARK: Writing

    static func insert(_ state: PipelineState, spec: ProjectSpec, in transaction: Transaction) throws {
        let row = state.row
        try transaction.execute(
            """
            INSERT INTO pipeline_runs (\(self.columns), spec) VALUES (
                \(row.id), \(row.project), \(row.pipeline), \(row.user.name), \(row.user.role), \(row.onFailure),
                \(row.source), \(row.idempotencyKey), \(row.startedAt), \(row.status), \(row.reason), \(row.cancelledBy),
                \(row.endedAt), \(try Wire.text(spec)))
            """)
        for (position, node) in state.nodes.enumerated() {
            try transaction.execute(
                """
                INSERT INTO pipeline_nodes (pipeline_run, position, \(self.nodeColumns)) VALUES (
                    \(row.id), \(position), \(node.name), \(node.node), \(node.variant), \(node.isAction),
                    \(node.needs.joined(separator: "\n")), \(node.planned), \(node.status), \(node.reason), \(node.run), \(node.result),
                    \(node.startedAt), \(node.endedAt))
                """)
        }
    }

    /// Writes what changed between two states of the same pipeline run.
    static func update(_ state: PipelineState, from before: PipelineState, in transaction: Transaction) throws {
        let row = state.row
        if row != before.row {
            try transaction.execute(
                """
                UPDATE pipeline_runs SET status = \(row.status), reason = \(row.reason), cancelled_by = \(row.cancelledBy),
                    ended_at = \(row.endedAt)
                WHERE id = \(row.id)
                """)
        }
        for (position, node) in state.nodes.enumerated() where node != before.nodes[position] {
            try transaction.execute(
                """
                UPDATE pipeline_nodes SET status = \(node.status), reason = \(node.reason), run = \(node.run),
                    result = \(node.result), started_at = \(node.startedAt), ended_at = \(node.endedAt)
                WHERE pipeline_run = \(row.id) AND position = \(position)
                """)
        }
    }
}
