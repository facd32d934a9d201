/// What a user may do with an experiment, a model or one of their parts. Each level but the last two may do what the levels
/// before it may.
///
/// - Source: the permissions of MLflow's basic-auth app.
package enum Permission: String, Sendable, CaseIterable {
    case read = "READ"
    case use = "USE"
    case edit = "EDIT"
    case manage = "MANAGE"
    /// Nothing, without being a veto. Cannot be granted: a grant that is not there says as much.
    case none = "NO_PERMISSIONS"
    /// A veto: it wins over every grant at the same place.
    case deny = "DENY"

    /// What is done to a thing.
    package enum Action: Sendable {
        case read, use, update, delete, manage
        /// Done unless it is vetoed.
        case notDenied
    }

    package func allows(_ action: Action) -> Bool {
        switch action {
        case .notDenied: self != .deny
        case .read: self.rank >= 1
        case .use: self.rank >= 2
        case .update: self.rank >= 3
        case .delete, .manage: self.rank >= 4
        }
    }

    private var rank: Int {
        switch self {
        case .deny: -1
        case .none: 0
        case .read: 1
        case .use: 2
        case .edit: 3
        case .manage: 4
        }
    }

    /// The one that allows more.
    package static func higher(_ a: Permission, _ b: Permission) -> Permission { a.rank >= b.rank ? a : b }

    /// At least `least`, unless it is no permission at all.
    func raised(to least: Permission) -> Permission {
        self == .deny || self == .none ? self : Self.higher(self, least)
    }
}

/// A kind of thing that permissions are granted on.
package enum ResourceType: String, Sendable, CaseIterable {
    case experiment
    case registeredModel = "registered_model"
    case prompt, scorer
    case gatewaySecret = "gateway_secret"
    case gatewayEndpoint = "gateway_endpoint"
    case gatewayModelDefinition = "gateway_model_definition"
    case mcpServer = "mcp_server"
    case run, trace, assessment
    case loggedModel = "logged_model"
    case reviewQueue = "review_queue"
    case registeredModelVersion = "registered_model_version"
    case promptVersion = "prompt_version"
    case scorerVersion = "scorer_version"
    case mcpServerVersion = "mcp_server_version"
    /// Everything at once.
    case workspace

    /// Whether it can be granted on one thing; the parts of things are granted as a kind only.
    package var hasSingleGrants: Bool {
        switch self {
        case .experiment, .registeredModel, .prompt, .scorer, .gatewaySecret, .gatewayEndpoint, .gatewayModelDefinition,
            .mcpServer:
            true
        default: false
        }
    }

    /// What may be granted on it.
    package var grantable: [Permission] {
        self == .workspace ? [.manage, .use] : [.read, .use, .edit, .manage, .deny]
    }
}
