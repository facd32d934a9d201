import Contract
package import Database
import Kernel

/// The rows of users. A password's hash never leaves this capability.
package enum UserStore {
    package static let migrations = [
        Migration(
            id: "users-0001",
            statements: [
                """
                CREATE TABLE users (
                    id BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
                    is_admin BIGINT NOT NULL, created_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE permission_roles (
                    id BIGINT PRIMARY KEY NOT NULL, workspace TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
                    UNIQUE (workspace, name))
                """,
                """
                CREATE TABLE permission_grants (
                    id BIGINT PRIMARY KEY NOT NULL, role BIGINT NOT NULL, type TEXT NOT NULL, pattern TEXT NOT NULL,
                    permission TEXT NOT NULL, UNIQUE (role, type, pattern))
                """,
                "CREATE INDEX permission_grants_by_pattern ON permission_grants (type, pattern)",
                """
                CREATE TABLE permission_members (
                    id BIGINT PRIMARY KEY NOT NULL, user_id BIGINT NOT NULL, role BIGINT NOT NULL,
                    UNIQUE (user_id, role))
                """,
                "CREATE INDEX permission_members_by_role ON permission_members (role)",
            ])
    ]

    static func user(_ name: String, in reader: any Reading) throws -> (user: User, password: String)? {
        guard let row = try reader.row("SELECT id, name, is_admin, password FROM users WHERE name = \(name)") else {
            return nil
        }
        return (try self.user(row), try row.get(3))
    }

    static func users(limit: Int, in reader: any Reading) throws -> [User] {
        try reader.rows("SELECT id, name, is_admin FROM users ORDER BY id LIMIT \(limit)").map(self.user)
    }

    static func hasAny(in reader: any Reading) throws -> Bool {
        try reader.row("SELECT 1 FROM users LIMIT 1") != nil
    }

    static func insert(
        _ name: String, password: String, isAdmin: Bool, at now: Timestamp, in transaction: Transaction
    ) throws -> User {
        let user = User(id: try self.nextUser(in: transaction), name: name, isAdmin: isAdmin)
        try transaction.execute(
            """
            INSERT INTO users (id, name, password, is_admin, created_at)
            VALUES (\(user.id), \(name), \(password), \(isAdmin), \(now))
            """)
        return user
    }

    static func set(password: String, of user: Int64, in transaction: Transaction) throws {
        try transaction.execute("UPDATE users SET password = \(password) WHERE id = \(user)")
    }

    static func set(isAdmin: Bool, of user: Int64, in transaction: Transaction) throws {
        try transaction.execute("UPDATE users SET is_admin = \(isAdmin) WHERE id = \(user)")
    }

    static func delete(_ user: Int64, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM permission_members WHERE user_id = \(user)")
        try transaction.execute("DELETE FROM users WHERE id = \(user)")
    }

    private static func nextUser(in reader: any Reading) throws -> Int64 {
        try reader.row("SELECT COALESCE(MAX(id), 0) + 1 FROM users")?.get(0) ?? 1
    }

    private static func user(_ row: Row) throws -> User {
        User(id: try row.get(0), name: try row.get(1), isAdmin: try row.get(2))
    }
}
