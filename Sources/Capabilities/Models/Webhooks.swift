package import Contract
package import Database
package import Digest
package import Journal
package import Kernel

/// Addresses that are told of what happens to models and prompts, as MLflow's clients declare them.
///
/// What is to be told is written into the outbox (`WebhookOutbox`) in the transaction of the change itself, so nothing is
/// told that did not happen and nothing that happened is forgotten; `WebhookReconciler` sends it. A secret is sealed at
/// rest and never given out; by it a receiver verifies who speaks (`WebhookMessage`). An address is checked when it is
/// declared and again, resolved anew, at every sending, which connects to just the address that was checked.
///
/// It fails with `WebhookError`.
package struct Webhooks: Sendable {
    package static let maximumWebhooks = 1000
    /// What of a receiver's answer to a test is shown, in bytes.
    package static let shownAnswer = ByteCount.kibibytes(16)
    /// For one try.
    static let deadline = TimeSpan.seconds(10)
    /// In characters, as MLflow's database has it.
    private static let maximumDescription = 1000
    private static let maximumURL = 2000
    private static let maximumSecret = 1000

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let policy: WebhookPolicy
    let transport: any WebhookTransport
    private let sealer: Sealer

    /// - Parameter key: derived for this purpose alone.
    package init(
        database: Database, journal: Journal, time: any TimeSource, key: HMACKey, policy: WebhookPolicy,
        transport: any WebhookTransport
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.sealer = Sealer(key: key)
        self.policy = policy
        self.transport = transport
    }

    /// What a webhook is to be; nil leaves what there is.
    package struct Change: Sendable {
        package var name: String?
        package var description: String?
        package var url: String?
        package var events: [WebhookEvent]?
        /// Empty removes it.
        package var secret: String?
        package var status: Webhook.Status?

        package init(
            name: String? = nil, description: String? = nil, url: String? = nil, events: [WebhookEvent]? = nil,
            secret: String? = nil, status: Webhook.Status? = nil
        ) {
            self.name = name
            self.description = description
            self.url = url
            self.events = events
            self.secret = secret
            self.status = status
        }
    }

    /// - Throws: `invalid` for what is no name or address, and when there are no events; `exhausted`.
    package func create(_ change: Change, by principal: Principal) async throws -> Webhook {
        try WebhookPolicy.checkName(change.name ?? "")
        let url = change.url ?? ""
        try await self.check(url: url)
        guard let events = change.events, !events.isEmpty else { throw WebhookError.noEvents }
        try Self.check(change)
        return try await self.database.write { transaction in
            guard try WebhookStore.count(in: transaction) < Self.maximumWebhooks else {
                throw WebhookError.tooMany(limit: Self.maximumWebhooks)
            }
            let now = self.time.now
            let webhook = Webhook(
                id: UniqueName.random(), name: change.name ?? "", description: change.description, url: url,
                events: Self.distinct(events), status: change.status ?? .active, createdAt: now, updatedAt: now)
            try WebhookStore.save(webhook, in: transaction)
            try self.keep(change.secret, of: webhook.id, in: transaction)
            try self.tell("webhook.created", webhook, by: principal, in: transaction)
            return webhook
        }
    }

    /// - Throws: `notFound`.
    package func get(_ id: String) async throws -> Webhook {
        try await self.database.read { try self.existing(id, in: $0) }
    }

    /// Newest first.
    package func list(offset: Int, limit: Int) async throws -> [Webhook] {
        try await self.database.read { try WebhookStore.list(offset: offset, limit: limit, in: $0) }
    }

    /// - Throws: as `create`, and `notFound`.
    package func update(_ id: String, _ change: Change, by principal: Principal) async throws -> Webhook {
        _ = try await self.get(id)
        if let name = change.name { try WebhookPolicy.checkName(name) }
        if let url = change.url { try await self.check(url: url) }
        if let events = change.events, events.isEmpty { throw WebhookError.noEvents }
        try Self.check(change)
        return try await self.database.write { transaction in
            var webhook = try self.existing(id, in: transaction)
            if let name = change.name { webhook.name = name }
            if let url = change.url { webhook.url = url }
            if let events = change.events { webhook.events = Self.distinct(events) }
            if let description = change.description { webhook.description = description }
            if let status = change.status { webhook.status = status }
            // A change is seen to be newer also within a millisecond.
            webhook.updatedAt = Timestamp(
                milliseconds: max(self.time.now.milliseconds, webhook.updatedAt.milliseconds + 1))
            try WebhookStore.save(webhook, in: transaction)
            if change.secret != nil { try self.keep(change.secret, of: id, in: transaction) }
            try self.tell("webhook.updated", webhook, by: principal, in: transaction)
            return webhook
        }
    }

    /// Deletes it with what waits for it.
    ///
    /// - Throws: `notFound`.
    package func delete(_ id: String, by principal: Principal) async throws {
        try await self.database.write { transaction in
            let webhook = try self.existing(id, in: transaction)
            try WebhookStore.delete(id, in: transaction)
            try self.tell("webhook.deleted", webhook, by: principal, in: transaction)
        }
    }

    /// Sends an example of an event, by default the first that it wants, and says what came back.
    ///
    /// - Returns: the answer, or why there was none.
    /// - Throws: `notFound`.
    package func test(_ id: String, event: WebhookEvent?) async throws -> Result<WebhookAnswer, any Error> {
        let webhook = try await self.get(id)
        let event = event ?? webhook.events.first ?? .modelCreated
        let body = WebhookMessage.body(event, WebhookMessage.example(of: event), at: self.time.now)
        do { return .success(try await self.send(body, delivery: UniqueName.random(), to: webhook)) } catch {
            return .failure(error)
        }
    }

    /// Sends one message once.
    ///
    /// - Throws: when the address may not be sent to, or nobody answered.
    func send(_ body: String, delivery: String, to webhook: Webhook) async throws -> WebhookAnswer {
        let host = try self.policy.host(of: webhook.url)
        let addresses = try await self.transport.addresses(of: host)
        try self.policy.check(addresses, of: host)
        guard let address = addresses.first else {
            throw WebhookError.unresolved(host: host, why: "it has no address")
        }
        let sealed = try await self.database.read { try WebhookStore.secret(of: webhook.id, in: $0) }
        let secret = try sealed.map { try self.sealer.open($0, context: Self.context(of: webhook.id)) }
        let message = WebhookMessage(to: webhook.url, delivery: delivery, body: body, secret: secret, at: self.time.now)
        return try await self.transport.post(message, host: host, at: address, within: Self.deadline)
    }

    // MARK: Parts

    private func check(url: String) async throws {
        let host = try self.policy.host(of: url)
        if url.utf8.count > Self.maximumURL { throw ModelRuleError.tooLong(field: "url", limit: Self.maximumURL) }
        guard !self.policy.allowsPrivateAddresses else { return }
        let addresses: [NetworkAddress]
        do { addresses = try await self.transport.addresses(of: host) } catch let fault as any Fault {
            throw WebhookError.unresolved(host: host, why: fault.message)
        }
        try self.policy.check(addresses, of: host)
    }

    private static func check(_ change: Change) throws(ModelRuleError) {
        let limits = [
            ("description", change.description, self.maximumDescription), ("secret", change.secret, self.maximumSecret),
        ]
        for (field, text, limit) in limits where (text?.unicodeScalars.count ?? 0) > limit {
            throw .tooLong(field: field, limit: limit)
        }
    }

    private func existing(_ id: String, in reader: any Reading) throws -> Webhook {
        guard let found = try WebhookStore.find(id, in: reader) else { throw WebhookError.noWebhook(id) }
        return found
    }

    private func keep(_ secret: String?, of id: String, in transaction: Transaction) throws {
        guard let secret, !secret.isEmpty else { return try WebhookStore.setSecret(nil, of: id, in: transaction) }
        let sealed = try self.sealer.seal(Array(secret.utf8), context: Self.context(of: id))
        try WebhookStore.setSecret(sealed, of: id, in: transaction)
    }

    private static func context(of id: String) -> String { "webhook \(id)" }

    private static func distinct(_ events: [WebhookEvent]) -> [WebhookEvent] {
        var seen: Set<WebhookEvent> = []
        return events.filter { seen.insert($0).inserted }
    }

    /// The address without its query: that may hold a token.
    func tell(
        _ kind: String, _ webhook: Webhook, by principal: Principal, _ body: [String: JSONValue] = [:],
        in transaction: Transaction
    ) throws {
        let about: [String: JSONValue] = [
            "name": .string(webhook.name), "url": .string(String(webhook.url.prefix { $0 != "?" && $0 != "#" })),
            "events": .array(webhook.events.map { .string($0.rawValue) }), "status": .string(webhook.status.rawValue),
        ]
        let line = JournalDraft(
            kind: kind, subject: webhook.id, by: principal, body: .object(about.merging(body) { $1 }))
        try self.journal.append([line], at: self.time.now, in: transaction)
    }
}
