import Database

extension ModelStore {
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
            ]),
        Migration(
            id: "models-0002",
            statements: [
                "ALTER TABLE models ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE models ADD COLUMN description TEXT",
                // Numbers are never given twice, also when the newest version was deleted.
                "ALTER TABLE models ADD COLUMN latest BIGINT NOT NULL DEFAULT 0",
                """
                UPDATE models SET updated_at = created_at,
                    latest = COALESCE((SELECT MAX(v.version) FROM model_versions v WHERE v.model = models.name), 0)
                """,
                "ALTER TABLE model_versions RENAME TO model_versions_0001",
                """
                CREATE TABLE model_versions (
                    model TEXT NOT NULL, version BIGINT NOT NULL, tree TEXT, source TEXT NOT NULL, location TEXT,
                    residency TEXT NOT NULL, run TEXT, run_name TEXT, run_link TEXT, logged_model TEXT, variant TEXT,
                    metric TEXT, training_cost BIGINT, description TEXT, stage TEXT NOT NULL, created_by TEXT NOT NULL,
                    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (model, version))
                """,
                """
                INSERT INTO model_versions (model, version, tree, source, residency, run, variant, metric, training_cost,
                                            stage, created_by, created_at, updated_at)
                SELECT model, version, tree, 'martlet://trees/' || tree, residency, run, variant, metric, training_cost,
                       'None', created_by, created_at, created_at FROM model_versions_0001
                """,
                "DROP TABLE model_versions_0001",
                "CREATE INDEX model_versions_tree ON model_versions (model, tree)",
                "CREATE INDEX model_versions_updated ON model_versions (updated_at DESC, model, version DESC)",
                "CREATE INDEX model_versions_run ON model_versions (run_name)",
                """
                CREATE TABLE model_tags (
                    model TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key))
                """,
                "CREATE INDEX model_tags_key ON model_tags (key, model)",
                """
                CREATE TABLE model_version_tags (
                    model TEXT NOT NULL, version BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
                    PRIMARY KEY (model, version, key))
                """,
                "CREATE INDEX model_version_tags_key ON model_version_tags (key, model)",
            ]),
    ]
}
