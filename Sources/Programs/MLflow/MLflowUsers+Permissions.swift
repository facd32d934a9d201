import Access
import Contract

// What users were permitted, and roles: permissions under a name.
extension MLflowUsers {
    var permissionRoutes: [MLflowRoute] {
        let path = "/mlflow/users"
        return [
            self.route("GET", "\(path)/current/permissions", in: .version3) { call in
                try await self.permissions(of: call.principal.name)
            },
            self.route("GET", "\(path)/permissions/list", in: .version3) { call in
                let name = try call.fields.present("username")
                try await self.requireSelf(name, call)
                return try await self.permissions(of: name)
            },
            self.route("POST", "\(path)/permissions/grant", in: .version3, self.grant),
            self.route("POST", "\(path)/permissions/revoke", in: .version3, self.revoke),
            self.route("GET", "\(path)/permissions/get", in: .version3, self.permission),
        ]
    }

    private func permissions(of name: String) async throws -> Answer {
        guard let user = try? await self.users.user(name) else {
            return MLflowWriter.answer(isIndented: false) {
                $0.field("is_admin", false)
                $0.wholeList("permissions", [String]()) { $0.element($1) }
            }
        }
        let rows = try await self.users.roles(of: name).flatMap { role in role.entries.map { (role, $0.grant) } }
        return MLflowWriter.answer(isIndented: false) {
            $0.field("is_admin", user.isAdmin)
            $0.wholeList("permissions", rows) { writer, row in
                writer.object {
                    $0.field("role_id", row.0.id)
                    $0.field("role_name", row.0.name)
                    $0.field("workspace", row.0.workspace)
                    $0.field("resource_type", row.1.type.rawValue)
                    $0.field("resource_pattern", row.1.pattern)
                    $0.field("permission", row.1.permission.rawValue)
                }
            }
        }
    }

    private func grant(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("username")
        let resource = try await self.managed(call)
        let permission = try Self.permission(try call.fields.present("permission"))
        let grant = Grant(type: resource.type, pattern: resource.id, permission: permission)
        try await self.users.grant(grant, to: name, by: call.principal)
        return MLflowWriter.empty
    }

    private func revoke(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("username")
        try await self.users.revoke(try await self.managed(call), from: name, by: call.principal)
        return MLflowWriter.empty
    }

    /// The resource that a request grants or revokes something on, if the caller may manage it.
    private func managed(_ call: MLflowCall) async throws -> Resource {
        let resource = try Self.resource(call)
        if call.principal.role == .admin { return resource }
        // What holds for all things of a kind is the admin's to say.
        if resource.id == Grant.all { try await self.requireAdmin(call) }
        let grants = try await self.users.grants(of: call.principal.name)
        guard grants.permission(on: resource).allows(.manage) else { throw MLflowError.permissionDenied }
        return resource
    }

    /// What a user may do with a resource, as a request of theirs would find it.
    private func permission(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("username")
        let resource = try Self.resource(call)
        try await self.requireSelf(name, call)
        _ = try await self.users.user(name)
        let permission = try await self.users.grants(of: name).permission(on: resource)
        return MLflowWriter.answer(isIndented: false) {
            $0.field("allowed", permission.allows(.use))
            $0.field("permission", permission.rawValue)
        }
    }

    func requireSelf(_ name: String, _ call: MLflowCall) async throws {
        if name != call.principal.name { try await self.requireAdmin(call) }
    }

    private static func resource(_ call: MLflowCall) throws(MLflowError) -> Resource {
        let type = try self.type(try call.fields.present("resource_type"))
        guard type != .workspace else {
            throw MLflowError(
                .invalidParameterValue,
                "resource_type 'workspace' is not supported by the per-user permission convenience APIs. Use "
                    + "set_workspace_permission / delete_workspace_permission for workspace-wide grants.")
        }
        return Resource(type, try call.fields.present("resource_id"))
    }

    static func type(_ text: String) throws(MLflowError) -> ResourceType {
        if let type = ResourceType(rawValue: text) { return type }
        throw MLflowError(
            .invalidParameterValue,
            "Invalid resource type '\(text)'. Valid resource types are: "
                + self.tuple(ResourceType.allCases.map(\.rawValue).sorted()))
    }

    static func permission(_ text: String) throws(MLflowError) -> Permission {
        if let permission = Permission(rawValue: text) { return permission }
        throw MLflowError(
            .invalidParameterValue,
            "Invalid permission '\(text)'. Valid permissions are: \(self.tuple(Permission.allCases.map(\.rawValue)))")
    }

    private static func tuple(_ names: [String]) -> String {
        "(\(names.map { "'\($0)'" }.joined(separator: ", ")))"
    }
}
