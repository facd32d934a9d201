import Contract
package import Kernel

/// What can go wrong with webhooks, in MLflow's words.
package enum WebhookError: Fault, Equatable {
    case noWebhook(String)
    case badName(String)
    case blankURL(String)
    case badURL(String, why: String)
    case badScheme(String, allowed: [String])
    case noHost(String)
    case unresolved(host: String, why: String)
    /// It leads to an address inside somebody's network.
    case notPublic(host: String, address: String)
    case noEvents
    case tooMany(limit: Int)

    package var kind: FaultKind {
        switch self {
        case .noWebhook: .notFound
        case .tooMany: .exhausted
        default: .invalid
        }
    }

    package var message: String {
        switch self {
        case .noWebhook(let id): "Webhook with ID \(id) not found."
        case .badName(let name):
            "Webhook name '\(name)' is invalid. It must start and end with a letter or digit, be less than 63 characters "
                + "long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-)."
        case .blankURL(let url): "Webhook URL cannot be empty or just whitespace: '\(url)'"
        case .badURL(let url, let why): "Invalid webhook URL '\(url)': \(why)"
        case .badScheme(let scheme, let allowed):
            "Invalid webhook URL scheme: '\(scheme)'. Allowed schemes are: \(allowed.joined(separator: ", "))."
        case .noHost(let url): "Webhook URL must include a hostname: '\(url)'"
        case .unresolved(let host, let why): "Cannot resolve Webhook URL hostname '\(host)': \(why)"
        case .notPublic(let host, let address):
            "Webhook URL must not resolve to a non-public IP address. '\(host)' resolves to \(address)."
        case .noEvents: "Webhook events must be a non-empty list of WebhookEvent objects: []."
        case .tooMany(let limit): "There are \(limit) webhooks already. Delete one that nobody needs."
        }
    }
}
