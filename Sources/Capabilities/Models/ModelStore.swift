import Contract
import Database
import Kernel

/// The rows of models: a version never changes once it is there, but that its residency may tighten; aliases move.
enum ModelStore {
    static let migrations = [
        Migration(
            id: "models-0001",
            statements: [
                "CREATE TABLE models (name TEXT PRIMARY KEY NOT NULL, created_at BIGINT NOT NULL)",
                """
                CREATE TABLE model_versions (
                    model TEXT NOT NULL, version BIGINT NOT NULL, tree TEXT NOT NULL, residency TEXT NOT NULL, run TEXT,
                    variant TEXT, metric TEXT, training_cost BIGINT NOT NULL, created_by TEXT NOT NULL,
                    created_at BIGINT NOT NULL, PRIMARY KEY (model, version), UNIQUE (model, tree))
                """,
                """
                CREATE TABLE model_aliases (
                    model TEXT NOT NULL, alias TEXT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (model, alias))
                """,
                "CREATE TABLE model_registrations (id TEXT PRIMARY KEY NOT NULL, result TEXT NOT NULL)",
            ])
    ]

    // MARK: Models

    static func model(_ name: String, in reader: any Reading) throws -> Model? {
        let row = try reader.row("SELECT \(self.modelColumns) FROM models m WHERE m.name = \(name)")
        return try row.map { try self.decodeModel($0, in: reader) }
    }

    /// By name, after `name`.
    static func models(after name: String, limit: Int, in reader: any Reading) throws -> [Model] {
        try reader.rows(
            "SELECT \(self.modelColumns) FROM models m WHERE m.name > \(name) ORDER BY m.name LIMIT \(limit)"
        ).map { try self.decodeModel($0, in: reader) }
    }

    static func ensure(_ name: String, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO models (name, created_at) VALUES (\(name), \(now)) ON CONFLICT DO NOTHING")
    }

    static func setAlias(_ alias: String, of model: String, to version: Int, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO model_aliases (model, alias, version) VALUES (\(model), \(alias), \(version))
            ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version
            """)
    }

    // MARK: Versions

    static func version(_ model: String, _ version: Int, in reader: any Reading) throws -> ModelVersion? {
        let row = try reader.row(
            "SELECT \(self.columns) FROM model_versions WHERE model = \(model) AND version = \(version)")
        return try row.map { try self.decode($0, in: reader) }
    }

    static func version(_ model: String, tree: ContentDigest, in reader: any Reading) throws -> ModelVersion? {
        let row = try reader.row("SELECT \(self.columns) FROM model_versions WHERE model = \(model) AND tree = \(tree)")
        return try row.map { try self.decode($0, in: reader) }
    }

    static func tighten(_ version: ModelVersion, to residency: Residency, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE model_versions SET residency = \(try Wire.text(residency))
            WHERE model = \(version.model) AND version = \(version.version)
            """)
    }

    /// 0 when there is none.
    static func latest(of model: String, in reader: any Reading) throws -> Int {
        let row = try reader.row(
            "SELECT version FROM model_versions WHERE model = \(model) ORDER BY version DESC LIMIT 1")
        return try row.map { try $0.get(0) } ?? 0
    }

    /// Newest first.
    static func versions(of model: String, before: Int?, limit: Int, in reader: any Reading) throws -> [ModelVersion] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM model_versions WHERE model = \(model) AND version < \(before ?? Int.max)
            ORDER BY version DESC LIMIT \(limit)
            """
        ).map { try self.decode($0, in: reader) }
    }

    static func insert(_ version: ModelVersion, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO model_versions (model, version, tree, residency, run, variant, metric, training_cost, created_by,
                                        created_at)
            VALUES (\(version.model), \(version.version), \(version.tree), \(try Wire.text(version.residency)), \(version.run),
                    \(version.variant), \(try version.metric.map { try Wire.text($0) }), \(version.trainingCost),
                    \(version.createdBy), \(version.createdAt))
            """)
    }

    // MARK: Registrations

    static func registration(_ key: String, in reader: any Reading) throws -> String? {
        try reader.row("SELECT result FROM model_registrations WHERE id = \(key)").map { try $0.get(0) }
    }

    static func saveRegistration(_ key: String, result: String, in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO model_registrations (id, result) VALUES (\(key), \(result))")
    }

    // MARK: Decoding

    private static let columns: SQL =
        "model, version, tree, residency, run, variant, metric, training_cost, created_by, created_at"
    private static let modelColumns: SQL =
        "m.name, m.created_at, (SELECT MAX(v.version) FROM model_versions v WHERE v.model = m.name)"

    private static func decodeModel(_ row: Row, in reader: any Reading) throws -> Model {
        let name: String = try row.get(0)
        let aliases = try reader.rows(
            "SELECT alias, version FROM model_aliases WHERE model = \(name) ORDER BY alias LIMIT 1000")
        return Model(
            name: name, versions: try row.get(2) ?? 0,
            aliases: Dictionary(
                try aliases.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { _, last in last }),
            createdAt: try row.get(1))
    }

    private static func decode(_ row: Row, in reader: any Reading) throws -> ModelVersion {
        let (model, version): (String, Int) = (try row.get(0), try row.get(1))
        let metric: String? = try row.get(6)
        let aliases = try reader.rows(
            "SELECT alias FROM model_aliases WHERE model = \(model) AND version = \(version) ORDER BY alias LIMIT 1000")
        return ModelVersion(
            model: model, version: version, tree: try row.get(2),
            residency: try Wire.decode(Residency.self, text: try row.get(3)), run: try row.get(4),
            variant: try row.get(5),
            metric: try metric.map { try Wire.decode(MetricSummary.self, text: $0) }, trainingCost: try row.get(7),
            aliases: try aliases.map { try $0.get(0) }, createdBy: try row.get(8), createdAt: try row.get(9))
    }
}
