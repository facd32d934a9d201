package import Kernel

/// An address that is told of what happens to models and prompts.
package struct Webhook: Codable, Sendable, Hashable {
    package enum Status: String, Codable, Sendable, CaseIterable {
        case active = "ACTIVE"
        case disabled = "DISABLED"
    }

    /// A UUID.
    package var id: String
    package var name: String
    package var description: String?
    package var url: String
    /// In the order in which they were given.
    package var events: [WebhookEvent]
    package var status: Status
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: String, name: String, description: String? = nil, url: String, events: [WebhookEvent],
        status: Status = .active, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.url = url
        self.events = events
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What a webhook can be told of: `<entity>.<action>`.
package enum WebhookEvent: String, Codable, Sendable, CaseIterable {
    case modelCreated = "registered_model.created"
    case versionCreated = "model_version.created"
    case versionTagSet = "model_version_tag.set"
    case versionTagDeleted = "model_version_tag.deleted"
    case aliasCreated = "model_version_alias.created"
    case aliasDeleted = "model_version_alias.deleted"
    case promptCreated = "prompt.created"
    case promptVersionCreated = "prompt_version.created"
    case promptTagSet = "prompt_tag.set"
    case promptTagDeleted = "prompt_tag.deleted"
    case promptVersionTagSet = "prompt_version_tag.set"
    case promptVersionTagDeleted = "prompt_version_tag.deleted"
    case promptAliasCreated = "prompt_alias.created"
    case promptAliasDeleted = "prompt_alias.deleted"
    /// Of MLflow's gateway, which this platform has not: it may be asked for and is never told.
    case budgetExceeded = "budget_policy.exceeded"

    package var entity: String { String(self.rawValue.prefix { $0 != "." }) }
    package var action: String { String(self.rawValue.drop { $0 != "." }.dropFirst()) }
}
