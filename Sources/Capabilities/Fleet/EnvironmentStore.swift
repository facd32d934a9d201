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
            ])
    ]

    private static let specs = WireMemo<Environment>(limit: 256)

    static func all(in reader: any Reading) throws -> [(environment: Environment, price: Money)] {
        try reader.rows("SELECT spec, price_per_slot_hour FROM environments ORDER BY name").map(self.decode)
    }

    static func find(_ name: String, in reader: any Reading) throws -> (environment: Environment, price: Money)? {
        try reader.row("SELECT spec, price_per_slot_hour FROM environments WHERE name = \(name)").map(self.decode)
    }

    static func names(in reader: any Reading) throws -> [String] {
        try reader.rows("SELECT name FROM environments ORDER BY name").map { try $0.get(0) }
    }

    static func save(_ environment: Environment, price: Money, at now: Timestamp, in transaction: Transaction) throws {
        let spec = try self.specs.text(environment)
        try transaction.execute(
            """
            INSERT INTO environments (name, spec, price_per_slot_hour, created_at, updated_at)
            VALUES (\(environment.name), \(spec), \(price), \(now), \(now))
            ON CONFLICT (name) DO UPDATE SET spec = \(spec), price_per_slot_hour = \(price), updated_at = \(now)
            """)
    }

    private static func decode(_ row: Row) throws -> (environment: Environment, price: Money) {
        (try self.specs.value(text: try row.get(0)), try row.get(1))
    }
}
