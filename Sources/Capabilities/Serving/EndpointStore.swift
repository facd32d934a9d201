import Contract
import Database
import Kernel

extension EndpointMachine.Phase: SQLConvertible {}

/// The rows of endpoints, of their revisions and replicas, and the routing table made of them.
enum EndpointStore {
    static let migrations = [
        Migration(
            id: "serving-0001",
            statements: [
                """
                CREATE TABLE endpoints (
                    name TEXT PRIMARY KEY NOT NULL, declared TEXT NOT NULL, user_name TEXT NOT NULL, user_role TEXT NOT NULL,
                    deleted BIGINT NOT NULL, problem TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE endpoint_revisions (
                    endpoint TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, declared TEXT NOT NULL,
                    traffic BIGINT NOT NULL, replicas BIGINT NOT NULL, phase TEXT NOT NULL, failures BIGINT NOT NULL,
                    not_before BIGINT NOT NULL, retire_at BIGINT, PRIMARY KEY (endpoint, name, definition))
                """,
                """
                CREATE TABLE endpoint_replicas (
                    run TEXT PRIMARY KEY NOT NULL, endpoint TEXT NOT NULL, revision TEXT NOT NULL, definition TEXT NOT NULL,
                    submitted_at BIGINT NOT NULL, ready_at BIGINT, stopping BIGINT NOT NULL)
                """,
                "CREATE INDEX endpoint_replicas_endpoint ON endpoint_replicas (endpoint)",
                "CREATE TABLE routing_tables (id BIGINT PRIMARY KEY NOT NULL, version BIGINT NOT NULL, endpoints TEXT NOT NULL)",
                "CREATE TABLE deployments (id TEXT PRIMARY KEY NOT NULL, result TEXT NOT NULL)",
            ])
    ]

    // MARK: Endpoints

    private static let columns: SQL = "declared, user_name, user_role, deleted, problem, created_at, updated_at"

    static func find(_ name: String, in reader: any Reading) throws -> EndpointRow? {
        try reader.row("SELECT \(self.columns) FROM endpoints WHERE name = \(name)").map(self.decode)
    }

    /// By name, after `name`; deleted ones too.
    static func page(after name: String, limit: Int, in reader: any Reading) throws -> [EndpointRow] {
        try reader.rows(
            "SELECT \(self.columns) FROM endpoints WHERE name > \(name) ORDER BY name LIMIT \(limit)"
        ).map(self.decode)
    }

    /// By name, after `name`; those that are not deleted.
    static func declared(after name: String, limit: Int, in reader: any Reading) throws -> [EndpointRow] {
        try reader.rows(
            "SELECT \(self.columns) FROM endpoints WHERE name > \(name) AND deleted = 0 ORDER BY name LIMIT \(limit)"
        ).map(self.decode)
    }

    static func count(in reader: any Reading) throws -> Int {
        try reader.row("SELECT COUNT(*) FROM endpoints").map { try $0.get(0) } ?? 0
    }

    static func save(_ row: EndpointRow, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO endpoints (name, declared, user_name, user_role, deleted, problem, created_at, updated_at)
            VALUES (\(row.endpoint.name), \(try Wire.text(row.endpoint)), \(row.user.name), \(row.user.role.rawValue),
                    \(row.isDeleted), \(row.problem), \(row.createdAt), \(row.updatedAt))
            ON CONFLICT (name) DO UPDATE SET
                declared = excluded.declared, user_name = excluded.user_name, user_role = excluded.user_role,
                deleted = excluded.deleted, problem = excluded.problem, created_at = excluded.created_at,
                updated_at = excluded.updated_at
            """)
    }

    static func remove(_ name: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM endpoints WHERE name = \(name)")
    }

    private static func decode(_ row: Row) throws -> EndpointRow {
        let role: String = try row.get(2)
        return EndpointRow(
            endpoint: try Wire.decode(Endpoint.self, text: try row.get(0)),
            user: Principal(name: try row.get(1), role: Role(rawValue: role) ?? .viewer), isDeleted: try row.get(3),
            problem: try row.get(4), createdAt: try row.get(5), updatedAt: try row.get(6))
    }

    // MARK: Deployments

    static func deployment(_ key: String, in reader: any Reading) throws -> String? {
        try reader.row("SELECT result FROM deployments WHERE id = \(key)").map { try $0.get(0) }
    }

    static func saveDeployment(_ key: String, result: String, in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO deployments (id, result) VALUES (\(key), \(result))")
    }

    // MARK: Routing

    /// Version 0 without endpoints before the first.
    static func routing(in reader: any Reading) throws -> RoutingTable {
        guard let row = try reader.row("SELECT version, endpoints FROM routing_tables WHERE id = 1") else {
            return RoutingTable(version: 0, endpoints: [])
        }
        return RoutingTable(
            version: try row.get(0), endpoints: try Wire.decode([RoutingTable.Route].self, text: try row.get(1)))
    }

    static func saveRouting(_ table: RoutingTable, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO routing_tables (id, version, endpoints) VALUES (1, \(table.version), \(try Wire.text(table.endpoints)))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, endpoints = excluded.endpoints
            """)
    }
}
