import Contract
import Kernel
import Models
import Transport

extension Wiring {
    /// Where webhooks may lead: as configured; on a machine that asks for no token anywhere, since there they are tried out.
    static func webhookPolicy(_ options: ServeOptions) -> WebhookPolicy {
        let rules =
            options.configuration.webhooks
            ?? .init(allowHTTP: options.insecureLocal, allowPrivateAddresses: options.insecureLocal)
        return WebhookPolicy(
            schemes: rules.allowHTTP ? ["https", "http"] : ["https"],
            allowsPrivateAddresses: rules.allowPrivateAddresses)
    }
}

/// Models' way to the receivers of webhooks.
struct WebhooksByHTTP: WebhookTransport {
    func addresses(of host: String) async throws -> [NetworkAddress] {
        try await HTTPTransport.addresses(of: host).map { NetworkAddress(bytes: $0.bytes, text: $0.text) }
    }

    func post(
        _ message: WebhookMessage, host: String, at address: NetworkAddress, within deadline: TimeSpan
    ) async throws -> WebhookAnswer {
        let request = HTTPRequest(.post, message.url, headers: message.headers, body: .bytes(message.body))
        let answer = try await HTTPTransport.post(
            request, host: host, at: address.description, within: deadline, limit: Webhooks.shownAnswer)
        return WebhookAnswer(status: answer.status, body: String(decoding: answer.body, as: UTF8.self))
    }
}
