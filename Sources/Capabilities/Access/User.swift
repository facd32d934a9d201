package import Contract

/// Somebody who comes with a name and a password.
package struct User: Sendable, Hashable {
    package var id: Int64
    package var name: String
    package var isAdmin: Bool

    package init(id: Int64, name: String, isAdmin: Bool) {
        self.id = id
        self.name = name
        self.isAdmin = isAdmin
    }

    /// A user may do what a developer may, as far as permissions do not hold them back.
    package var principal: Principal { Principal(name: self.name, role: self.isAdmin ? .admin : .developer) }
}

/// Permissions under a name, for the users that it is assigned to.
package struct PermissionRole: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var id: Int64
        package var roleID: Int64
        package var grant: Grant
    }

    package var id: Int64
    package var workspace: String
    package var name: String
    package var description: String?
    package var entries: [Entry] = []

    /// The role that holds what was granted to one user alone.
    static func ownName(of user: Int64) -> String { "__user_\(user)__" }
}

/// That a user has a role.
package struct RoleAssignment: Sendable, Hashable {
    package var id: Int64
    package var user: Int64
    package var role: Int64
}
