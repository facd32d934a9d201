import Contract
import Database
import Kernel

// The rows of versions. What was made never changes, but that its residency may tighten; how it is described may.
extension ModelStore {
    static func version(_ model: String, _ version: Int, in reader: any Reading) throws -> ModelVersion? {
        let row = try reader.row(
            "SELECT \(self.versionColumns) FROM model_versions v WHERE v.model = \(model) AND v.version = \(version)")
        return try row.map { try self.decodeVersion($0, in: reader) }
    }

    /// The oldest that has these files.
    static func version(_ model: String, tree: ContentDigest, in reader: any Reading) throws -> ModelVersion? {
        let row = try reader.row(
            """
            SELECT \(self.versionColumns) FROM model_versions v WHERE v.model = \(model) AND v.tree = \(tree)
            ORDER BY v.version LIMIT 1
            """)
        return try row.map { try self.decodeVersion($0, in: reader) }
    }

    /// Newest first.
    static func versions(of model: String, before: Int?, limit: Int, in reader: any Reading) throws -> [ModelVersion] {
        try reader.rows(
            """
            SELECT \(self.versionColumns) FROM model_versions v
            WHERE v.model = \(model) AND v.version < \(before ?? Int.max) ORDER BY v.version DESC LIMIT \(limit)
            """
        ).map { try self.decodeVersion($0, in: reader) }
    }

    /// The newest version of each stage that has one, by stage in the order in which the stages were first reached.
    static func latest(of model: String, in reader: any Reading) throws -> [ModelVersion] {
        try reader.rows(
            """
            SELECT \(self.versionColumns) FROM model_versions v
            JOIN (SELECT stage, MIN(version) AS oldest, MAX(version) AS newest FROM model_versions
                  WHERE model = \(model) GROUP BY stage) s ON s.newest = v.version
            WHERE v.model = \(model) ORDER BY s.oldest
            """
        ).map { try self.decodeVersion($0, in: reader) }
    }

    /// Where clients get the files of a version.
    static func location(_ model: String, _ version: Int, in reader: any Reading) throws -> String? {
        try reader.row(
            """
            SELECT COALESCE(location, source) FROM model_versions WHERE model = \(model) AND version = \(version)
            """
        ).map { try $0.get(0) }
    }

    /// - Parameter location: where clients get the files, when that is not the source itself.
    static func insert(_ version: ModelVersion, location: String? = nil, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO model_versions (model, version, tree, source, location, residency, run, run_name, run_link,
                                        logged_model, variant, metric, training_cost, description, stage, created_by,
                                        created_at, updated_at)
            VALUES (\(version.model), \(version.version), \(version.tree), \(version.source), \(location),
                    \(try Wire.text(version.residency)), \(version.run), \(version.runName), \(version.runLink),
                    \(version.loggedModel), \(version.variant), \(try version.metric.map { try Wire.text($0) }),
                    \(version.trainingCost), \(version.description), \(version.stage), \(version.createdBy),
                    \(version.createdAt), \(version.updatedAt))
            """)
        for (key, value) in version.tags {
            try self.setTag(key, value, of: version.model, version.version, in: transaction)
        }
    }

    static func tighten(_ version: ModelVersion, to residency: Residency, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE model_versions SET residency = \(try Wire.text(residency))
            WHERE model = \(version.model) AND version = \(version.version)
            """)
    }

    static func setDescription(
        _ description: String?, of model: String, _ version: Int, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE model_versions SET description = \(description), updated_at = \(now)
            WHERE model = \(model) AND version = \(version)
            """)
    }

    static func setStage(
        _ stage: ModelStage, of model: String, _ version: Int, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE model_versions SET stage = \(stage), updated_at = \(now)
            WHERE model = \(model) AND version = \(version)
            """)
    }

    /// Archives every version that is in `stage`, but `version`.
    ///
    /// - Returns: how many.
    static func archive(
        _ stage: ModelStage, of model: String, but version: Int, at now: Timestamp, in transaction: Transaction
    ) throws -> Int {
        try transaction.execute(
            """
            UPDATE model_versions SET stage = \(ModelStage.archived), updated_at = \(now)
            WHERE model = \(model) AND stage = \(stage) AND version <> \(version)
            """)
    }

    /// With its tags and aliases.
    static func delete(_ version: Int, of model: String, in transaction: Transaction) throws {
        for table in ["model_versions", "model_version_tags", "model_aliases"] {
            try transaction.execute("DELETE FROM \(raw: table) WHERE model = \(model) AND version = \(version)")
        }
    }

    // MARK: Tags

    static func tags(of model: String, _ version: Int, in reader: any Reading) throws -> [String: String] {
        try self.labels(
            reader.rows(
                """
                SELECT key, value FROM model_version_tags WHERE model = \(model) AND version = \(version)
                LIMIT \(self.maximumLabels)
                """))
    }

    static func setTag(
        _ key: String, _ value: String, of model: String, _ version: Int, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO model_version_tags (model, version, key, value)
            VALUES (\(model), \(version), \(key), \(value))
            ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value
            """)
    }

    /// - Returns: whether there was one.
    static func deleteTag(_ key: String, of model: String, _ version: Int, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            """
            DELETE FROM model_version_tags WHERE model = \(model) AND version = \(version) AND key = \(key)
            """) == 1
    }

    // MARK: Decoding

    static let versionColumns: SQL = """
        v.model, v.version, v.tree, v.source, v.residency, v.run, v.run_name, v.run_link, v.logged_model, v.variant,
        v.metric, v.training_cost, v.description, v.stage, v.created_by, v.created_at, v.updated_at
        """

    static func decodeVersion(_ row: Row, in reader: any Reading) throws -> ModelVersion {
        let (model, version): (String, Int) = (try row.get(0), try row.get(1))
        let metric: String? = try row.get(10)
        let aliases = try reader.rows(
            """
            SELECT alias FROM model_aliases WHERE model = \(model) AND version = \(version) ORDER BY alias
            LIMIT \(self.maximumLabels)
            """)
        return ModelVersion(
            model: model, version: version, tree: try row.get(2), source: try row.get(3),
            residency: try Wire.decode(Residency.self, text: try row.get(4)), run: try row.get(5),
            runName: try row.get(6), runLink: try row.get(7), loggedModel: try row.get(8), variant: try row.get(9),
            metric: try metric.map { try Wire.decode(MetricSummary.self, text: $0) }, trainingCost: try row.get(11),
            description: try row.get(12), stage: try row.get(13),
            tags: try self.tags(of: model, version, in: reader), aliases: try aliases.map { try $0.get(0) },
            createdBy: try row.get(14), createdAt: try row.get(15), updatedAt: try row.get(16))
    }
}
