package import Database

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
}
