import Contract
import Database
import Journal
import Kernel
package import Logging
import ServiceLifecycle

/// Sends what waits in the outbox of the webhooks.
///
/// Each message is sent at least once and carries the same id at every try, so a receiver can tell what it has. It is tried
/// `maximumAttempts` times, each pause four times as long as the one before; then, and when the receiver refuses it, a line
/// of the journal says so. Messages of one webhook are sent in their order, different webhooks side by side, so that a
/// receiver that does not answer holds up nobody else. It has no memory but of what is on its way: what waits is rows.
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
            await withTaskGroup(of: String?.self) { group in
                var busy: Set<String> = []
                group.addTask { await self.wake(past: self.webhooks.journal.head) }
                while !Task.isCancelled {
                    let head = self.webhooks.journal.head
                    for deliveries in await self.due(but: busy).prefix(Self.sideBySide - busy.count) {
                        busy.insert(deliveries[0].webhook)
                        group.addTask {
                            await self.send(deliveries)
                            return deliveries[0].webhook
                        }
                    }
                    // Either a webhook has been sent its messages, or there may be more.
                    guard let finished = await group.next() else { return }
                    if let finished { busy.remove(finished) } else { group.addTask { await self.wake(past: head) } }
                }
                group.cancelAll()
            }
        }
    }

    /// Sends what is due, to its end.
    ///
    /// - Returns: how many messages were looked at.
    @discardableResult
    package func tick() async -> Int {
        let groups = await self.due(but: [])
        await withTaskGroup(of: Void.self) { group in
            for deliveries in groups { group.addTask { await self.send(deliveries) } }
        }
        return groups.reduce(0) { $0 + $1.count }
    }

    /// What may be sent now, by webhook, each in its order.
    private func due(but busy: Set<String>) async -> [[WebhookDelivery]] {
        do {
            let due = try await self.webhooks.database.read {
                try WebhookStore.due(at: self.webhooks.time.now, but: busy, limit: Self.perTick, in: $0)
            }
            return Dictionary(grouping: due, by: \.webhook).sorted { $0.key < $1.key }.map(\.value)
        } catch {
            self.logger.warning("webhooks wait", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// Returns after a line of the journal, or a while: something may be due. At least `pause` later, so that a burst of lines
    /// is one look.
    private func wake(past head: Int64) async -> String? {
        try? await ContinuousClock().sleep(for: Self.pause)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.webhooks.journal.wait(past: head) }
            group.addTask { try? await ContinuousClock().sleep(for: Self.period) }
            await group.next()
            group.cancelAll()
        }
        return nil
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
