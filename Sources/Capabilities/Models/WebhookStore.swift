import Contract
import Database
import Kernel

/// The rows of webhooks, and of the messages that wait for them.
enum WebhookStore {
    static let migrations = [
        Migration(
            id: "webhooks-0001",
            statements: [
                """
                CREATE TABLE webhooks (
                    id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, description TEXT, url TEXT NOT NULL,
                    status TEXT NOT NULL, secret BLOB, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
                """,
                "CREATE INDEX webhooks_created ON webhooks (created_at DESC, id)",
                """
                CREATE TABLE webhook_events (
                    webhook TEXT NOT NULL, event TEXT NOT NULL, position BIGINT NOT NULL, PRIMARY KEY (webhook, event))
                """,
                "CREATE INDEX webhook_events_event ON webhook_events (event, webhook)",
                """
                CREATE TABLE webhook_deliveries (
                    number BIGINT PRIMARY KEY NOT NULL, id TEXT NOT NULL UNIQUE, webhook TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL,
                    attempts BIGINT NOT NULL, due_at BIGINT NOT NULL, created_at BIGINT NOT NULL)
                """,
                "CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook, number)",
            ])
    ]

    // MARK: Webhooks

    private static let columns: SQL = "id, name, description, url, status, created_at, updated_at"

    static func find(_ id: String, in reader: any Reading) throws -> Webhook? {
        try reader.row("SELECT \(self.columns) FROM webhooks WHERE id = \(id)").map { try self.decode($0, in: reader) }
    }

    /// Newest first.
    static func list(offset: Int, limit: Int, in reader: any Reading) throws -> [Webhook] {
        try reader.rows(
            """
            SELECT \(self.columns) FROM webhooks ORDER BY created_at DESC, id LIMIT \(limit) OFFSET \(offset)
            """
        ).map { try self.decode($0, in: reader) }
    }

    static func count(in reader: any Reading) throws -> Int {
        try reader.row("SELECT COUNT(*) FROM webhooks").map { try $0.get(0) } ?? 0
    }

    /// Writes the row anew, but the secret, and its events.
    static func save(_ webhook: Webhook, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO webhooks (id, name, description, url, status, created_at, updated_at)
            VALUES (\(webhook.id), \(webhook.name), \(webhook.description), \(webhook.url), \(webhook.status),
                    \(webhook.createdAt), \(webhook.updatedAt))
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
                url = excluded.url, status = excluded.status, updated_at = excluded.updated_at
            """)
        try transaction.execute("DELETE FROM webhook_events WHERE webhook = \(webhook.id)")
        for (position, event) in webhook.events.enumerated() {
            try transaction.execute(
                """
                INSERT INTO webhook_events (webhook, event, position) VALUES (\(webhook.id), \(event), \(position))
                ON CONFLICT DO NOTHING
                """)
        }
    }

    /// - Parameter sealed: nil removes it.
    static func setSecret(_ sealed: [UInt8]?, of id: String, in transaction: Transaction) throws {
        try transaction.execute("UPDATE webhooks SET secret = \(sealed) WHERE id = \(id)")
    }

    static func secret(of id: String, in reader: any Reading) throws -> [UInt8]? {
        try reader.row("SELECT secret FROM webhooks WHERE id = \(id)").flatMap { try $0.get(0) }
    }

    /// With what waits for it.
    static func delete(_ id: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM webhooks WHERE id = \(id)")
        try transaction.execute("DELETE FROM webhook_events WHERE webhook = \(id)")
        try transaction.execute("DELETE FROM webhook_deliveries WHERE webhook = \(id)")
    }

    /// The ids of the active webhooks that want an event.
    static func subscribers(of event: WebhookEvent, in reader: any Reading) throws -> [String] {
        try reader.rows(
            """
            SELECT w.id FROM webhook_events e JOIN webhooks w ON w.id = e.webhook
            WHERE e.event = \(event) AND w.status = \(Webhook.Status.active)
            ORDER BY w.id LIMIT \(Webhooks.maximumWebhooks)
            """
        ).map { try $0.get(0) }
    }

    private static func decode(_ row: Row, in reader: any Reading) throws -> Webhook {
        let id: String = try row.get(0)
        let events = try reader.rows(
            """
            SELECT event FROM webhook_events WHERE webhook = \(id) ORDER BY position
            LIMIT \(WebhookEvent.allCases.count)
            """)
        return Webhook(
            id: id, name: try row.get(1), description: try row.get(2), url: try row.get(3),
            events: try events.map { try $0.get(0) }, status: try row.get(4), createdAt: try row.get(5),
            updatedAt: try row.get(6))
    }

    // MARK: Deliveries

    static func insert(_ delivery: WebhookDelivery, at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO webhook_deliveries (number, id, webhook, event, body, attempts, due_at, created_at)
            VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM webhook_deliveries), \(delivery.id), \(delivery.webhook), \(delivery.event), \(delivery.body), \(delivery.attempts),
                    \(delivery.dueAt), \(now))
            """)
    }

    static func waiting(for webhook: String, in reader: any Reading) throws -> Int {
        try reader.row("SELECT COUNT(*) FROM webhook_deliveries WHERE webhook = \(webhook)").map { try $0.get(0) } ?? 0
    }

    /// Those that may be sent now, in the order in which they were put, but to none of the `busy` webhooks. A message that waits
    /// for its next try holds up those that follow it to the same webhook.
    static func due(
        at now: Timestamp, but busy: Set<String> = [], limit: Int, in reader: any Reading
    ) throws -> [WebhookDelivery] {
        try reader.rows(
            """
            SELECT d.id, d.webhook, d.event, d.body, d.attempts, d.due_at FROM webhook_deliveries d
            WHERE d.due_at <= \(now) AND d.webhook NOT IN \(SQL.list(busy)) AND NOT EXISTS (
                SELECT 1 FROM webhook_deliveries e
                WHERE e.webhook = d.webhook AND e.number < d.number AND e.due_at > \(now))
            ORDER BY d.number LIMIT \(limit)
            """
        ).map {
            WebhookDelivery(
                id: try $0.get(0), webhook: try $0.get(1), event: try $0.get(2), body: try $0.get(3),
                attempts: try $0.get(4), dueAt: try $0.get(5))
        }
    }

    static func postpone(
        _ delivery: String, attempts: Int, until due: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "UPDATE webhook_deliveries SET attempts = \(attempts), due_at = \(due) WHERE id = \(delivery)")
    }

    static func remove(_ delivery: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM webhook_deliveries WHERE id = \(delivery)")
    }
}
