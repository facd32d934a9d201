import Access
import Contract
import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Who sends a request of MLflow's API, and whether their role may.
///
/// A client shows `MLFLOW_TRACKING_TOKEN` as a bearer token, and `MLFLOW_TRACKING_USERNAME` and `_PASSWORD` as basic
/// credentials. The password may be a token of ours, with any user name; else it is that of a user. A step's token is that
/// of its run, and good while the run is.
struct MLflowGate: Sendable {
    let access: Access
    let runTokens: RunTokens
    /// Whether a run is still executed: what its token is good for.
    let isLive: @Sendable (ID<Run>) async throws -> Bool
    /// Who may come without credentials; nil when nobody may.
    let insecurePrincipal: Principal?
    /// Those who come with a name and a password; nil when nobody does.
    let users: Users?

    /// - Throws: `unauthenticated`, `permissionDenied`.
    func admit(_ call: CompatibleCall, to route: MLflowRoute) async throws -> MLflowCaller {
        guard let needed = route.permission.role else {
            return MLflowCaller(principal: Principal(name: "anonymous", role: .viewer), isUser: false)
        }
        let caller = try await self.caller(of: call)
        guard caller.principal.role.includes(needed) else { throw MLflowError.permissionDenied }
        return caller
    }

    private func caller(of call: CompatibleCall) async throws -> MLflowCaller {
        guard let authorization = call.header("authorization") else {
            guard let insecurePrincipal else { throw MLflowError.unauthenticated }
            return MLflowCaller(principal: insecurePrincipal, isUser: false)
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { throw MLflowError.unauthenticated }
        switch parts[0].lowercased() {
        case "bearer": return try await self.bearer(String(parts[1]))
        case "basic":
            guard let (name, password) = Self.credentials(parts[1]) else { throw MLflowError.unauthenticated }
            if Access.isToken(password) { return try await self.bearer(password) }
            return try await self.user(name, password)
        default: throw MLflowError.unauthenticated
        }
    }

    private func bearer(_ token: String) async throws -> MLflowCaller {
        // What `MLFLOW_TRACKING_TOKEN` holds in a step.
        if let accepted = try self.runTokens.accept(token) {
            guard try await self.isLive(accepted.run) else { throw MLflowError.runIsOver(accepted.run.hexadecimal) }
            return MLflowCaller(principal: accepted.principal, isUser: false)
        }
        return MLflowCaller(principal: try await self.access.authenticate(token), isUser: false)
    }

    private func user(_ name: String, _ password: String) async throws -> MLflowCaller {
        guard let users else { throw MLflowError.unauthenticated }
        do {
            return MLflowCaller(
                principal: try await users.authenticate(name, password: password).principal, isUser: true)
        } catch UserError.wrongPassword {
            throw MLflowError.unauthenticated
        }
    }

    /// Name and password of basic credentials (RFC 7617).
    static func credentials(_ encoded: Substring) -> (name: String, password: String)? {
        guard encoded.utf8.count <= 4096, let data = Data(base64Encoded: String(encoded)),
            let text = String(validating: data, as: UTF8.self)
        else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
}

/// Who sends a request.
struct MLflowCaller: Sendable {
    var principal: Principal
    /// Whether they came with a name and a password, so that permissions hold for them.
    var isUser: Bool
}
