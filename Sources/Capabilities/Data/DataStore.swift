import Contract
package import Database
import Kernel

/// The rows of declared stores, and the schema of the whole capability.
package enum DataStore {
    /// All of the Data capability's tables, in order.
    package static let migrations: [Migration] =
        [Self.stores] + BlobStore.migrations + DatasetStore.migrations + TransferStore.migrations

    private static let stores = Migration(
        id: "stores-0001",
        statements: [
            """
            CREATE TABLE stores (
                name TEXT PRIMARY KEY NOT NULL, type TEXT NOT NULL, path TEXT, endpoint TEXT, provider TEXT, region TEXT,
                zones TEXT NOT NULL, declared_at BIGINT NOT NULL)
            """
        ])

    static func store(_ name: String, in reader: any Reading) throws -> Store? {
        try reader.row("SELECT \(self.columns) FROM stores WHERE name = \(name)").map(self.decode)
    }

    /// By name, at most `limit` of those after `after`.
    static func stores(after: String?, limit: Int, in reader: any Reading) throws -> [Store] {
        try reader.rows(
            "SELECT \(self.columns) FROM stores WHERE name > \(after ?? "") ORDER BY name LIMIT \(limit)"
        ).map(self.decode)
    }

    static func save(_ store: Store, at time: Timestamp, in transaction: Transaction) throws {
        let zones = try Wire.text(store.zones)
        try transaction.execute(
            """
            INSERT INTO stores (\(self.columns), declared_at)
            VALUES (\(store.name), \(store.type), \(store.path), \(store.endpoint), \(store.provider), \(store.region),
                    \(zones), \(time))
            ON CONFLICT (name) DO UPDATE SET
                type = excluded.type, path = excluded.path, endpoint = excluded.endpoint, provider = excluded.provider,
                region = excluded.region, zones = excluded.zones, declared_at = excluded.declared_at
            """)
    }

    private static let columns: SQL = "name, type, path, endpoint, provider, region, zones"

    private static func decode(_ row: Row) throws -> Store {
        Store(
            name: try row.get(0), type: try row.get(1), path: try row.get(2), endpoint: try row.get(3),
            provider: try row.get(4), region: try row.get(5),
            zones: try Wire.decode([String].self, text: try row.get(6)))
    }
}
