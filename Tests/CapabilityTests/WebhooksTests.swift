import Contract
import Database
import Digest
import Journal
import Kernel
import Logging
import Synchronization
import Testing

@testable import Models

/// Receivers in this process: hosts with addresses, and what each answers.
private final class MemoryReceivers: WebhookTransport {
    struct Received: Sendable, Equatable {
        var url: String
        var address: String
        var headers: [String: String]
        var body: String
    }

    private struct State {
        var received: [Received] = []
        /// Answers to come, the last for all that follow.
        var answers: [Int?] = [200]
    }

    private let state = Mutex(State())
    private let (arrivals, arrived) = AsyncStream<Int>.makeStream()

    var received: [Received] { self.state.withLock { $0.received } }

    /// Returns when so many messages have come.
    func wait(for count: Int) async {
        for await arrived in self.arrivals where arrived >= count { return }
    }

    /// - Parameter answers: statuses; nil is a receiver that is not there.
    func answer(_ answers: [Int?]) { self.state.withLock { $0.answers = answers } }

    func addresses(of host: String) async throws -> [NetworkAddress] {
        switch host {
        case "inside.example": [NetworkAddress(bytes: [10, 0, 0, 7], text: "10.0.0.7")]
        case "nowhere.example": throw PlainFault(.unavailable, "no such host")
        default: [NetworkAddress(bytes: [93, 184, 216, 34], text: "93.184.216.34")]
        }
    }

    func post(
        _ message: WebhookMessage, host: String, at address: NetworkAddress, within deadline: TimeSpan
    ) async throws -> WebhookAnswer {
        let status = self.state.withLock { state -> Int? in
            state.received.append(
                Received(
                    url: message.url, address: address.description, headers: message.headers,
                    body: String(decoding: message.body, as: UTF8.self)))
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        self.arrived.yield(self.received.count)
        guard let status else { throw PlainFault(.unavailable, "Nobody listens.") }
        return WebhookAnswer(status: status, body: "ok")
    }
}

@Suite("Webhooks on a real database")
struct WebhooksTests {
    private struct Scene {
        let engine: EngineFixture
        let receivers = MemoryReceivers()
        let webhooks: Webhooks
        let reconciler: WebhookReconciler

        init(_ policy: WebhookPolicy = WebhookPolicy()) async throws {
            self.engine = try await EngineFixture()
            self.webhooks = Webhooks(
                database: self.engine.database, journal: self.engine.journal, time: self.engine.time,
                key: HMACKey.random(), policy: policy, transport: self.receivers)
            self.reconciler = WebhookReconciler(webhooks: self.webhooks, logger: Logger(label: "test"))
        }

        func add(_ events: [WebhookEvent], secret: String? = nil, name: String = "hook") async throws -> Webhook {
            try await self.webhooks.create(
                .init(name: name, url: "https://receiver.example/in", events: events, secret: secret),
                by: EngineFixture.operatorUser)
        }

        var waiting: Int {
            get async throws {
                try await self.engine.database.read { reader in
                    try WebhookStore.due(at: .init(milliseconds: .max), limit: 100_000, in: reader).count
                }
            }
        }
    }

    private let user = EngineFixture.developer

    @Test("a signature is what MLflow's documentation has a receiver verify") func signature() {
        // The code was computed by Python's hmac and base64 as in that documentation.
        let message = WebhookMessage(
            to: "https://h/x", delivery: "7d8f0a54-6a2e-4c46-9a06-2a3f2f6a2d10", body: #"{"a":1}"#,
            secret: Array("s3cret".utf8), at: Timestamp(milliseconds: 1_700_000_000_123))
        #expect(message.headers["x-mlflow-timestamp"] == "1700000000")
        #expect(message.headers["x-mlflow-delivery-id"] == "7d8f0a54-6a2e-4c46-9a06-2a3f2f6a2d10")
        #expect(message.headers["x-mlflow-signature"] == "v1,M5oUSw7yAhA9ni6CZL9L+3LZfSng3XL1umRcCWT/jUQ=")
    }

