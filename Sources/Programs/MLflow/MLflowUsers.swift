import Access
import Contract
import Kernel

/// Users of MLflow's basic auth: the routes that its auth client and its pages call.
///
/// - Source: MLflow 3.17.2, `mlflow.server.auth`.
struct MLflowUsers: Sendable {
    let users: Users

    var routes: [MLflowRoute] {
        let path = "/mlflow/users"
        return [
            self.route("POST", "\(path)/create", self.create),
            self.route("GET", "\(path)/get", self.get),
            self.route("GET", "\(path)/list", self.list),
            self.route("GET", "\(path)/current", self.current),
            self.route("PATCH", "\(path)/update-password", self.updatePassword),
            self.route("PATCH", "\(path)/update-admin", self.updateAdmin),
            self.route("DELETE", "\(path)/delete", self.delete),
            MLflowRoute("GET", "/signup", in: .root, .read) { call in
                try await self.requireAdmin(call)
                return Answer(
                    contentType: "text/html; charset=utf-8",
                    headers: [
                        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
                            + "script-src 'unsafe-inline'; connect-src 'self'; form-action 'none'"
                    ],
                    body: .bytes(Array(SignupPage.html.utf8)))
            },
        ] + self.permissionRoutes + self.roleRoutes
    }

    /// A route whose errors are said with MLflow's codes.
    func route(
        _ method: String, _ path: String, in prefix: MLflowRoute.Prefix = .version2,
        _ handle: @escaping @Sendable (MLflowCall) async throws -> Answer
    ) -> MLflowRoute {
        MLflowRoute(method, path, in: prefix, .read) { call in
            do { return try await handle(call) } catch UserError.alreadyExists(let message) {
                throw MLflowError(.resourceAlreadyExists, message)
            }
        }
    }

    private func create(_ call: MLflowCall) async throws -> Answer {
        try await self.requireAdmin(call)
        let name = try call.fields.present("username")
        let password = try call.fields.present("password")
        guard !name.isEmpty, !password.isEmpty else {
            throw MLflowError(.invalidParameterValue, "Username and password cannot be empty.")
        }
        let user = try await self.users.create(name, password: password, by: call.principal)
        return MLflowWriter.answer(isIndented: false) { $0.object("user") { Self.write(user, to: &$0) } }
    }

    private func get(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("username")
        if name != call.principal.name { try self.requireAdminRole(call) }
        let user = try await self.users.user(name)
        return MLflowWriter.answer(isIndented: false) { $0.object("user") { Self.write(user, to: &$0) } }
    }

    /// Everybody may see who there is; what roles others have is the admin's to see.
    private func list(_ call: MLflowCall) async throws -> Answer {
        let users = try await self.users.users()
        let seesAll = try await self.managesAll(call)
        return MLflowWriter.answer(isIndented: false) {
            $0.wholeList("users", users) { writer, entry in
                writer.object {
                    Self.write(entry.user, to: &$0)
                    let isVisible = seesAll || entry.user.name == call.principal.name
                    $0.wholeList("roles", isVisible ? entry.roles : []) { Self.write($1, to: &$0) }
                }
            }
        }
    }

    private func current(_ call: MLflowCall) async throws -> Answer {
        // A token need not belong to a user.
        let known = try? await self.users.user(call.principal.name)
        let user = known ?? User(id: 0, name: call.principal.name, isAdmin: call.principal.role == .admin)
        return MLflowWriter.answer(isIndented: false) {
            $0.object("user") { Self.write(user, to: &$0) }
            $0.field("is_basic_auth", true)
        }
    }

    private func updatePassword(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.present("username")
        let password = try call.fields.present("password")
        if name == call.principal.name {
            guard let current = try call.fields.string("current_password"), !current.isEmpty else {
                throw MLflowError(
                    .invalidParameterValue, "Current password is required when changing your own password.")
            }
            do { _ = try await self.users.authenticate(name, password: current) } catch UserError.wrongPassword {
                throw MLflowError(.invalidParameterValue, "Current password does not match.")
            }
            guard password != current else {
                throw MLflowError(.invalidParameterValue, "New password must differ from the current password.")
            }
        } else {
            try self.requireAdminRole(call)
        }
        try await self.users.setPassword(password, of: name, by: call.principal)
        return MLflowWriter.empty
    }

