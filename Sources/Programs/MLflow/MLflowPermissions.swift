import Access
import Contract
import Kernel

/// Where the things that requests name belong: what permissions are asked of, and what the parts of API know.
package struct MLflowPlaces: Sendable {
    package typealias Lookup = @Sendable (String) async throws -> String?

    /// The id of the experiment with a name.
    package var experimentNamed: Lookup
    /// The experiment of a run, of a logged model, of a trace.
    package var experimentOfRun: Lookup
    package var experimentOfLoggedModel: Lookup
    package var experimentOfTrace: Lookup

    package init(
        experimentNamed: @escaping Lookup, experimentOfRun: @escaping Lookup,
        experimentOfLoggedModel: @escaping Lookup, experimentOfTrace: @escaping Lookup
    ) {
        self.experimentNamed = experimentNamed
        self.experimentOfRun = experimentOfRun
        self.experimentOfLoggedModel = experimentOfLoggedModel
        self.experimentOfTrace = experimentOfTrace
    }
}

/// Whether those who come with a name and a password may do what they ask for.
///
/// What a request needs is told by its route (`MLflowRule`), and what was granted by `Users`. Tokens have what their role
/// says: a viewer reads, a developer does everything in MLflow's API, a worker logs. Admins are asked nothing.
struct MLflowPermissions: Sendable {
    let users: Users
    let places: MLflowPlaces

    /// - Throws: `permissionDenied`.
    func check(_ call: MLflowCall, by caller: MLflowCaller, on route: MLflowRoute) async throws {
        guard let grants = try await self.grants(of: caller) else { return }
        let rule = MLflowRule.of(route)
        // A route that nobody has thought of reads at most.
        guard let rule else {
            guard case .edit = route.permission else { return }
            return try Self.require(grants.permission(on: Resource(.workspace)).allows(.update))
        }
        guard let requirements = try await self.requirements(rule, call) else { throw MLflowError.permissionDenied }
        try Self.require(requirements.allSatisfy { grants.meets($0) })
    }

    /// Nil for who may do everything.
    func grants(of caller: MLflowCaller) async throws -> Grants? {
        let principal = caller.principal
        if principal.role == .admin { return nil }
        if caller.isUser { return try await self.users.grants(of: principal.name) }
        switch principal.role {
        case .viewer, .gateway: return Grants([], otherwise: .read)
        case .worker: return Grants([], otherwise: .edit)
        case .developer, .operator, .admin: return Grants([], otherwise: .manage)
        }
    }

    private static func require(_ isPermitted: Bool) throws {
        if !isPermitted { throw MLflowError.permissionDenied }
    }

    /// What `call` needs; nil when what it names is not there, which is not told to who may not know.
    private func requirements(_ rule: MLflowRule, _ call: MLflowCall) async throws -> [Requirement]? {
        switch rule {
        case .known: return []
        case .admin: return [Requirement(Resource(.workspace), .manage)]
        case .experiment(let action): return [Requirement(Resource(.experiment, try Self.experiment(call)), action)]
        case .experimentByName(let action):
            guard let name = try call.fields.string("experiment_name") else { return [] }
            let id = try await self.places.experimentNamed(name)
            return id.map { [Requirement(Resource(.experiment, $0), action)] } ?? []
        case .experimentWhole: return Self.whole(try Self.experiment(call))
        case .experiments:
            return try call.fields.strings("experiment_ids").map { Requirement(Resource(.experiment, $0), .read) }
        case .createIn(let type):
            return [
                Requirement(Resource(.experiment, try Self.experiment(call)), .update),
                Requirement(Resource(type), .notDenied),
            ]
        case .create(let type): return [Requirement(Resource(type), .notDenied)]
        case .run(let action):
            guard let id = try Self.run(call) else { return [] }
            return try await self.part(.run, action, in: self.places.experimentOfRun(id))
        case .runs:
            let ids = try call.fields.strings("run_ids") + call.fields.strings("run_id")
            return try await self.parts(.run, .read, of: ids, self.places.experimentOfRun)
        case .loggedModel(let action):
            let id = call.path["model_id"] ?? ""
            return try await self.part(.loggedModel, action, in: self.places.experimentOfLoggedModel(id))
        case .runOrLoggedModel(let action):
            if let id = try call.fields.string("model_id"), !id.isEmpty {
                return try await self.part(.loggedModel, action, in: self.places.experimentOfLoggedModel(id))
            }
            return try await self.requirements(.run(action), call)
        case .model(let action): return try Self.named(call).map { Self.model($0, action) } ?? []
        case .version(let action): return try Self.named(call).map { Self.version($0, action) } ?? []
        case .trace(let action): return try await self.trace(action, call)
        case .artifact(let action): return try Self.artifact(action, call)
        }
    }

    private func part(_ type: ResourceType, _ action: Permission.Action, in experiment: String?) -> [Requirement]? {
        experiment.map { Self.part(type, action, in: $0) }
    }

    private func parts(
        _ type: ResourceType, _ action: Permission.Action, of ids: [String], _ place: MLflowPlaces.Lookup
    ) async throws -> [Requirement]? {
        var requirements: [Requirement] = []
        for id in ids {
            guard let experiment = try await place(id) else { return nil }
            requirements += Self.part(type, action, in: experiment)
        }
        return requirements
    }

    /// The experiments that the request names, and those of each trace that it names. Of many traces at once the
    /// experiment says where they are looked for, so that it is enough.
    private func trace(_ action: Permission.Action, _ call: MLflowCall) async throws -> [Requirement]? {
        var ids = [call.path["trace_id"], call.path["request_id"]].compactMap { $0 }
        for field in ["trace_id", "request_id"] { ids += try call.fields.strings(field) }
        var experiments = try call.fields.strings("experiment_id") + call.fields.strings("experiment_ids")
        let info = call.fields["trace"]?["trace_info"] ?? call.fields["trace_info"]
        if let id = info?["trace_location"]?["mlflow_experiment"]?["experiment_id"]?.stringValue {
            experiments.append(id)
        }
        for location in try call.fields.objects("locations") {
            if let id = location["mlflow_experiment"]?["experiment_id"]?.stringValue { experiments.append(id) }
        }
        if experiments.isEmpty {
            for field in ["trace_ids", "request_ids"] { ids += try call.fields.strings(field) }
        }
        guard !ids.isEmpty || !experiments.isEmpty else { return nil }
        guard let own = try await self.parts(.trace, action, of: ids, self.places.experimentOfTrace) else { return nil }
        return own + experiments.flatMap { Self.part(.trace, action, in: $0) }
    }
}
