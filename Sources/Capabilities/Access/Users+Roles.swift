package import Contract
import Database
import Kernel

// Roles: permissions under a name.
extension Users {
    /// - Throws: `noSuch`.
    package func role(_ id: Int64) async throws -> PermissionRole {
        try await self.database.read { try self.existing(role: id, in: $0) }
    }

    /// - Parameter workspaces: nil is all.
    package func roles(in workspaces: [String]?) async throws -> [PermissionRole] {
        try await self.database.read { try PermissionStore.roles(workspaces: workspaces, in: $0) }
    }

    /// - Throws: `noSuch` for the user.
    package func roles(of name: String) async throws -> [PermissionRole] {
        try await self.database.read { reader in
            try PermissionStore.roles(of: try self.existing(name, in: reader).id, in: reader)
        }
    }

    package func createRole(
        _ name: String, workspace: String, description: String?, by actor: Principal
    ) async throws -> PermissionRole {
        try await self.change("role.created", name, by: actor, ["workspace": .string(workspace)]) { transaction in
            guard try PermissionStore.role(name, workspace: workspace, in: transaction) == nil else {
                throw UserError.alreadyExists("Role (name=\(name), workspace=\(workspace)) already exists.")
            }
            return try PermissionStore.insert(name, workspace: workspace, description: description, in: transaction)
        }
    }

    package func updateRole(
        _ id: Int64, name: String?, description: String?, by actor: Principal
    ) async throws -> PermissionRole {
        try await self.change("role.updated", String(id), by: actor) { transaction in
            var role = try self.existing(role: id, in: transaction)
            if let name, name != role.name {
                guard try PermissionStore.role(name, workspace: role.workspace, in: transaction) == nil else {
                    throw UserError.alreadyExists(
                        "Role with name=\(name) already exists in workspace=\(role.workspace)")
                }
                role.name = name
            }
            if let description { role.description = description }
            try PermissionStore.update(role, in: transaction)
            return role
        }
    }

    package func deleteRole(_ id: Int64, by actor: Principal) async throws {
        try await self.change("role.deleted", String(id), by: actor) { transaction in
            try PermissionStore.delete(try self.existing(role: id, in: transaction).id, in: transaction)
        }
    }

    package func add(_ grant: Grant, to role: Int64, by actor: Principal) async throws -> PermissionRole.Entry {
        try Self.check(grant)
        return try await self.change("role.granted", String(role), by: actor, Self.body(grant)) { transaction in
            _ = try self.existing(role: role, in: transaction)
            guard let entry = try PermissionStore.insert(grant, role: role, in: transaction) else {
                throw UserError.alreadyExists(
                    "Role permission (role_id=\(role), resource_type=\(grant.type.rawValue), "
                        + "resource_pattern=\(grant.pattern)) already exists.")
            }
            return entry
        }
    }

    package func setEntry(
        _ id: Int64, _ permission: Permission, by actor: Principal
    ) async throws -> PermissionRole.Entry {
        let body: [String: JSONValue] = ["permission": .string(permission.rawValue)]
        return try await self.change("role.granted", String(id), by: actor, body) { transaction in
            var entry = try self.existing(entry: id, in: transaction)
            entry.grant.permission = permission
            try Self.check(entry.grant)
            try PermissionStore.set(permission, of: id, in: transaction)
            return entry
        }
    }

    package func removeEntry(_ id: Int64, by actor: Principal) async throws {
        try await self.change("role.revoked", String(id), by: actor) { transaction in
            try PermissionStore.deleteEntry(try self.existing(entry: id, in: transaction).id, in: transaction)
        }
    }

    package func assign(_ role: Int64, to name: String, by actor: Principal) async throws -> RoleAssignment {
        try await self.change("role.assigned", name, by: actor, ["role": .integer(role)]) { transaction in
            let user = try self.existing(name, in: transaction)
            _ = try self.existing(role: role, in: transaction)
            guard let assignment = try PermissionStore.assign(role, to: user.id, in: transaction) else {
                throw UserError.alreadyExists(
                    "User role assignment (user_id=\(user.id), role_id=\(role)) already exists")
            }
            return assignment
        }
    }

    package func unassign(_ role: Int64, from name: String, by actor: Principal) async throws {
        try await self.change("role.unassigned", name, by: actor, ["role": .integer(role)]) { transaction in
            let user = try self.existing(name, in: transaction)
            guard try PermissionStore.unassign(role, from: user.id, in: transaction) else {
                throw UserError.noSuch("User role assignment (user_id=\(user.id), role_id=\(role)) not found")
            }
        }
    }

    package func assignments(of role: Int64) async throws -> [RoleAssignment] {
        try await self.database.read { reader in
            try PermissionStore.assignments(of: try self.existing(role: role, in: reader).id, in: reader)
        }
    }

    /// The role that an entry belongs to.
    package func role(ofEntry id: Int64) async throws -> PermissionRole {
        try await self.database.read { reader in
            try self.existing(role: try self.existing(entry: id, in: reader).roleID, in: reader)
        }
    }

    private func existing(role id: Int64, in reader: any Reading) throws -> PermissionRole {
        guard let role = try PermissionStore.role(id, in: reader) else {
            throw UserError.noSuch("Role with id=\(id) not found")
        }
        return role
    }

    private func existing(entry id: Int64, in reader: any Reading) throws -> PermissionRole.Entry {
        guard let entry = try PermissionStore.entry(id, in: reader) else {
            throw UserError.noSuch("Role permission with id=\(id) not found")
        }
        return entry
    }
}
