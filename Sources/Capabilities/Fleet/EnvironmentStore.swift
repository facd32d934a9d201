import Contract
import Database
import Kernel

/// The rows of environments.
enum EnvironmentStore {
    static let migrations = [
        Migration(
            id: "fleet-0001",
            statements: [
                """
                CREATE TABLE environments (
                    name TEXT PRIMARY KEY, spec TEXT NOT NULL, price_per_slot_hour BIGINT NOT NULL,
                    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
                """
            ]),
        Migration(
            id: "fleet-0004",
            statements: ["ALTER TABLE environments ADD COLUMN list_price_per_slot_hour BIGINT"]),
    ]

    private static let columns: SQL = """
        spec, price_per_slot_hour, COALESCE(list_price_per_slot_hour, price_per_slot_hour)
        """
    private static let specs = WireMemo<Environment>(limit: 256)

    /// An environment with what a slot of it costs for an hour, and what everybody pays for that.
    struct Priced {
        var environment: Environment
        var price: Money
        var listPrice: Money
    }

    static func all(in reader: any Reading) throws -> [Priced] {
        try reader.rows("SELECT \(self.columns) FROM environments ORDER BY name").map(self.decode)
    }

    /// The oldest first.
    static func byAge(in reader: any Reading) throws -> [Priced] {
        try reader.rows("SELECT \(self.columns) FROM environments ORDER BY created_at, name").map(self.decode)
    }

    static func find(_ name: String, in reader: any Reading) throws -> Priced? {
        try reader.row("SELECT \(self.columns) FROM environments WHERE name = \(name)").map(self.decode)
    }

    static func names(in reader: any Reading) throws -> [String] {
        try reader.rows("SELECT name FROM environments ORDER BY name").map { try $0.get(0) }
    }

    /// A new environment costs its list price; that of one that is there stays until it is set.
    static func save(
        _ environment: Environment, listPrice: Money, at now: Timestamp, in transaction: Transaction
    ) throws {
        let spec = try self.specs.text(environment)
        try transaction.execute(
            """
            INSERT INTO environments
                (name, spec, price_per_slot_hour, list_price_per_slot_hour, created_at, updated_at)
            VALUES (\(environment.name), \(spec), \(listPrice), \(listPrice), \(now), \(now))
            ON CONFLICT (name) DO UPDATE SET
                spec = \(spec), list_price_per_slot_hour = \(listPrice), updated_at = \(now)
            """)
    }

    static func setPrice(
        _ price: Money, listPrice: Money, of name: String, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE environments SET price_per_slot_hour = \(price), list_price_per_slot_hour = \(listPrice)
            WHERE name = \(name)
            """)
    }

    private static func decode(_ row: Row) throws -> Priced {
        Priced(
            environment: try self.specs.value(text: try row.get(0)), price: try row.get(1), listPrice: try row.get(2))
    }
}
