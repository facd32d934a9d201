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
    /// Nil when nobody comes with a name and a password: then roles say everything.
    private let permissions: MLflowPermissions?
    private let logger: Logger

    /// - Parameters:
    ///   - isLive: whether a run is still executed; its token is good for as long.
    ///   - insecurePrincipal: who may come without credentials; nil when nobody may.
    ///   - basicAuth: those who come with a name and a password, and where the things lie that they were permitted.
    package init(
        routes: [MLflowRoute], access: Access, runTokens: RunTokens,
        isLive: @escaping @Sendable (ID<Run>) async throws -> Bool, insecurePrincipal: Principal?,
        basicAuth: (users: Users, places: MLflowPlaces)? = nil, logger: Logger
    ) {
        let users = basicAuth.map { MLflowTable.routes(of: $0.users) }
        self.router = MLflowRouter(routes + (users ?? []))
        self.gate = MLflowGate(
            access: access, runTokens: runTokens, isLive: isLive,
            insecurePrincipal: basicAuth == nil ? insecurePrincipal : nil, users: basicAuth?.users)
        self.permissions = basicAuth.map { MLflowPermissions(users: $0.users, places: $0.places) }
        self.logger = logger
    }

    package func owns(_ path: Substring) -> Bool { MLflowRouter.owns(path) }

    package func answer(_ call: CompatibleCall) async throws -> Answer {
        do {
            let match = try self.router.find(method: call.method, path: call.path)
            let caller = try await self.gate.admit(call, to: match.route)
            let fields = try await MLflowFields(of: call, for: match.route)
            let request = MLflowCall(
                principal: caller.principal, path: match.parameters, fields: fields, http: call)
            guard let permissions, match.route.permission.role != nil else {
                return try await match.route.handle(request)
            }
            try await permissions.check(request, by: caller, on: match.route)
            let answer = try await match.route.handle(request)
            return try await permissions.conclude(answer, request, by: caller, on: match.route)
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
