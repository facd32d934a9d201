import Database
import Kernel

extension ResourceType: SQLConvertible {}
extension Permission: SQLConvertible {}

/// The rows of roles, of what they grant and of who has them.
enum PermissionStore {
    /// Roles and users in one listing; more than any installation has.
    static let listLimit = 10_000

    // MARK: Roles

    static func role(_ id: Int64, in reader: any Reading) throws -> PermissionRole? {
        try self.roles("WHERE r.id = \(id)", in: reader).first
    }

    static func role(_ name: String, workspace: String, in reader: any Reading) throws -> PermissionRole? {
        try self.roles("WHERE r.workspace = \(workspace) AND r.name = \(name)", in: reader).first
    }

    static func roles(of user: Int64, in reader: any Reading) throws -> [PermissionRole] {
        try self.roles("JOIN permission_members m ON m.role = r.id WHERE m.user_id = \(user)", in: reader)
    }

    /// - Parameter workspaces: nil is all.
    static func roles(workspaces: [String]?, in reader: any Reading) throws -> [PermissionRole] {
        guard let workspaces else { return try self.roles("", in: reader) }
        return try self.roles("WHERE r.workspace IN \(SQL.list(workspaces))", in: reader)
    }

    private static func roles(_ end: SQL, in reader: any Reading) throws -> [PermissionRole] {
        let sql: SQL = "SELECT r.id, r.workspace, r.name, r.description FROM permission_roles r "
        let rows = try reader.rows(sql + end + " ORDER BY r.id LIMIT \(self.listLimit)")
        return try rows.map { row in
            let id: Int64 = try row.get(0)
            return PermissionRole(
                id: id, workspace: try row.get(1), name: try row.get(2), description: try row.get(3),
                entries: try self.entries(of: id, in: reader))
        }
    }

    static func insert(
        _ name: String, workspace: String, description: String?, in transaction: Transaction
    ) throws -> PermissionRole {
        let id = try self.next("SELECT COALESCE(MAX(id), 0) + 1 FROM permission_roles", in: transaction)
        try transaction.execute(
            """
            INSERT INTO permission_roles (id, workspace, name, description)
            VALUES (\(id), \(workspace), \(name), \(description))
            """)
        return PermissionRole(id: id, workspace: workspace, name: name, description: description)
    }

    static func update(_ role: PermissionRole, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE permission_roles SET name = \(role.name), description = \(role.description) WHERE id = \(role.id)
            """)
    }

    static func delete(_ role: Int64, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM permission_grants WHERE role = \(role)")
        try transaction.execute("DELETE FROM permission_members WHERE role = \(role)")
        try transaction.execute("DELETE FROM permission_roles WHERE id = \(role)")
    }

    // MARK: Grants

    private static let entryColumns: SQL = "SELECT id, role, type, pattern, permission FROM permission_grants"

    static func entries(of role: Int64, in reader: any Reading) throws -> [PermissionRole.Entry] {
        try reader.rows(self.entryColumns + " WHERE role = \(role) ORDER BY id").map(self.entry)
    }

    static func entry(_ id: Int64, in reader: any Reading) throws -> PermissionRole.Entry? {
        try reader.row(self.entryColumns + " WHERE id = \(id)").map(self.entry)
    }

    /// - Returns: nil when the role has a grant of that kind and pattern already.
    static func insert(
        _ grant: Grant, role: Int64, in transaction: Transaction
    ) throws -> PermissionRole.Entry? {
        let id = try self.next("SELECT COALESCE(MAX(id), 0) + 1 FROM permission_grants", in: transaction)
        let count = try transaction.execute(
            """
            INSERT INTO permission_grants (id, role, type, pattern, permission)
            VALUES (\(id), \(role), \(grant.type), \(grant.pattern), \(grant.permission))
            ON CONFLICT (role, type, pattern) DO NOTHING
            """)
        return count == 0 ? nil : PermissionRole.Entry(id: id, roleID: role, grant: grant)
    }

    static func set(_ permission: Permission, of entry: Int64, in transaction: Transaction) throws {
        try transaction.execute("UPDATE permission_grants SET permission = \(permission) WHERE id = \(entry)")
    }

    static func deleteEntry(_ id: Int64, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM permission_grants WHERE id = \(id)")
    }

    static func deleteGrants(on resource: Resource, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM permission_grants WHERE type = \(resource.type) AND pattern = \(resource.id)")
    }

    static func renameGrants(on resource: Resource, to name: String, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE permission_grants SET pattern = \(name) WHERE type = \(resource.type) AND pattern = \(resource.id)
            """)
    }

    /// What all roles of a user grant.
    static func grants(of user: String, in reader: any Reading) throws -> [Grant] {
        try reader.rows(
            """
            SELECT g.type, g.pattern, g.permission FROM users u JOIN permission_members m ON m.user_id = u.id
            JOIN permission_grants g ON g.role = m.role WHERE u.name = \(user)
            """
        ).map { Grant(type: try $0.get(0), pattern: try $0.get(1), permission: try $0.get(2)) }
    }

    private static func entry(_ row: Row) throws -> PermissionRole.Entry {
        PermissionRole.Entry(
            id: try row.get(0), roleID: try row.get(1),
            grant: Grant(type: try row.get(2), pattern: try row.get(3), permission: try row.get(4)))
    }

    // MARK: Assignments

    static func assignments(of role: Int64, in reader: any Reading) throws -> [RoleAssignment] {
        try reader.rows(
            """
            SELECT id, user_id, role FROM permission_members WHERE role = \(role) ORDER BY id LIMIT \(self.listLimit)
            """
        ).map { RoleAssignment(id: try $0.get(0), user: try $0.get(1), role: try $0.get(2)) }
    }

    /// - Returns: nil when the user has the role already.
    static func assign(_ role: Int64, to user: Int64, in transaction: Transaction) throws -> RoleAssignment? {
        let id = try self.next("SELECT COALESCE(MAX(id), 0) + 1 FROM permission_members", in: transaction)
        let count = try transaction.execute(
            """
            INSERT INTO permission_members (id, user_id, role) VALUES (\(id), \(user), \(role))
            ON CONFLICT (user_id, role) DO NOTHING
            """)
        return count == 0 ? nil : RoleAssignment(id: id, user: user, role: role)
    }

    /// - Returns: whether the user had the role.
    static func unassign(_ role: Int64, from user: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute("DELETE FROM permission_members WHERE user_id = \(user) AND role = \(role)") > 0
    }

    private static func next(_ sql: SQL, in reader: any Reading) throws -> Int64 { try reader.row(sql)?.get(0) ?? 1 }
}
