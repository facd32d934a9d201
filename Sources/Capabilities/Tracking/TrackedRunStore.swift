package import Database

/// The rows of tracked runs, their parameters, tags and inputs.
///
/// `number` is what every other table refers to. A search that names a parameter or a tag either walks the runs of an
/// experiment by start and probes each (`run, key` is the primary key), or reads the runs of one value, or the values of one
/// key, off an index that holds all it needs; the second index keeps long values out of the first.
package enum TrackedRunStore {
    /// Values of more characters are not indexed: the longest key that every database takes is 2,700 bytes.
    package static let longValue = 500

    package static let migrations = [
        Migration(
            id: "tracked-runs-0001",
            statements: [
                "CREATE TABLE tracking_keys (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
                """
                CREATE TABLE tracked_runs (
                    number INTEGER NOT NULL PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    experiment BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    user_name TEXT NOT NULL,
                    status TEXT NOT NULL,
                    started_at BIGINT NOT NULL,
                    ended_at BIGINT,
                    lifecycle TEXT NOT NULL,
                    deleted_at BIGINT,
                    artifact_uri TEXT NOT NULL
                )
                """,
                """
                CREATE INDEX tracked_runs_by_start ON tracked_runs (experiment, lifecycle, started_at DESC, id)
                """,
            ] + values(of: "run_params") + values(of: "run_tags") + [
                """
                CREATE TABLE tracked_datasets (
                    number INTEGER NOT NULL PRIMARY KEY,
                    experiment BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    digest TEXT NOT NULL,
                    source_type TEXT NOT NULL,
                    source TEXT NOT NULL,
                    schema TEXT,
                    profile TEXT,
                    UNIQUE (experiment, name, digest)
                )
                """,
                """
                CREATE TABLE run_datasets (
                    run BIGINT NOT NULL, dataset BIGINT NOT NULL, PRIMARY KEY (run, dataset)
                ) WITHOUT ROWID
                """,
                "CREATE INDEX run_datasets_by_dataset ON run_datasets (dataset, run)",
                """
                CREATE TABLE run_dataset_tags (
                    run BIGINT NOT NULL, dataset BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
                    PRIMARY KEY (run, dataset, key)
                ) WITHOUT ROWID
                """,
                """
                CREATE TABLE run_model_inputs (
                    run BIGINT NOT NULL, model TEXT NOT NULL, PRIMARY KEY (run, model)
                ) WITHOUT ROWID
                """,
                "CREATE INDEX run_model_inputs_by_model ON run_model_inputs (model, run)",
                """
                CREATE TABLE run_model_outputs (
                    run BIGINT NOT NULL, model TEXT NOT NULL, step BIGINT NOT NULL, PRIMARY KEY (run, model)
                ) WITHOUT ROWID
                """,
                "CREATE INDEX run_model_outputs_by_model ON run_model_outputs (model, run)",
            ])
    ]

    /// A table of values by run and key. `is_long` is 1 for values of more than `longValue` characters.
    private static func values(of table: String) -> [String] {
        [
            """
            CREATE TABLE \(table) (
                run BIGINT NOT NULL, key BIGINT NOT NULL, value TEXT NOT NULL, is_long BIGINT NOT NULL,
                PRIMARY KEY (run, key)
            ) WITHOUT ROWID
            """,
            // `is_long` is named to be within the index: a search reads nothing else then.
            "CREATE INDEX \(table)_by_value ON \(table) (key, value, run, is_long) WHERE is_long = 0",
            "CREATE INDEX \(table)_long ON \(table) (key, run) WHERE is_long = 1",
        ]
    }
}
