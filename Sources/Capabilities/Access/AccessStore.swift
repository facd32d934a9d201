package import Contract
package import Database
import Kernel

extension Role: SQLConvertible {}

/// The rows of tokens. A hash never leaves this capability.
package enum AccessStore {
    package static let migrations = [
        Migration(
            id: "access-0001",
            statements: [
                """
                CREATE TABLE access_tokens (
                    id TEXT PRIMARY KEY NOT NULL,
                    name TEXT NOT NULL,
                    role TEXT NOT NULL,
                    hash TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    expires_at BIGINT,
                    revoked_at BIGINT
                )
                """,
                "CREATE INDEX access_tokens_by_name ON access_tokens (name, role)",
                "CREATE INDEX access_tokens_by_role ON access_tokens (role, id)",
            ])
    ]

    private static let columns: SQL = "id, name, role, created_at, expires_at, revoked_at, hash"

    static func token(_ id: ID<AccessToken>, in reader: any Reading) throws -> (token: AccessToken, hash: String)? {
        guard let row = try reader.row("SELECT \(self.columns) FROM access_tokens WHERE id = \(id)") else { return nil }
        return (try self.token(row), try row.get(6))
    }

    static func tokens(_ page: PageRequest, in reader: any Reading) throws -> Page<AccessToken> {
        var sql: SQL = "SELECT \(self.columns) FROM access_tokens WHERE role <> \(Role.worker)"
        if let cursor = page.cursor { sql += " AND id < \(cursor)" }
        sql += " ORDER BY id DESC LIMIT \(page.limit + 1)"
        let tokens = try reader.rows(sql).map(self.token)
        let items = Array(tokens.prefix(page.limit))
        return Page(items: items, next: tokens.count > page.limit ? items.last?.id.description : nil)
    }

    static func hasAdmin(in reader: any Reading) throws -> Bool {
        try reader.row("SELECT 1 FROM access_tokens WHERE role = \(Role.admin) LIMIT 1") != nil
    }

    static func insert(_ token: AccessToken, hash: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO access_tokens (id, name, role, hash, created_at, expires_at, revoked_at)
            VALUES (\(token.id), \(token.name), \(token.role), \(hash), \(token.createdAt), \(token.expires), NULL)
            """)
    }

    static func revoke(_ id: ID<AccessToken>, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE access_tokens SET revoked_at = \(now) WHERE id = \(id) AND revoked_at IS NULL")
    }

    /// - Returns: the tokens that it ended.
    static func revoke(
        name: String, role: Role, at now: Timestamp, in transaction: Transaction
    ) throws -> [ID<AccessToken>] {
        let ids: [ID<AccessToken>] = try transaction.rows(
            "SELECT id FROM access_tokens WHERE name = \(name) AND role = \(role) AND revoked_at IS NULL LIMIT 1000"
        ).map { try $0.get(0) }
        try transaction.execute("UPDATE access_tokens SET revoked_at = \(now) WHERE id IN \(SQL.list(ids))")
        return ids
    }

    static func removeExpired(name: String, role: Role, before: Timestamp, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM access_tokens WHERE name = \(name) AND role = \(role) AND expires_at < \(before)")
    }

    private static func token(_ row: Row) throws -> AccessToken {
        AccessToken(
            id: try row.get(0), name: try row.get(1), role: try row.get(2), createdAt: try row.get(3),
            expires: try row.get(4), revokedAt: try row.get(5))
    }
}
