import Access
import Contract

// Roles: who manages the workspace makes them, and gives them to users.
extension MLflowUsers {
    var roleRoutes: [MLflowRoute] {
        let path = "/mlflow/roles"
        return [
            self.managing("POST", "\(path)/create", self.createRole),
            self.managing("GET", "\(path)/get") { call in Self.answer(try await self.users.role(try call.roleID())) },
            self.managing("GET", "\(path)/list", self.listRoles),
            self.managing("PATCH", "\(path)/update", self.updateRole),
            self.managing("DELETE", "\(path)/delete") { call in
                try await self.users.deleteRole(try call.roleID(), by: call.principal)
                return MLflowWriter.empty
            },
            self.managing("POST", "\(path)/permissions/add", self.addEntry),
            self.managing("DELETE", "\(path)/permissions/remove") { call in
                let id = try call.fields.needed("role_permission_id")
                try await self.users.removeEntry(id, by: call.principal)
                return MLflowWriter.empty
            },
            self.managing("GET", "\(path)/permissions/list") { call in
                let role = try await self.users.role(try call.roleID())
                return MLflowWriter.answer(isIndented: false) {
                    $0.wholeList("role_permissions", role.entries) { Self.write($1, to: &$0) }
                }
            },
            self.managing("PATCH", "\(path)/permissions/update") { call in
                let id = try call.fields.needed("role_permission_id")
                let permission = try Self.permission(try call.fields.present("permission"))
                return Self.answer(try await self.users.setEntry(id, permission, by: call.principal))
            },
            self.managing("POST", "\(path)/assign", self.assign),
            self.managing("DELETE", "\(path)/unassign") { call in
                let name = try call.fields.present("username")
                try await self.users.unassign(try call.roleID(), from: name, by: call.principal)
                return MLflowWriter.empty
            },
            self.managing("GET", "\(path)/users/list") { call in
                let assignments = try await self.users.assignments(of: try call.roleID())
                return MLflowWriter.answer(isIndented: false) {
                    $0.wholeList("assignments", assignments) { Self.write($1, to: &$0) }
                }
            },
            self.route("GET", "/mlflow/users/roles/list", in: .version3) { call in
                let name = try call.fields.present("username")
                try await self.requireSelf(name, call)
                return Self.answer(try await self.users.roles(of: name))
            },
        ]
    }

    private func managing(
        _ method: String, _ path: String, _ handle: @escaping @Sendable (MLflowCall) async throws -> Answer
    ) -> MLflowRoute {
        self.route(method, path, in: .version3) { call in
            try await self.requireAdmin(call)
            return try await handle(call)
        }
    }

    private func createRole(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("name")
        let workspace = try call.fields.present("workspace")
        try Self.check(role: name)
        guard !workspace.allSatisfy(\.isWhitespace) else {
            throw MLflowError(.invalidParameterValue, "Workspace cannot be empty.")
        }
        let description = try call.fields.string("description")
        return Self.answer(
            try await self.users.createRole(name, workspace: workspace, description: description, by: call.principal))
    }

    private func listRoles(_ call: MLflowCall) async throws -> Answer {
        let workspaces = try call.fields.strings("workspace")
        guard !workspaces.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw MLflowError(
                .invalidParameterValue, "Parameter 'workspace' must be a non-empty string when provided.")
        }
        return Self.answer(try await self.users.roles(in: workspaces.isEmpty ? nil : workspaces))
    }

    private func updateRole(_ call: MLflowCall) async throws -> Answer {
        let id = try call.roleID()
        let (name, description) = (try call.fields.string("name"), try call.fields.string("description"))
        guard name != nil || description != nil else {
            throw MLflowError(
                .invalidParameterValue,
                "At least one of 'name' or 'description' must be provided to update a role.")
        }
        if let name { try Self.check(role: name) }
        return Self.answer(
            try await self.users.updateRole(id, name: name, description: description, by: call.principal))
    }

    private func addEntry(_ call: MLflowCall) async throws -> Answer {
        let id = try call.roleID()
        let grant = Grant(
            type: try Self.type(try call.fields.present("resource_type")),
            pattern: try call.fields.present("resource_pattern"),
            permission: try Self.permission(try call.fields.present("permission")))
        return Self.answer(try await self.users.add(grant, to: id, by: call.principal))
    }

    private func assign(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("username")
        let assignment = try await self.users.assign(try call.roleID(), to: name, by: call.principal)
        return MLflowWriter.answer(isIndented: false) {
            $0.object("assignment") { Self.fields(of: assignment, to: &$0) }
        }
    }

    private static func check(role name: String) throws(MLflowError) {
        guard name.allSatisfy(\.isWhitespace) else { return }
        throw MLflowError(.invalidParameterValue, "Role name cannot be empty.")
    }

    private static func answer(_ role: PermissionRole) -> Answer {
        MLflowWriter.answer(isIndented: false) {
            $0.object("role") { writer in self.fields(of: role, to: &writer) }
        }
    }

    private static func answer(_ roles: [PermissionRole]) -> Answer {
        MLflowWriter.answer(isIndented: false) { $0.wholeList("roles", roles) { self.write($1, to: &$0) } }
    }

    private static func answer(_ entry: PermissionRole.Entry) -> Answer {
        MLflowWriter.answer(isIndented: false) {
            $0.object("role_permission") { self.fields(of: entry, to: &$0) }
        }
    }

    private static func write(_ assignment: RoleAssignment, to writer: inout MLflowWriter) {
        writer.object { self.fields(of: assignment, to: &$0) }
    }

    private static func fields(of assignment: RoleAssignment, to writer: inout MLflowWriter) {
        writer.field("id", assignment.id)
        writer.field("user_id", assignment.user)
        writer.field("role_id", assignment.role)
    }
}

extension MLflowCall {
    fileprivate func roleID() throws(MLflowError) -> Int64 { try self.fields.needed("role_id") }
}

extension MLflowFields {
    /// An integer that must be there.
    fileprivate func needed(_ name: String) throws(MLflowError) -> Int64 {
        guard let value = self[name] else { throw .missing(name) }
        if let number = try? self.integer(name) { return number }
        throw MLflowError(
            .invalidParameterValue, "Parameter '\(name)' must be an integer. Got: '\(value.plain)'")
    }
}
