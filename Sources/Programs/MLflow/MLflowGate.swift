import Access
import Contract
import Kernel

/// Who sends a request of MLflow's API, and whether their role may.
struct MLflowGate: Sendable {
    let access: Access
    /// Who may come without credentials; nil when nobody may.
    let insecurePrincipal: Principal?

    /// - Throws: `unauthenticated`, `permissionDenied`.
    func admit(_ call: CompatibleCall, to route: MLflowRoute) async throws -> Principal {
        guard let needed = route.permission.role else { return Principal(name: "anonymous", role: .viewer) }
        let principal = try await self.principal(of: call)
        // A worker's token is what `MLFLOW_TRACKING_TOKEN` holds in a step: it may log, not administer.
        let isWorker = principal.role == .worker && Role.developer.includes(needed)
        guard isWorker || principal.role.includes(needed) else { throw MLflowError.permissionDenied }
        return principal
    }

    private func principal(of call: CompatibleCall) async throws -> Principal {
        guard let authorization = call.header("authorization") else {
            if let insecurePrincipal { return insecurePrincipal }
            throw MLflowError.unauthenticated
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw MLflowError.unauthenticated }
        return try await self.access.authenticate(String(parts[1]))
    }
}
