import Contract
package import Database
import Kernel

/// The rows of experiments and their tags.
package enum ExperimentStore {
    package static let migrations = [
        Migration(
            id: "experiments-0001",
            statements: [
                """
                CREATE TABLE experiments (
                    id INTEGER NOT NULL PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    artifact_location TEXT NOT NULL,
                    lifecycle TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE experiment_tags (
                    experiment BIGINT NOT NULL,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (experiment, key)
                ) WITHOUT ROWID
                """,
                // An experiment of its own for each project, made when a run of the project is first tracked.
                "CREATE TABLE project_experiments (project TEXT NOT NULL PRIMARY KEY, experiment BIGINT NOT NULL)",
            ])
    ]

    static let columns: SQL = "id, name, artifact_location, lifecycle, created_at, updated_at"

    /// With its tags.
    static func experiment(_ id: Int64, in reader: any Reading) throws -> Experiment? {
        try reader.row("SELECT \(self.columns) FROM experiments WHERE id = \(id)").map {
            try self.decode($0, in: reader)
        }
    }

    static func experiment(named name: String, in reader: any Reading) throws -> Experiment? {
        try reader.row("SELECT \(self.columns) FROM experiments WHERE name = \(name)").map {
            try self.decode($0, in: reader)
        }
    }

    /// The next number; after the largest there is.
    static func nextID(in reader: any Reading) throws -> Int64 {
        let row = try reader.row("SELECT COALESCE(MAX(id), -1) + 1 FROM experiments")
        return try row?.get(0) ?? Experiment.defaultID
    }

    static func insert(_ experiment: Experiment, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO experiments (\(self.columns))
            VALUES (\(experiment.id), \(experiment.name), \(experiment.artifactLocation), \(experiment.lifecycle),
                \(experiment.createdAt), \(experiment.updatedAt))
            """)
        for tag in experiment.tags { try self.set(tag, of: experiment.id, in: transaction) }
    }

    /// Saves name, lifecycle and the time of the change.
    static func save(_ experiment: Experiment, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE experiments SET name = \(experiment.name), lifecycle = \(experiment.lifecycle),
                updated_at = \(experiment.updatedAt) WHERE id = \(experiment.id)
            """)
    }

    static func set(_ tag: KeyValue, of experiment: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO experiment_tags (experiment, key, value) VALUES (\(experiment), \(tag.key), \(tag.value))
            ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value
            """)
    }

    /// - Returns: whether it was there.
    static func deleteTag(_ key: String, of experiment: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute("DELETE FROM experiment_tags WHERE experiment = \(experiment) AND key = \(key)") > 0
    }

    static func tags(of experiment: Int64, in reader: any Reading) throws -> [KeyValue] {
        try reader.rows("SELECT key, value FROM experiment_tags WHERE experiment = \(experiment) ORDER BY key").map {
            KeyValue(key: try $0.get(0), value: try $0.get(1))
        }
    }

    static func decode(_ row: Row, in reader: any Reading) throws -> Experiment {
        let id: Int64 = try row.get(0)
        return Experiment(
            id: id, name: try row.get(1), artifactLocation: try row.get(2), lifecycle: try row.get(3),
            createdAt: try row.get(4), updatedAt: try row.get(5), tags: try self.tags(of: id, in: reader))
    }

    // MARK: Projects

    static func experiment(ofProject project: String, in reader: any Reading) throws -> Int64? {
        try reader.row("SELECT experiment FROM project_experiments WHERE project = \(project)")?.get(0)
    }

    static func assign(_ experiment: Int64, toProject project: String, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO project_experiments (project, experiment) VALUES (\(project), \(experiment))")
    }
}

extension LifecycleStage: SQLConvertible {}
extension TrackedRunStatus: SQLConvertible {}
