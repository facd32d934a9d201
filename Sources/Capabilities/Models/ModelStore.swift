import Contract
import Database
import Kernel

/// The rows of models, their aliases and tags; `ModelStore+Versions.swift` has those of versions.
enum ModelStore {
    /// Aliases and tags of one model or version that are read: far above what people set.
    static let maximumLabels = 10_000

    // MARK: Models

    static func model(_ name: String, in reader: any Reading) throws -> Model? {
        let row = try reader.row("SELECT \(self.modelColumns) FROM models m WHERE m.name = \(name)")
        return try row.map { try self.decodeModel($0, in: reader) }
    }

    static func exists(_ name: String, in reader: any Reading) throws -> Bool {
        try reader.row("SELECT 1 FROM models WHERE name = \(name)") != nil
    }

    /// By name, after `name`.
    static func models(after name: String, limit: Int, in reader: any Reading) throws -> [Model] {
        try reader.rows(
            """
            SELECT \(self.modelColumns) FROM models m WHERE m.name > \(name) AND NOT EXISTS (
                SELECT 1 FROM model_tags t WHERE t.model = m.name AND t.key = \(PromptTag.isPrompt) AND t.value = 'true')
            ORDER BY m.name LIMIT \(limit)
            """
        ).map { try self.decodeModel($0, in: reader) }
    }

    /// - Returns: false when there is one of that name already.
    static func insert(
        _ name: String, description: String?, at now: Timestamp, in transaction: Transaction
    ) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO models (name, created_at, updated_at, description)
            VALUES (\(name), \(now), \(now), \(description)) ON CONFLICT DO NOTHING
            """) == 1
    }

    static func setDescription(
        _ description: String?, of name: String, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "UPDATE models SET description = \(description), updated_at = \(now) WHERE name = \(name)")
    }

    static func touch(_ name: String, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE models SET updated_at = \(now) WHERE name = \(name)")
    }

    /// Takes the next number of a model's versions, which is never taken again.
    static func takeVersion(of name: String, at now: Timestamp, in transaction: Transaction) throws -> Int {
        try transaction.execute("UPDATE models SET latest = latest + 1, updated_at = \(now) WHERE name = \(name)")
        guard let row = try transaction.row("SELECT latest FROM models WHERE name = \(name)") else {
            throw ModelError.noModel(name)
        }
        return try row.get(0)
    }

    static func rename(_ name: String, to new: String, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE models SET name = \(new), updated_at = \(now) WHERE name = \(name)")
        try transaction.execute("UPDATE model_versions SET model = \(new), updated_at = \(now) WHERE model = \(name)")
        for table in self.labelTables {
            try transaction.execute("UPDATE \(raw: table) SET model = \(new) WHERE model = \(name)")
        }
    }

    static func delete(_ name: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM models WHERE name = \(name)")
        for table in ["model_versions"] + self.labelTables {
            try transaction.execute("DELETE FROM \(raw: table) WHERE model = \(name)")
        }
    }

    private static let labelTables = ["model_aliases", "model_tags", "model_version_tags"]

    // MARK: Aliases

    static func aliases(of model: String, in reader: any Reading) throws -> [String: Int] {
        let rows = try reader.rows(
            "SELECT alias, version FROM model_aliases WHERE model = \(model) ORDER BY alias LIMIT \(self.maximumLabels)"
        )
        return Dictionary(try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { _, last in last })
    }

    static func version(of alias: String, of model: String, in reader: any Reading) throws -> Int? {
        try reader.row("SELECT version FROM model_aliases WHERE model = \(model) AND alias = \(alias)")
            .map { try $0.get(0) }
    }

    static func setAlias(_ alias: String, of model: String, to version: Int, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO model_aliases (model, alias, version) VALUES (\(model), \(alias), \(version))
            ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version
            """)
    }

    static func deleteAlias(_ alias: String, of model: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM model_aliases WHERE model = \(model) AND alias = \(alias)")
    }

    // MARK: Tags

    static func tags(of model: String, in reader: any Reading) throws -> [String: String] {
        try self.labels(
            reader.rows("SELECT key, value FROM model_tags WHERE model = \(model) LIMIT \(self.maximumLabels)"))
    }

    static func setTag(_ key: String, _ value: String, of model: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO model_tags (model, key, value) VALUES (\(model), \(key), \(value))
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """)
    }

    /// - Returns: whether there was one.
    static func deleteTag(_ key: String, of model: String, in transaction: Transaction) throws -> Bool {
        try transaction.execute("DELETE FROM model_tags WHERE model = \(model) AND key = \(key)") == 1
    }

    static func labels(_ rows: [Row]) throws -> [String: String] {
        Dictionary(try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { _, last in last })
    }

    // MARK: Registrations

    static func registration(_ key: String, in reader: any Reading) throws -> String? {
        try reader.row("SELECT result FROM model_registrations WHERE id = \(key)").map { try $0.get(0) }
    }

    static func saveRegistration(_ key: String, result: String, in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO model_registrations (id, result) VALUES (\(key), \(result))")
    }

    // MARK: Decoding

    static let modelColumns: SQL = "m.name, m.latest, m.description, m.created_at, m.updated_at"

    static func decodeModel(_ row: Row, in reader: any Reading) throws -> Model {
        let name: String = try row.get(0)
        return Model(
            name: name, versions: try row.get(1), aliases: try self.aliases(of: name, in: reader),
            description: try row.get(2), tags: try self.tags(of: name, in: reader), createdAt: try row.get(3),
            updatedAt: try row.get(4))
    }
}
