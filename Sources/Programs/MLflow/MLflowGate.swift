import Access
import Contract
import Kernel

/// Who sends a request of MLflow's API, and whether their role may.
struct MLflowGate: Sendable {
    let access: Access
    let runTokens: RunTokens
    /// Whether a run is still executed: what its token is good for.
    let isLive: @Sendable (ID<Run>) async throws -> Bool
    /// Who may come without credentials; nil when nobody may.
    let insecurePrincipal: Principal?

    /// - Throws: `unauthenticated`, `permissionDenied`.
    func admit(_ call: CompatibleCall, to route: MLflowRoute) async throws -> Principal {
        guard let needed = route.permission.role else { return Principal(name: "anonymous", role: .viewer) }
        let principal = try await self.principal(of: call)
        guard principal.role.includes(needed) else { throw MLflowError.permissionDenied }
        return principal
    }

    private func principal(of call: CompatibleCall) async throws -> Principal {
        guard let authorization = call.header("authorization") else {
            if let insecurePrincipal { return insecurePrincipal }
            throw MLflowError.unauthenticated
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw MLflowError.unauthenticated }
        let bearer = String(parts[1])
        // What `MLFLOW_TRACKING_TOKEN` holds in a step.
        if let token = try self.runTokens.accept(bearer) {
            guard try await self.isLive(token.run) else { throw MLflowError.runIsOver(token.run.hexadecimal) }
            return token.principal
        }
        return try await self.access.authenticate(bearer)
    }
}
