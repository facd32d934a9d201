import Access
import Contract

// From the fields of a request to the resources that it touches.
extension MLflowPermissions {
    /// The experiment that the request names, or the default one.
    static func experiment(_ call: MLflowCall) throws(MLflowError) -> String {
        guard let value = call.fields["experiment_id"] else { return "0" }
        return value.plain
    }

    static func run(_ call: MLflowCall) throws(MLflowError) -> String? {
        let id = try call.fields.string("run_id")
        if let id, !id.isEmpty { return id }
        return try call.fields.string("run_uuid")
    }

    static func named(_ call: MLflowCall) throws(MLflowError) -> String? { try call.fields.string("name") }

    /// A part of an experiment: who may not read that may nothing in it.
    static func part(_ type: ResourceType, _ action: Permission.Action, in experiment: String) -> [Requirement] {
        let whole = Resource(.experiment, experiment)
        return [Requirement(whole, .read), Requirement(Resource(type), action, or: [whole])]
    }

    /// An experiment with all that is in it, to be deleted or restored.
    static func whole(_ experiment: String) -> [Requirement] {
        let whole = Resource(.experiment, experiment)
        let parts: [ResourceType] = [.run, .trace, .loggedModel, .assessment, .reviewQueue, .scorer, .scorerVersion]
        return [Requirement(whole, .delete)] + parts.map { Requirement(Resource($0), .delete, or: [whole]) }
    }

    /// A registered model or a prompt: they share their names, so what was granted on either holds.
    static func model(_ name: String, _ action: Permission.Action) -> [Requirement] {
        [Requirement(Resource(.registeredModel, name), action, or: [Resource(.prompt, name)])]
    }

    static func version(_ name: String, _ action: Permission.Action) -> [Requirement] {
        let model = [Resource(.registeredModel, name), Resource(.prompt, name)]
        return self.model(name, .read)
            + [Requirement(Resource(.registeredModelVersion), action, or: [Resource(.promptVersion)] + model)]
    }

    /// What an artifact's path belongs to: `<experiment>/<run>/…`, `<experiment>/models/…`, `<experiment>/traces/…`.
    static func artifact(_ action: Permission.Action, _ call: MLflowCall) throws -> [Requirement] {
        // A listing has its path in the query. Of an upload in parts the field of that name is on the client's machine.
        let listed = call.http.method == "POST" ? nil : try call.fields.string("path")
        let raw = call.path["path"] ?? listed ?? ""
        let parts = ArtifactPath.normal(try ArtifactPath.safe(raw)).split(separator: "/")
        // Above the experiments there is what holds where nothing is granted.
        guard let first = parts.first, first.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return [Requirement(Resource(.experiment), action)]
        }
        let experiment = Resource(.experiment, String(first))
        let types: [ResourceType]
        switch parts.dropFirst().first {
        case nil: types = [.run, .trace, .loggedModel]
        case "models": types = [.loggedModel]
        case "traces": types = [.trace]
        case .some(let part) where part.utf8.count == 32: types = [.run]
        case .some: types = []
        }
        if types.isEmpty { return [Requirement(experiment, action)] }
        return [Requirement(experiment, .read)]
            + types.map { Requirement(Resource($0), action, or: [experiment]) }
    }
}
