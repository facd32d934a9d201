package import Contract
import Database
import Kernel

// What users were permitted, alone or by a role.
extension Users {
    /// Everything that was granted to a user.
    package func grants(of name: String) async throws -> Grants {
        if let known = self.cache.grants(of: name) { return known }
        let revision = self.cache.revision
        let grants = Grants(try await self.database.read { try PermissionStore.grants(of: name, in: $0) })
        self.cache.insert(grants, of: name, asOf: revision)
        return grants
    }

    /// Grants something to one user alone.
    ///
    /// - Throws: `invalid`, `noSuch` for the user, `alreadyExists` when something is granted there.
    package func grant(_ grant: Grant, to name: String, by actor: Principal) async throws {
        try Self.check(grant)
        try await self.change("permission.granted", name, by: actor, Self.body(grant)) { transaction in
            let role = try self.ownRole(of: try self.existing(name, in: transaction), in: transaction)
            guard try PermissionStore.insert(grant, role: role.id, in: transaction) != nil else {
                throw UserError.alreadyExists(
                    "Permission for user=\(name) on resource_type=\(grant.type.rawValue), "
                        + "resource_id=\(grant.pattern) already exists.")
            }
        }
    }

    /// The creator of a thing may do everything with it. A user who is none of ours, such as a token's, needs no grant.
    package func grantToCreator(_ resource: Resource, _ name: String) async throws {
        let actor = Principal(name: name, role: .developer)
        let grant = Grant(type: resource.type, pattern: resource.id, permission: .manage)
        guard try await self.database.read({ try UserStore.user(name, in: $0) }) != nil else { return }
        try await self.change("permission.granted", name, by: actor, Self.body(grant)) { transaction in
            let role = try self.ownRole(of: try self.existing(name, in: transaction), in: transaction)
            _ = try PermissionStore.insert(grant, role: role.id, in: transaction)
        }
    }

    /// - Throws: `noSuch` when nothing was granted there.
    package func revoke(_ resource: Resource, from name: String, by actor: Principal) async throws {
        let body: [String: JSONValue] = ["type": .string(resource.type.rawValue), "pattern": .string(resource.id)]
        try await self.change("permission.revoked", name, by: actor, body) { transaction in
            let user = try self.existing(name, in: transaction)
            let own = PermissionRole.ownName(of: user.id)
            let role = try PermissionStore.role(own, workspace: Self.workspace, in: transaction)
            let entry = role?.entries.first { $0.grant.type == resource.type && $0.grant.pattern == resource.id }
            guard let entry else {
                throw UserError.noSuch(
                    "Permission for user=\(name) on resource_type=\(resource.type.rawValue), "
                        + "resource_id=\(resource.id) not found.")
            }
            try PermissionStore.deleteEntry(entry.id, in: transaction)
        }
    }

    /// Forgets what was granted on a thing that is gone, so that another of its name inherits nothing.
    package func forget(_ resources: [Resource], by actor: Principal) async throws {
        guard let subject = resources.first?.id else { return }
        try await self.change("permission.forgotten", subject, by: actor) { transaction in
            for resource in resources { try PermissionStore.deleteGrants(on: resource, in: transaction) }
        }
    }

    /// What was granted on a thing holds under its new name.
    package func rename(_ resources: [Resource], to name: String, by actor: Principal) async throws {
        try await self.change("permission.renamed", name, by: actor) { transaction in
            for resource in resources {
                try PermissionStore.deleteGrants(on: Resource(resource.type, name), in: transaction)
                try PermissionStore.renameGrants(on: resource, to: name, in: transaction)
            }
        }
    }

    private func ownRole(of user: User, in transaction: Transaction) throws -> PermissionRole {
        let own = PermissionRole.ownName(of: user.id)
        if let role = try PermissionStore.role(own, workspace: Self.workspace, in: transaction) { return role }
        let role = try PermissionStore.insert(own, workspace: Self.workspace, description: nil, in: transaction)
        _ = try PermissionStore.assign(role.id, to: user.id, in: transaction)
        return role
    }

    static func body(_ grant: Grant) -> [String: JSONValue] {
        [
            "type": .string(grant.type.rawValue), "pattern": .string(grant.pattern),
            "permission": .string(grant.permission.rawValue),
        ]
    }

    static func check(_ grant: Grant) throws(UserError) {
        guard grant.pattern == Grant.all || grant.type.hasSingleGrants else {
            throw .invalid(
                "Invalid resource_pattern '\(grant.pattern)' for resource_type='\(grant.type.rawValue)'. "
                    + "This resource type supports only wildcard ('*') grants.")
        }
        guard grant.type.grantable.contains(grant.permission) else {
            let names = grant.type.grantable.map(\.rawValue).sorted().map { "'\($0)'" }.joined(separator: ", ")
            let kind = grant.type == .workspace ? "Workspace-wide" : "Resource-level"
            throw .invalid(
                "Invalid permission '\(grant.permission.rawValue)' for resource_type='\(grant.type.rawValue)'. "
                    + "\(kind) grants accept only: (\(names)).")
        }
    }
}
