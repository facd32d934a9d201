import Contract
import Kernel
import Models

// Webhooks, declared as MLflow's clients do.
extension MLflowRegistry {
    private static let defaultPage = 100
    private static let maximumPage = 1000

    var webhookRoutes: [MLflowRoute] {
        [
            self.route("POST", "webhooks", .admin) { call in
                for field in ["name", "url"] { _ = try call.fields.required(field) }
                guard call.fields["events"] != nil else { throw MLflowError.missing("events") }
                return Self.answer(try await self.webhooks.create(try Self.change(call.fields), by: call.principal))
            },
            self.route("GET", "webhooks", .admin, handle: self.listWebhooks),
            self.route("GET", "webhooks/{webhook_id}", .admin) { call in
                Self.answer(try await self.webhooks.get(Self.id(call)))
            },
            self.route("PATCH", "webhooks/{webhook_id}", .admin) { call in
                Self.answer(
                    try await self.webhooks.update(Self.id(call), try Self.change(call.fields), by: call.principal))
            },
            self.route("DELETE", "webhooks/{webhook_id}", .admin) { call in
                try await self.webhooks.delete(Self.id(call), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("POST", "webhooks/{webhook_id}/test", .admin, handle: self.testWebhook),
        ]
    }

    @Sendable private func listWebhooks(_ call: MLflowCall) async throws -> Answer {
        let asked = try call.fields.integer("max_results") ?? 0
        guard (0...Int64(Self.maximumPage)).contains(asked) else {
            throw MLflowError(
                .invalidParameterValue, "max_results must be between 1 and \(Self.maximumPage).")
        }
        let limit = asked == 0 ? Self.defaultPage : Int(asked)
        let offset = try MLflowPageToken.offset(try call.fields.string("page_token"))
        let found = try await self.webhooks.list(offset: offset, limit: limit + 1)
        return MLflowWriter.answer {
            $0.list("webhooks", found.prefix(limit)) { writer, webhook in writer.object { $0.webhook(webhook) } }
            if found.count > limit { $0.field("next_page_token", MLflowPageToken.text(offset: offset + limit)) }
        }
    }

    @Sendable private func testWebhook(_ call: MLflowCall) async throws -> Answer {
        var event: WebhookEvent?
        if let asked = call.fields["event"] { event = try Self.event(asked) }
        let result = try await self.webhooks.test(Self.id(call), event: event)
        return MLflowWriter.answer {
            $0.object("result") {
                switch result {
                case .success(let answer):
                    $0.field("success", answer.status < 400)
                    $0.field("response_status", Int64(answer.status))
                    $0.field("response_body", answer.body)
                case .failure(let error):
                    let why = (error as? any Fault)?.message ?? "The message was not sent."
                    $0.field("success", false)
                    $0.field("error_message", "Failed to test webhook: \(why)")
                }
            }
        }
    }

    // MARK: Fields

    private static func id(_ call: MLflowCall) -> String { call.path["webhook_id"] ?? "" }

    /// Clients send an empty text or list for what is to stay, but for a description or a secret, which it removes.
    private static func change(_ fields: MLflowFields) throws -> Webhooks.Change {
        func given(_ name: String) throws -> String? { try fields.string(name).flatMap { $0.isEmpty ? nil : $0 } }
        var events: [WebhookEvent]?
        if let value = fields["events"] {
            guard case .array(let items) = value else { throw MLflowError.invalid(value, for: "events") }
            events = items.isEmpty ? nil : try items.map { try Self.event($0) }
        }
        var status: Webhook.Status?
        if let text = try given("status") {
            guard let known = Webhook.Status(rawValue: text) else {
                throw MLflowError.invalid(.string(text), for: "status")
            }
            status = known
        }
        return Webhooks.Change(
            name: try given("name"), description: try fields.string("description"), url: try given("url"),
            events: events, secret: try fields.string("secret"), status: status)
    }

    private static func event(_ value: JSONValue) throws -> WebhookEvent {
        let entity = value["entity"]?.stringValue?.lowercased() ?? ""
        let action = value["action"]?.stringValue?.lowercased() ?? ""
        if let event = WebhookEvent(rawValue: "\(entity).\(action)") { return event }
        let actions = WebhookEvent.allCases.filter { $0.entity == entity }.map { "'\($0.action)'" }.sorted()
        guard !actions.isEmpty else { throw MLflowError.invalid(value, for: "events") }
        throw MLflowError(
            .invalidParameterValue,
            "Invalid action '\(action)' for entity '\(entity)'. Valid actions are: [\(actions.joined(separator: ", "))]"
        )
    }

    private static func answer(_ webhook: Webhook) -> Answer {
        MLflowWriter.answer { $0.object("webhook") { $0.webhook(webhook) } }
    }
}

extension MLflowWriter {
    /// The fields of `Webhook`; its secret is never among them.
    fileprivate mutating func webhook(_ webhook: Webhook) {
        self.field("webhook_id", webhook.id)
        self.field("name", webhook.name)
        if let description = webhook.description, !description.isEmpty { self.field("description", description) }
        self.field("url", webhook.url)
        self.list("events", webhook.events) { writer, event in
            writer.object {
                $0.field("entity", event.entity.uppercased())
                $0.field("action", event.action.uppercased())
            }
        }
        self.field("status", webhook.status.rawValue)
        self.field("creation_timestamp", webhook.createdAt.milliseconds)
        self.field("last_updated_timestamp", webhook.updatedAt.milliseconds)
    }
}
