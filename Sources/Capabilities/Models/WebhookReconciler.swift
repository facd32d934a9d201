import Contract
import Database
import Journal
import Kernel
package import Logging
package import ServiceLifecycle

/// Sends what waits in the outbox of the webhooks.
///
/// Each message is sent at least once and carries the same id at every try, so a receiver can tell what it has. It is tried
/// `maximumAttempts` times, each pause four times as long as the one before; then, and when the receiver refuses it, a line
/// of the journal says so. A tick takes `perTick` messages that are due and sends those of different webhooks side by side,
/// those of one in their order; a receiver that does not answer holds a tick up by the deadline of one try.
package struct WebhookReconciler: Service {
    /// For the first retry, and for what was due before a start.
    static let period = Duration.seconds(1)
    static let pause = Duration.milliseconds(5)
    /// Messages of one tick.
    static let perTick = 256
    /// Webhooks that are sent to at a time.
    static let sideBySide = 16
    /// With pauses of 1 s, 4 s, 16 s, 64 s and 256 s between them: some six minutes in all.
    static let maximumAttempts = 6
    /// After which it is sent again; every other answer is final, as with MLflow's server.
    static let passing: Set<Int> = [429, 500, 502, 503, 504]

    private let webhooks: Webhooks
    private let logger: Logger

    package init(webhooks: Webhooks, logger: Logger) {
        self.webhooks = webhooks
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.webhooks.journal.whenNudged(orEvery: Self.period, pause: Self.pause) {
                await self.tick() == Self.perTick
            }
        }
    }

    /// Sends what is due.
    ///
    /// - Returns: how many messages were looked at.
    @discardableResult
    package func tick() async -> Int {
        do {
            let due = try await self.webhooks.database.read {
                try WebhookStore.due(at: self.webhooks.time.now, limit: Self.perTick, in: $0)
            }
            let groups = Dictionary(grouping: due, by: \.webhook).sorted { $0.key < $1.key }.map(\.value)
            await withTaskGroup(of: Void.self) { group in
                for (position, deliveries) in groups.enumerated() {
                    if position >= Self.sideBySide { await group.next() }
                    group.addTask { await self.send(deliveries) }
                }
            }
            return due.count
        } catch {
            self.logger.warning("webhooks wait", metadata: ["error": "\(error)"])
            return 0
        }
    }

    /// Those of one webhook, in their order; when one cannot be sent now the others wait with it.
    private func send(_ deliveries: [WebhookDelivery]) async {
        do {
            for delivery in deliveries where !Task.isCancelled {
                let found = try await self.webhooks.database.read { try WebhookStore.find(delivery.webhook, in: $0) }
                guard let webhook = found, webhook.status == .active else {
                    try await self.webhooks.database.write { try WebhookStore.remove(delivery.id, in: $0) }
                    continue
                }
                guard try await self.send(delivery, to: webhook) else { return }
            }
        } catch {
            self.logger.warning("a webhook waits", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether the next of the same webhook may follow.
    private func send(_ delivery: WebhookDelivery, to webhook: Webhook) async throws -> Bool {
        let (failure, mayPass) = await self.attempt(delivery, to: webhook)
        if Task.isCancelled { return false }
        let attempts = delivery.attempts + 1
        let isRetried = failure != nil && mayPass && attempts < Self.maximumAttempts
        try await self.webhooks.database.write { transaction in
            guard let failure else { return try WebhookStore.remove(delivery.id, in: transaction) }
            if isRetried {
                let due = self.webhooks.time.now + .seconds(1 << Int64(2 * (attempts - 1)))
                return try WebhookStore.postpone(delivery.id, attempts: attempts, until: due, in: transaction)
            }
            try WebhookStore.remove(delivery.id, in: transaction)
            try self.webhooks.tell(
                "webhook.undelivered", webhook, by: .controlPlane,
                [
                    "delivery": .string(delivery.id), "event": .string(delivery.event.rawValue),
                    "attempts": .integer(Int64(attempts)), "reason": .string(failure),
                ],
                in: transaction)
        }
        return !isRetried
    }

    /// - Returns: why it failed, nil when it did not; and whether it may go better later.
    private func attempt(_ delivery: WebhookDelivery, to webhook: Webhook) async -> (failure: String?, mayPass: Bool) {
        do {
            let answer = try await self.webhooks.send(delivery.body, delivery: delivery.id, to: webhook)
            if (200..<400).contains(answer.status) { return (nil, false) }
            return ("The receiver answered with HTTP status \(answer.status).", Self.passing.contains(answer.status))
        } catch let fault as any Fault {
            return (fault.message, fault.kind.isRetryable)
        } catch {
            return ("The message was not sent.", true)
        }
    }
}
