package import Access
package import Contract
package import Kernel
package import Logging

/// MLflow's REST API: what an unmodified MLflow client says and hears.
///
/// It translates and nothing else. A request is found in the table of routes (`MLflowRoutes`), its caller is authenticated,
/// its fields are read from the body or from the query with MLflow's own words for what is wrong, one verb of a capability
/// is called, and the answer is written as MLflow's server writes it: proto JSON with two spaces, unset fields left out.
/// Which routes of MLflow there are, which of them are answered and why the others are not is one table, and
/// `docs/reference/mlflow.md` is made from it.
///
/// It knows no SQL and keeps no state. Every error, also an unforeseen one, is answered in MLflow's form with one of its codes;
/// a user's mistake is never a 5xx, because its clients repeat those.
///
/// - Source: MLflow 3.17.2, `service.proto`, `model_registry.proto` and its Python server.
package struct MLflow: CompatibleAPI {
    /// The version of MLflow whose API this is; clients ask for it and choose what they send by it.
    package static let version = "3.17.2"
    /// A JSON body larger than this is refused. MLflow's own limit of a request is 1 MB.
    static let bodyLimit = ByteCount.mebibytes(16)

    private let router: MLflowRouter
    private let gate: MLflowGate
    private let logger: Logger

    /// - Parameter isLive: whether a run is still executed; its token is good for as long.
    package init(
        routes: [MLflowRoute], access: Access, runTokens: RunTokens,
        isLive: @escaping @Sendable (ID<Run>) async throws -> Bool, insecurePrincipal: Principal?, logger: Logger
    ) {
        self.router = MLflowRouter(routes)
        self.gate = MLflowGate(
            access: access, runTokens: runTokens, isLive: isLive, insecurePrincipal: insecurePrincipal)
        self.logger = logger
    }

    package func owns(_ path: Substring) -> Bool { MLflowRouter.owns(path) }

    package func answer(_ call: CompatibleCall) async throws -> Answer {
        do {
            let match = try self.router.find(method: call.method, path: call.path)
            let principal = try await self.gate.admit(call, to: match.route)
            let fields = try await MLflowFields(of: call, for: match.route)
            return try await match.route.handle(
                MLflowCall(principal: principal, path: match.parameters, fields: fields, http: call))
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            let refusal = MLflowError(any: error)
            if refusal.status >= 500 {
                self.logger.error("MLflow \(call.method) \(call.path.prefix(400)) \(refusal.status): \(error)")
            }
            return refusal.answer
        }
    }
}