    private func updateAdmin(_ call: MLflowCall) async throws -> Answer {
        try self.requireAdminRole(call)
        let name = try call.fields.present("username")
        guard let isAdmin = try call.fields.bool("is_admin") else { throw MLflowError.missing("is_admin") }
        try await self.users.setAdmin(isAdmin, of: name, by: call.principal)
        return MLflowWriter.empty
    }

    private func delete(_ call: MLflowCall) async throws -> Answer {
        try self.requireAdminRole(call)
        let name = try call.fields.present("username")
        guard name != call.principal.name else {
            throw MLflowError(
                .badRequest,
                "Users cannot delete their own account. Ask another admin to delete this user instead.")
        }
        try await self.users.delete(name, by: call.principal)
        return MLflowWriter.empty
    }

    // MARK: Who may

    func requireAdminRole(_ call: MLflowCall) throws(MLflowError) {
        if call.principal.role != .admin { throw .permissionDenied }
    }

    /// An admin, or who was granted to manage the workspace.
    func requireAdmin(_ call: MLflowCall) async throws {
        guard try await self.managesAll(call) else { throw MLflowError.permissionDenied }
    }

    func managesAll(_ call: MLflowCall) async throws -> Bool {
        if call.principal.role == .admin { return true }
        return try await self.users.grants(of: call.principal.name).permission(on: Resource(.workspace)).allows(.manage)
    }

    // MARK: Writing

    static func write(_ user: User, to writer: inout MLflowWriter) {
        writer.field("id", user.id)
        writer.field("username", user.name)
        writer.field("is_admin", user.isAdmin)
    }

    static func write(_ role: PermissionRole, to writer: inout MLflowWriter) {
        writer.object { self.fields(of: role, to: &$0) }
    }

    static func fields(of role: PermissionRole, to writer: inout MLflowWriter) {
        writer.field("id", role.id)
        writer.field("name", role.name)
        writer.field("workspace", role.workspace)
        writer.field("description", role.description)
        writer.wholeList("permissions", role.entries) { Self.write($1, to: &$0) }
    }

    static func write(_ entry: PermissionRole.Entry, to writer: inout MLflowWriter) {
        writer.object { self.fields(of: entry, to: &$0) }
    }

    static func fields(of entry: PermissionRole.Entry, to writer: inout MLflowWriter) {
        writer.field("id", entry.id)
        writer.field("role_id", entry.roleID)
        writer.field("resource_type", entry.grant.type.rawValue)
        writer.field("resource_pattern", entry.grant.pattern)
        writer.field("permission", entry.grant.permission.rawValue)
    }
}

extension MLflowFields {
    /// A string that must be there; it may be empty.
    func present(_ name: String) throws(MLflowError) -> String {
        guard let text = try self.string(name) else { throw .missing(name) }
        return text
    }
}

/// The page on which an admin makes a user.
private enum SignupPage {
    static let html = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Create a user</title>
        <style>form{max-width:24rem;margin:3rem auto;font-family:sans-serif}label,input,button{display:block;width:100%}
        input,button{margin:.3rem 0 1rem;padding:.5rem;box-sizing:border-box}</style>
        <form id="form"><label for="username">Username</label><input id="username" required minlength="1">
        <label for="password">Password</label><input id="password" type="password" required minlength="12">
        <button>Create user</button><output id="output"></output></form>
        <script>
        const field = name => document.getElementById(name)
        field("form").addEventListener("submit", async event => {
          event.preventDefault()
          const answer = await fetch("/api/2.0/mlflow/users/create", {
            method: "POST", headers: {"Content-Type": "application/json"},
            body: JSON.stringify({username: field("username").value, password: field("password").value})})
          const text = await answer.text()
          let message = text
          try { message = JSON.parse(text).message } catch {}
          field("output").textContent = answer.ok ? "Successfully signed up user: " + field("username").value : message
        })
        </script></html>
        """
}
