import Access
import Contract

// What comes after an answer: creators get their permission, names take it along, listings leave out what is vetoed.
extension MLflowPermissions {
    /// - Returns: the answer, without what the caller may not see.
    func conclude(_ answer: Answer, _ call: MLflowCall, by caller: MLflowCaller, on route: MLflowRoute) async throws
        -> Answer
    {
        guard answer.status == 200 else { return answer }
        let name = try Self.named(call) ?? ""
        let both = [Resource(.registeredModel, name), Resource(.prompt, name)]
        switch "\(route.path) \(route.method)" {
        case "/mlflow/experiments/create POST":
            guard let id = Self.json(answer)?["experiment_id"]?.stringValue else { return answer }
            if caller.isUser { try await self.users.grantToCreator(Resource(.experiment, id), caller.principal.name) }
        case "/mlflow/registered-models/create POST":
            let resource = Self.isPrompt(call) ? both[1] : both[0]
            if caller.isUser { try await self.users.grantToCreator(resource, caller.principal.name) }
        case "/mlflow/registered-models/delete DELETE":
            try await self.users.forget(both, by: caller.principal)
        case "/mlflow/registered-models/rename POST":
            if let new = try call.fields.string("new_name"), new != name {
                try await self.users.rename(both, to: new, by: caller.principal)
            }
        default:
            guard let listing = Self.listings[route.path], let grants = try await self.grants(of: caller) else {
                return answer
            }
            return listing.without(grants, answer)
        }
        return answer
    }

    private static func isPrompt(_ call: MLflowCall) -> Bool {
        let tags = (try? call.fields.objects("tags")) ?? []
        return tags.contains {
            $0["key"]?.stringValue == "mlflow.prompt.is_prompt" && $0["value"]?.stringValue?.lowercased() == "true"
        }
    }

    fileprivate static func json(_ answer: Answer) -> JSONValue? {
        guard case .bytes(let bytes) = answer.body else { return nil }
        return try? JSONValue(utf8: bytes)
    }

    private static let listings: [String: MLflowListing] = [
        "/mlflow/experiments/search": MLflowListing(field: "experiments", type: .experiment, id: ["experiment_id"]),
        "/mlflow/runs/search": MLflowListing(
            field: "runs", type: .run, id: ["info", "experiment_id"], parent: .experiment),
        "/mlflow/logged-models/search": MLflowListing(
            field: "models", type: .loggedModel, id: ["info", "experiment_id"], parent: .experiment),
        "/mlflow/registered-models/search": MLflowListing(
            field: "registered_models", type: .registeredModel, id: ["name"]),
        "/mlflow/model-versions/search": MLflowListing(
            field: "model_versions", type: .registeredModelVersion, id: ["name"], parent: .registeredModel),
    ]
}

/// A listing in an answer: which field it is, and where each element says what it is of.
struct MLflowListing: Sendable {
    var field: String
    var type: ResourceType
    /// The way to the id of the thing, or of what it is a part of.
    var id: [String]
    /// What a part is a part of.
    var parent: ResourceType?

    /// The answer without what may not be read. Only a veto hides anything, so nearly every answer goes as it is.
    func without(_ grants: Grants, _ answer: Answer) -> Answer {
        guard grants.denies(self.type) || self.parent.map(grants.denies) ?? false,
            case .object(var object)? = MLflowPermissions.json(answer), case .array(let items)? = object[self.field]
        else { return answer }
        object[self.field] = .array(items.filter { self.isReadable($0, grants) })
        guard let text = try? Wire.text(JSONValue.object(object)) else { return answer }
        var answer = answer
        answer.body = .bytes(Array(text.utf8))
        return answer
    }

    private func isReadable(_ item: JSONValue, _ grants: Grants) -> Bool {
        guard let id = self.id.reduce(item, { $0?[$1] })?.stringValue else { return false }
        guard let parent else { return grants.permission(on: Resource(self.type, id)).allows(.read) }
        let whole = Resource(parent, id)
        return grants.permission(on: whole).allows(.read)
            && grants.permission(on: Resource(self.type), or: [whole]).allows(.read)
    }
}
