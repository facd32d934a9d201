import Contract
import Database
import Kernel

/// What webhooks are to be told, written in the transaction of what they are told of.
enum WebhookOutbox {
    /// Messages that wait for one webhook; when its receiver is away for so long that there would be more, the newest are
    /// not kept.
    static let maximumWaiting = 10_000

    /// Puts a message for each active webhook that wants this event. Without one it is a look into an index.
    ///
    /// - Parameter data: what the event tells, as MLflow's server puts it.
    static func put(_ event: WebhookEvent, _ data: JSONValue, at now: Timestamp, in transaction: Transaction) throws {
        let wanted = try WebhookStore.subscribers(of: event, in: transaction)
        guard !wanted.isEmpty else { return }
        let body = WebhookMessage.body(event, data, at: now)
        for webhook in wanted where try WebhookStore.waiting(for: webhook, in: transaction) < self.maximumWaiting {
            let delivery = WebhookDelivery(
                id: UniqueName.random(), webhook: webhook, event: event, body: body, attempts: 0, dueAt: now)
            try WebhookStore.insert(delivery, at: now, in: transaction)
        }
    }
}

/// One message on its way to one webhook.
struct WebhookDelivery: Sendable, Hashable {
    /// The same at every try, so that a receiver can tell what it has.
    var id: String
    var webhook: String
    var event: WebhookEvent
    /// JSON, as it is signed and sent.
    var body: String
    var attempts: Int
    var dueAt: Timestamp
}

/// A random UUID (version 4), as MLflow names webhooks and deliveries.
enum UniqueName {
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return self.random(using: &generator)
    }

    /// - Source: RFC 9562 §5.4.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        func hex(_ value: UInt64) -> Substring {
            let digits = String(value, radix: 16)
            return (String(repeating: "0", count: 16 - digits.count) + digits)[...]
        }
        let (a, b) = (hex(high), hex(low))
        return "\(a.prefix(8))-\(a.dropFirst(8).prefix(4))-\(a.suffix(4))-\(b.prefix(4))-\(b.suffix(12))"
    }
}
