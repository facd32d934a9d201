import Contract
import Digest
import Kernel

/// A message as it is sent: its body and the headers by which a receiver knows that it is ours, whole and new.
///
/// - Source: MLflow 3.17, `webhooks/delivery.py`: `X-MLflow-Signature` is `v1,` and the base64 of the HMAC-SHA-256, under
///   the webhook's secret, of `<delivery id>.<unix seconds>.<body>`.
package struct WebhookMessage: Sendable, Hashable {
    package var url: String
    package var headers: [String: String]
    package var body: [UInt8]

    /// - Parameter secret: nil when none was set; then there is no signature.
    init(to url: String, delivery: String, body: String, secret: [UInt8]?, at now: Timestamp) {
        let seconds = String(now.milliseconds / 1000)
        self.url = url
        self.body = Array(body.utf8)
        self.headers = [
            "content-type": "application/json", "x-mlflow-delivery-id": delivery, "x-mlflow-timestamp": seconds,
        ]
        if let secret {
            let code = Digest.authenticate(Array("\(delivery).\(seconds).\(body)".utf8), secret: secret)
            self.headers["x-mlflow-signature"] = "v1,\(Base64.encode(code))"
        }
    }

    /// What a receiver reads.
    static func body(_ event: WebhookEvent, _ data: JSONValue, at now: Timestamp) -> String {
        let value: JSONValue = [
            "entity": .string(event.entity), "action": .string(event.action),
            "timestamp": .string(now.description.replacing("Z", with: "+00:00")), "data": data,
        ]
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What a test tells of an event.
    static func example(of event: WebhookEvent) -> JSONValue {
        let isPrompt = event.rawValue.hasPrefix("prompt")
        let kind = isPrompt ? "prompt" : "model"
        let name = JSONValue.string("example_\(kind)")
        let tags: JSONValue = ["example_key": "example_value"]
        switch event {
        case .modelCreated:
            return ["name": name, "tags": tags, "description": "An example registered model"]
        case .promptCreated: return ["name": name, "tags": tags, "description": "An example prompt"]
        case .versionCreated:
            return [
                "name": name, "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678", "tags": tags,
                "description": "An example model version",
            ]
        case .promptVersionCreated:
            return [
                "name": name, "version": "1", "template": "Hello {{name}}!", "tags": tags,
                "description": "An example prompt version",
            ]
        case .versionTagSet, .promptVersionTagSet:
            return ["name": name, "version": "1", "key": "example_key", "value": "example_value"]
        case .versionTagDeleted, .promptVersionTagDeleted:
            return ["name": name, "version": "1", "key": "example_key"]
        case .promptTagSet: return ["name": name, "key": "example_key", "value": "example_value"]
        case .promptTagDeleted: return ["name": name, "key": "example_key"]
        case .aliasCreated, .promptAliasCreated:
            return ["name": name, "alias": "example_alias", "version": "1"]
        case .aliasDeleted, .promptAliasDeleted: return ["name": name, "alias": "example_alias"]
        case .budgetExceeded:
            return [
                "budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0, "current_spend": 105.5,
                "duration_unit": "MONTHS", "duration_value": 1, "target_scope": "ENDPOINT", "workspace": "default",
                "target_value": "ep-abc123", "window_start": 1_704_067_200_000,
            ]
        }
    }
}