    @Test("each event is told once, to those that want it") func told() async throws {
        let scene = try await Scene()
        _ = try await scene.add([.modelCreated, .versionCreated, .aliasCreated])
        _ = try await scene.add([.promptCreated], name: "prompts")
        let models = scene.engine.models
        _ = try await models.create("m", description: "d", tags: ["a": "b"], by: self.user)
        _ = try await models.add(VersionDraft(model: "m", source: "s3://b/x", run: "r"), by: self.user)
        _ = try await models.setAlias("champion", of: "m", to: 1, by: self.user)
        _ = try await models.setTag("k", "v", of: "m", 1, by: self.user)
        await scene.reconciler.tick()
        let bodies = try scene.receivers.received.map { try JSONValue(text: $0.body) }
        #expect(
            bodies.map { $0["entity"]?.stringValue } == ["registered_model", "model_version", "model_version_alias"])
        #expect(bodies[0]["data"] == ["name": "m", "description": "d", "tags": ["a": "b"]])
        #expect(
            bodies[1]["data"] == [
                "name": "m", "version": "1", "source": "s3://b/x", "run_id": "r", "tags": [:], "description": .null,
            ])
        #expect(bodies[2]["data"] == ["name": "m", "alias": "champion", "version": "1"])
        #expect(scene.receivers.received.allSatisfy { $0.headers["x-mlflow-signature"] == nil })
        await scene.reconciler.tick()
        #expect(scene.receivers.received.count == 3)
    }

    @Test("what is rolled back is not told, and what is committed is told after a crash") func outbox() async throws {
        struct Refusal: Error {}
        let scene = try await Scene()
        _ = try await scene.add([.modelCreated])
        await #expect(throws: Refusal.self) {
            try await scene.engine.database.write { transaction in
                try WebhookOutbox.put(.modelCreated, [:], at: scene.engine.time.now, in: transaction)
                throw Refusal()
            }
        }
        #expect(try await scene.waiting == 0)
        _ = try await scene.engine.models.create("m", by: self.user)
        // Another process, after the crash.
        await WebhookReconciler(webhooks: scene.webhooks, logger: Logger(label: "test")).tick()
        #expect(scene.receivers.received.count == 1)
    }

    @Test("a receiver that is away is asked again, with the same id, ever later, and not for ever") func retries()
        async throws
    {
        let scene = try await Scene()
        let webhook = try await scene.add([.modelCreated], secret: "s")
        scene.receivers.answer([503, nil, 500])
        _ = try await scene.engine.models.create("m", by: self.user)
        for pause in [0, 1, 4, 16, 64, 256] as [Int64] {
            if pause > 0 {
                scene.engine.time.advance(by: .seconds(pause) - .milliseconds(1))
                #expect(await scene.reconciler.tick() == 0, "not before its time")
                scene.engine.time.advance(by: .milliseconds(1))
            }
            #expect(await scene.reconciler.tick() == 1)
        }
        let received = scene.receivers.received
        #expect(received.count == WebhookReconciler.maximumAttempts)
        #expect(Set(received.map { $0.headers["x-mlflow-delivery-id"] }).count == 1)
        #expect(
            Set(received.map { $0.headers["x-mlflow-signature"] }).count == received.count, "signed at its own time")
        #expect(try await scene.waiting == 0)
        #expect(
            try await scene.engine.journalKinds(about: webhook.id) == ["webhook.created", "webhook.undelivered"])
    }

    @Test("a refusal is final, and the next message follows") func refusal() async throws {
        let scene = try await Scene()
        let webhook = try await scene.add([.modelCreated])
        scene.receivers.answer([404, 200])
        for name in ["a", "b"] { _ = try await scene.engine.models.create(name, by: self.user) }
        await scene.reconciler.tick()
        #expect(scene.receivers.received.count == 2)
        #expect(try await scene.engine.journalKinds(about: webhook.id).last == "webhook.undelivered")
    }

    @Test("messages of one webhook keep their order while one of them waits") func order() async throws {
        let scene = try await Scene()
        _ = try await scene.add([.modelCreated])
        scene.receivers.answer([503, 200])
        for name in ["a", "b"] { _ = try await scene.engine.models.create(name, by: self.user) }
        await scene.reconciler.tick()
        await scene.reconciler.tick()
        #expect(scene.receivers.received.count == 1, "the second waits with the first")
        scene.engine.time.advance(by: .seconds(1))
        await scene.reconciler.tick()
        let names = try scene.receivers.received.map { try JSONValue(text: $0.body)["data"]?["name"]?.stringValue }
        #expect(names == ["a", "a", "b"])
    }

    @Test("a receiver that is away holds up nobody else") func besides() async throws {
        let scene = try await Scene()
        for name in ["a", "b"] { _ = try await scene.add([.modelCreated], name: name) }
        scene.receivers.answer([nil, 200])
        for name in ["m", "n"] { _ = try await scene.engine.models.create(name, by: self.user) }
        await scene.reconciler.tick()
        #expect(scene.receivers.received.count == 3, "one try of the first, both messages of the other")
        #expect(try await scene.waiting == 2)
    }

    @Test("the reconciler sends what is put while it runs, and stops when it is told to") func running() async throws {
        let scene = try await Scene()
        _ = try await scene.add([.modelCreated])
        let run = Task { try await scene.reconciler.run() }  // A service of its own.
        for name in ["a", "b", "c"] { _ = try await scene.engine.models.create(name, by: self.user) }
        await scene.receivers.wait(for: 3)
        run.cancel()
        _ = try? await run.value
        #expect(scene.receivers.received.count == 3)
    }

    @Test("a secret is sealed at rest, and never in the journal or in an answer") func secrets() async throws {
        let scene = try await Scene()
        let webhook = try await scene.add([.modelCreated], secret: "hunter2-hunter2")
        let stored = try await scene.engine.database.read { try WebhookStore.secret(of: webhook.id, in: $0) }
        #expect(!String(decoding: stored ?? [], as: UTF8.self).contains("hunter2"))
        let lines = try await scene.engine.database.read { reader in
            try scene.engine.journal.page(JournalFilter(), PageRequest(limit: 100), in: reader)
        }
        #expect(!"\(lines)".contains("hunter2") && !"\(webhook)".contains("hunter2"))
        _ = try await scene.webhooks.test(webhook.id, event: nil)
        let sent = try #require(scene.receivers.received.last)
        let expected = Digest.authenticate(
            Array(
                "\(sent.headers["x-mlflow-delivery-id"] ?? "").\(sent.headers["x-mlflow-timestamp"] ?? "").\(sent.body)"
                    .utf8),
            secret: Array("hunter2-hunter2".utf8))
        #expect(sent.headers["x-mlflow-signature"] == "v1,\(Base64.encode(expected))")
        _ = try await scene.webhooks.update(webhook.id, .init(secret: ""), by: EngineFixture.operatorUser)
        _ = try await scene.webhooks.test(webhook.id, event: .aliasDeleted)
        #expect(scene.receivers.received.last?.headers["x-mlflow-signature"] == nil)
    }

    @Test("addresses inside our networks are refused when declared, and again when the name has moved") func addresses()
        async throws
    {
        let scene = try await Scene()
        for (url, error) in [
            ("  ", WebhookError.blankURL("  ")), ("ftp://h/x", .badScheme("ftp", allowed: ["https"])),
            ("http://h/x", .badScheme("http", allowed: ["https"])),
            ("http://[invalid", .badURL("http://[invalid", why: "ValueError('Invalid IPv6 URL')")),
            ("https:///x", .noHost("https:///x")),
            ("https://inside.example/x", .notPublic(host: "inside.example", address: "10.0.0.7")),
            ("https://nowhere.example/x", .unresolved(host: "nowhere.example", why: "no such host")),
        ] {
            await #expect(throws: error) {
                _ = try await scene.webhooks.create(
                    .init(name: "h", url: url, events: [.modelCreated]), by: EngineFixture.operatorUser)
            }
        }
        // Declared while its name led outside, as it would be with a policy that has been tightened since.
        let loose = Webhooks(
            database: scene.engine.database, journal: scene.engine.journal, time: scene.engine.time,
            key: HMACKey.random(), policy: WebhookPolicy(allowsPrivateAddresses: true), transport: scene.receivers)
        let webhook = try await loose.create(
            .init(name: "h", url: "https://inside.example/x", events: [.modelCreated]), by: EngineFixture.operatorUser)
        let result = try await scene.webhooks.test(webhook.id, event: nil)
        #expect(throws: WebhookError.notPublic(host: "inside.example", address: "10.0.0.7")) { try result.get() }
        #expect(scene.receivers.received.isEmpty)
    }

    @Test("an address is public when everybody can reach it") func publicAddresses() {
        func isPublic(_ bytes: UInt8...) -> Bool { NetworkAddress(bytes: bytes, text: "").isPublic }
        func isPublic6(_ head: [UInt8], _ tail: [UInt8] = []) -> Bool {
            let zeros = [UInt8](repeating: 0, count: 16 - head.count - tail.count)
            return NetworkAddress(bytes: head + zeros + tail, text: "").isPublic
        }
        #expect(isPublic(8, 8, 8, 8) && isPublic(172, 32, 0, 1) && isPublic(100, 128, 0, 1) && isPublic(198, 20, 0, 1))
        for inner: [UInt8] in [
            [127, 0, 0, 1], [10, 1, 2, 3], [172, 16, 0, 1], [172, 31, 255, 255], [192, 168, 0, 1],
            [169, 254, 169, 254],
            [100, 64, 0, 1], [0, 0, 0, 0], [224, 0, 0, 1], [255, 255, 255, 255], [198, 19, 0, 1],
        ] {
            #expect(!NetworkAddress(bytes: inner, text: "").isPublic, "\(inner)")
            #expect(!isPublic6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], inner), "mapped \(inner)")
            #expect(!isPublic6([0x20, 0x02] + inner), "6to4 \(inner)")
            #expect(!isPublic6([0, 0x64, 0xFF, 0x9B], inner), "NAT64 \(inner)")
        }
        #expect(isPublic6([0x26, 0x06, 0x47, 0x00], [1]) && isPublic6([0, 0x64, 0xFF, 0x9B], [8, 8, 8, 8]))
        #expect(!isPublic6([], [1]) && !isPublic6([0xFE, 0x80], [1]) && !isPublic6([0xFC, 0], [1]))
        #expect(
            !isPublic6([0x20, 0x01, 0x0D, 0xB8], [1]) && !isPublic6([0x20, 0x01, 0, 1], [1])
                && !isPublic6([0xFF, 2], [1]))
    }

    @Test("ids are random UUIDs") func ids() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<100 {
            let id = UniqueName.random(using: &random)
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test("a webhook that is disabled or gone is told nothing more") func disabled() async throws {
        let scene = try await Scene()
        let webhook = try await scene.add([.modelCreated])
        scene.receivers.answer([503])
        _ = try await scene.engine.models.create("a", by: self.user)
        await scene.reconciler.tick()
        _ = try await scene.webhooks.update(webhook.id, .init(status: .disabled), by: EngineFixture.operatorUser)
        _ = try await scene.engine.models.create("b", by: self.user)
        scene.engine.time.advance(by: .hours(1))
        await scene.reconciler.tick()
        #expect(scene.receivers.received.count == 1)
        #expect(try await scene.waiting == 0)
        try await scene.webhooks.delete(webhook.id, by: EngineFixture.operatorUser)
        await #expect(throws: WebhookError.noWebhook(webhook.id)) { _ = try await scene.webhooks.get(webhook.id) }
    }
}
