import Contract
package import Database
import Kernel

/// The rows of logged models. `number` is what tags, params and metrics refer to; `id` is what the world says.
package enum LoggedModelStore {
    package static let migrations = [
        Migration(
            id: "logged-models-0001",
            statements: [
                """
                CREATE TABLE logged_models (
                    number INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, experiment BIGINT NOT NULL,
                    name TEXT NOT NULL, artifact_uri TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                    status TEXT NOT NULL, status_message TEXT, is_deleted BIGINT NOT NULL, model_type TEXT, source_run TEXT)
                """,
                "CREATE INDEX logged_models_by_experiment ON logged_models (experiment, is_deleted, created_at)",
                """
                CREATE TABLE logged_model_tags (
                    model BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID
                """,
                """
                CREATE TABLE logged_model_params (
                    model BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID
                """,
                """
                CREATE TABLE logged_model_metrics (
                    model BIGINT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, step BIGINT NOT NULL, run TEXT NOT NULL,
                    value DOUBLE PRECISION, dataset_name TEXT, dataset_digest TEXT,
                    PRIMARY KEY (model, name, at, step, run)) WITHOUT ROWID
                """,
            ])
    ]

    /// The columns that `decode` reads, of `logged_models m`.
    static let columns: SQL = """
        m.number, m.id, m.experiment, m.name, m.artifact_uri, m.created_at, m.updated_at, m.status, m.status_message,
        m.model_type, m.source_run
        """

    /// - Parameter includingDeleted: whether a deleted one is found too.
    static func model(_ id: String, includingDeleted: Bool = false, in reader: any Reading) throws -> LoggedModel? {
        let row = try reader.row(
            """
            SELECT \(self.columns) FROM logged_models m
            WHERE m.id = \(id) AND m.is_deleted <= \(includingDeleted)
            """)
        return try row.map { try self.complete([$0], in: reader) }?.first
    }

    static func number(of id: String, in reader: any Reading) throws -> Int64? {
        try reader.row("SELECT number FROM logged_models WHERE id = \(id) AND is_deleted = 0").map { try $0.get(0) }
    }

    static func insert(_ model: LoggedModel, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logged_models (id, experiment, name, artifact_uri, created_at, updated_at, status, status_message,
                                       is_deleted, model_type, source_run)
            VALUES (\(model.id), \(model.experiment), \(model.name), \(model.artifactURI), \(model.createdAt),
                    \(model.updatedAt), \(model.status), \(model.statusMessage), 0, \(model.modelType),
                    \(model.sourceRun))
            """)
        guard let number = try self.number(of: model.id, in: transaction) else { return }
        for tag in model.tags { try self.set(tag, of: number, in: transaction) }
        for param in model.params { try self.insert(param, of: number, in: transaction) }
    }

    static func setStatus(_ status: LoggedModel.Status, of id: String, at now: Timestamp, in transaction: Transaction)
        throws
    {
        try transaction.execute("UPDATE logged_models SET status = \(status), updated_at = \(now) WHERE id = \(id)")
    }

    static func delete(_ id: String, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE logged_models SET is_deleted = 1, updated_at = \(now) WHERE id = \(id)")
    }

    // MARK: Tags, params, metrics

    static func set(_ tag: KeyValue, of model: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logged_model_tags (model, key, value) VALUES (\(model), \(tag.key), \(tag.value))
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """)
    }

    static func tag(_ key: String, of model: Int64, in reader: any Reading) throws -> String? {
        try reader.row("SELECT value FROM logged_model_tags WHERE model = \(model) AND key = \(key)").map {
            try $0.get(0)
        }
    }

    /// - Returns: whether there was such a tag.
    static func deleteTag(_ key: String, of model: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute("DELETE FROM logged_model_tags WHERE model = \(model) AND key = \(key)") > 0
    }

    static func param(_ key: String, of model: Int64, in reader: any Reading) throws -> String? {
        try reader.row("SELECT value FROM logged_model_params WHERE model = \(model) AND key = \(key)").map {
            try $0.get(0)
        }
    }

    static func insert(_ param: KeyValue, of model: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logged_model_params (model, key, value) VALUES (\(model), \(param.key), \(param.value))
            """)
    }

    /// The same point again changes nothing. Not-a-number is stored as NULL.
    static func record(_ metric: LoggedModelMetric, of model: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logged_model_metrics (model, name, at, step, run, value, dataset_name, dataset_digest)
            VALUES (\(model), \(metric.key), \(metric.at), \(metric.step), \(metric.run),
                    \(metric.value.isNaN ? nil : metric.value), \(metric.datasetName), \(metric.datasetDigest))
            ON CONFLICT DO NOTHING
            """)
    }

    // MARK: Decoding

    /// The models of `rows` with their tags, params and metrics: three queries for all of them.
    static func complete(_ rows: [Row], in reader: any Reading) throws -> [LoggedModel] {
        var models: [LoggedModel] = []
        var positions: [Int64: Int] = [:]
        for row in rows {
            positions[try row.get(0)] = models.count
            models.append(try self.decode(row))
        }
        let numbers = SQL.list(positions.keys)
        try self.attributes("logged_model_tags", of: numbers, in: reader) { models[positions[$0] ?? 0].tags.append($1) }
        try self.attributes("logged_model_params", of: numbers, in: reader) {
            models[positions[$0] ?? 0].params.append($1)
        }
        let metrics = try reader.rows(
            """
            SELECT model, name, value, at, step, run, dataset_name, dataset_digest FROM logged_model_metrics
            WHERE model IN \(numbers) ORDER BY model, name, at, step, run
            """)
        for row in metrics {
            let position = positions[try row.get(0)] ?? 0
            models[position].metrics.append(
                LoggedModelMetric(
                    model: models[position].id, key: try row.get(1), value: try row.get(2) ?? Double.nan,
                    at: try row.get(3), step: try row.get(4), run: try row.get(5), datasetName: try row.get(6),
                    datasetDigest: try row.get(7)))
        }
        return models
    }

    private static func attributes(
        _ table: String, of numbers: SQL, in reader: any Reading, _ add: (Int64, KeyValue) -> Void
    ) throws {
        let rows = try reader.rows(
            "SELECT model, key, value FROM \(raw: table) WHERE model IN \(numbers) ORDER BY model, key")
        for row in rows { add(try row.get(0), KeyValue(key: try row.get(1), value: try row.get(2))) }
    }

    private static func decode(_ row: Row) throws -> LoggedModel {
        LoggedModel(
            id: try row.get(1), experiment: try row.get(2), name: try row.get(3), artifactURI: try row.get(4),
            createdAt: try row.get(5), updatedAt: try row.get(6), status: try row.get(7), modelType: try row.get(9),
            sourceRun: try row.get(10), statusMessage: try row.get(8))
    }
}
