import Contract
import Database
import Kernel

/// The rows of dataset versions. A version never changes once it is there.
enum DatasetStore {
    static let migrations = [
        Migration(
            id: "datasets-0001",
            statements: [
                "CREATE TABLE datasets (name TEXT PRIMARY KEY NOT NULL, latest BIGINT NOT NULL)",
                """
                CREATE TABLE dataset_versions (
                    name TEXT NOT NULL, version BIGINT NOT NULL, tree TEXT NOT NULL, files BIGINT NOT NULL,
                    size BIGINT NOT NULL, residency TEXT NOT NULL, store TEXT NOT NULL, created_by TEXT NOT NULL,
                    created_at BIGINT NOT NULL, PRIMARY KEY (name, version))
                """,
                "CREATE INDEX dataset_versions_tree ON dataset_versions (tree)",
                "CREATE INDEX dataset_versions_store ON dataset_versions (store)",
            ])
    ]

    /// - Parameter version: nil is the latest.
    static func version(_ name: String, _ version: Int?, in reader: any Reading) throws -> DatasetVersion? {
        let wanted: SQL = version.map { "\($0)" } ?? "(SELECT latest FROM datasets WHERE name = \(name))"
        return try reader.row(
            "SELECT \(self.columns) FROM dataset_versions v WHERE v.name = \(name) AND v.version = \(wanted)"
        ).map(self.decode)
    }

    /// The latest version of each, by name.
    static func latest(after: String?, limit: Int, in reader: any Reading) throws -> [DatasetVersion] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM datasets d JOIN dataset_versions v ON v.name = d.name AND v.version = d.latest
            WHERE d.name > \(after ?? "") ORDER BY d.name LIMIT \(limit)
            """
        ).map(self.decode)
    }

    /// Newest first.
    static func versions(
        of name: String, before: Int?, limit: Int, in reader: any Reading
    ) throws -> [DatasetVersion] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM dataset_versions v WHERE v.name = \(name) AND v.version < \(before ?? Int.max)
            ORDER BY v.version DESC LIMIT \(limit)
            """
        ).map(self.decode)
    }

    /// Every version, of any dataset, that consists of this tree.
    static func versions(withTree tree: ContentDigest, in reader: any Reading) throws -> [DatasetVersion] {
        try reader.rows("SELECT \(self.columns) FROM dataset_versions v WHERE v.tree = \(tree)").map(self.decode)
    }

    /// Every version that was put into this store.
    static func versions(inStore store: String, in reader: any Reading) throws -> [DatasetVersion] {
        try reader.rows(
            "SELECT \(self.columns) FROM dataset_versions v WHERE v.store = \(store) ORDER BY v.name, v.version"
        ).map(self.decode)
    }

    static func insert(_ version: DatasetVersion, in transaction: Transaction) throws {
        let residency = try Wire.text(version.residency)
        try transaction.execute(
            """
            INSERT INTO dataset_versions (name, version, tree, files, size, residency, store, created_by, created_at)
            VALUES (\(version.name), \(version.version), \(version.tree), \(version.files), \(version.size), \(residency),
                    \(version.store), \(version.createdBy), \(version.createdAt))
            """)
        try transaction.execute(
            """
            INSERT INTO datasets (name, latest) VALUES (\(version.name), \(version.version))
            ON CONFLICT (name) DO UPDATE SET latest = excluded.latest
            """)
    }

    private static let columns: SQL =
        "v.name, v.version, v.tree, v.files, v.size, v.residency, v.store, v.created_by, v.created_at"

    private static func decode(_ row: Row) throws -> DatasetVersion {
        DatasetVersion(
            name: try row.get(0), version: try row.get(1), tree: try row.get(2), files: try row.get(3),
            size: try row.get(4), residency: try Wire.decode(Residency.self, text: try row.get(5)),
            store: try row.get(6),
            createdBy: try row.get(7), createdAt: try row.get(8))
    }
}
