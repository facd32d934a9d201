import Contract
package import Database
import Kernel
import Search

/// The rows of evaluation datasets, their tags, experiments and records.
package enum EvaluationDatasetStore {
    package static let migrations = [
        Migration(
            id: "evaluation-datasets-0001",
            statements: [
                """
                CREATE TABLE evaluation_datasets (
                    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL, created_by TEXT, updated_by TEXT, schema TEXT, profile TEXT)
                """,
                """
                CREATE TABLE evaluation_dataset_tags (
                    dataset TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (dataset, key)) WITHOUT ROWID
                """,
                """
                CREATE TABLE evaluation_dataset_experiments (
                    dataset TEXT NOT NULL, experiment TEXT NOT NULL, PRIMARY KEY (dataset, experiment)) WITHOUT ROWID
                """,
                """
                CREATE TABLE evaluation_records (
                    id TEXT NOT NULL PRIMARY KEY, dataset TEXT NOT NULL, inputs_digest TEXT NOT NULL, inputs TEXT NOT NULL,
                    outputs TEXT, expectations TEXT, tags TEXT, source TEXT, created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL, created_by TEXT, updated_by TEXT, UNIQUE (dataset, inputs_digest))
                """,
                "CREATE INDEX evaluation_records_by_birth ON evaluation_records (dataset, created_at, id)",
            ])
    ]

    private static let columns: SQL =
        "d.id, d.name, d.digest, d.created_at, d.updated_at, d.created_by, d.updated_by, d.schema, d.profile"

    // MARK: Datasets

    static func dataset(_ id: String, in reader: any Reading) throws -> EvaluationDataset? {
        let rows = try reader.rows("SELECT \(self.columns) FROM evaluation_datasets d WHERE d.id = \(id)")
        return try self.complete(rows, in: reader).first
    }

    static func insert(_ dataset: EvaluationDataset, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO evaluation_datasets (id, name, digest, created_at, updated_at, created_by, updated_by, schema,
                                             profile)
            VALUES (\(dataset.id), \(dataset.name), \(dataset.digest), \(dataset.createdAt), \(dataset.updatedAt),
                    \(dataset.createdBy), \(dataset.updatedBy), \(dataset.schema), \(dataset.profile))
            """)
        for tag in dataset.tags { try self.set(tag, of: dataset.id, in: transaction) }
    }

    static func update(_ dataset: EvaluationDataset, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE evaluation_datasets SET digest = \(dataset.digest), updated_at = \(dataset.updatedAt),
                updated_by = \(dataset.updatedBy), schema = \(dataset.schema), profile = \(dataset.profile)
            WHERE id = \(dataset.id)
            """)
    }

    /// Removes a dataset with all that belongs to it.
    ///
    /// - Returns: whether there was one.
    static func delete(_ id: String, in transaction: Transaction) throws -> Bool {
        for table in ["evaluation_dataset_tags", "evaluation_dataset_experiments", "evaluation_records"] {
            try transaction.execute("DELETE FROM \(raw: table) WHERE dataset = \(id)")
        }
        return try transaction.execute("DELETE FROM evaluation_datasets WHERE id = \(id)") > 0
    }

    /// Datasets for which every clause holds, in order, then by id downwards.
    static func search(
        experiments: [String], clauses: [SearchClause], orders: [SearchOrder], offset: Int, limit: Int,
        in reader: any Reading
    ) throws -> [EvaluationDataset] {
        var sql: SQL = "SELECT \(self.columns) FROM evaluation_datasets d WHERE 1 = 1"
        if !experiments.isEmpty {
            sql += """
                 AND EXISTS (SELECT 1 FROM evaluation_dataset_experiments x
                             WHERE x.dataset = d.id AND x.experiment IN \(SQL.list(experiments)))
                """
        }
        for clause in clauses {
            guard clause.entity == .tag else {
                let column = self.attributes[clause.key] ?? "NULL"
                sql += " AND \(ComparisonStore.condition(column, clause.comparison, clause.value))"
                continue
            }
            sql += """
                 AND EXISTS (SELECT 1 FROM evaluation_dataset_tags x WHERE x.dataset = d.id AND x.key = \(clause.key)
                             AND \(ComparisonStore.condition("x.value", clause.comparison, clause.value)))
                """
        }
        sql += " ORDER BY "
        for order in orders {
            sql += "\(self.attributes[order.key] ?? "NULL") \(raw: order.isAscending ? "ASC" : "DESC"), "
        }
        sql += "d.id DESC LIMIT \(limit) OFFSET \(offset)"
        return try self.complete(try reader.rows(sql), in: reader)
    }

    private static let attributes: [String: SQL] = [
        "name": "d.name", "created_by": "d.created_by", "last_updated_by": "d.updated_by",
        "created_time": "d.created_at", "last_update_time": "d.updated_at",
    ]

    // MARK: Tags and experiments

    static func set(_ tag: KeyValue, of dataset: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO evaluation_dataset_tags (dataset, key, value) VALUES (\(dataset), \(tag.key), \(tag.value))
            ON CONFLICT (dataset, key) DO UPDATE SET value = excluded.value
            """)
    }

    static func deleteTag(_ key: String, of dataset: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM evaluation_dataset_tags WHERE dataset = \(dataset) AND key = \(key)")
    }

    static func experiments(of dataset: String, in reader: any Reading) throws -> [String] {
        try reader.rows(
            "SELECT experiment FROM evaluation_dataset_experiments WHERE dataset = \(dataset) ORDER BY experiment"
        ).map { try $0.get(0) }
    }

    static func add(_ experiment: String, to dataset: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO evaluation_dataset_experiments (dataset, experiment) VALUES (\(dataset), \(experiment))
            ON CONFLICT DO NOTHING
            """)
    }

    /// - Returns: how many were there.
    static func remove(_ experiments: [String], from dataset: String, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            """
            DELETE FROM evaluation_dataset_experiments
            WHERE dataset = \(dataset) AND experiment IN \(SQL.list(experiments))
            """)
    }

    private static func complete(_ rows: [Row], in reader: any Reading) throws -> [EvaluationDataset] {
        var datasets = try rows.map { row in
            EvaluationDataset(
                id: try row.get(0), name: try row.get(1), digest: try row.get(2), createdAt: try row.get(3),
                updatedAt: try row.get(4), createdBy: try row.get(5), updatedBy: try row.get(6), schema: try row.get(7),
                profile: try row.get(8))
        }
        let places = Dictionary(
            datasets.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let tags = try reader.rows(
            """
            SELECT dataset, key, value FROM evaluation_dataset_tags WHERE dataset IN \(SQL.list(datasets.map(\.id)))
            ORDER BY dataset, key
            """)
        for row in tags {
            datasets[places[try row.get(0)] ?? 0].tags.append(KeyValue(key: try row.get(1), value: try row.get(2)))
        }
        return datasets
    }
}
