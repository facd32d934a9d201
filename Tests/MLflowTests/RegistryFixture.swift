import Access
import Contract
import Database
import Digest
import Journal
import Kernel
import Logging
import MLflow
import Models

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// MLflow's registry on a real database, its requests answered without a server.
final class RegistryFixture: Sendable {
    let database: Database
    let models: Models
    let time = ManualTime()
    private let folder: String
    private let mlflow: MLflow

    private struct NoReceivers: WebhookTransport {
        func addresses(of host: String) async throws -> [NetworkAddress] {
            [NetworkAddress(bytes: [93, 184, 216, 34], text: "93.184.216.34")]
        }
        func post(
            _ message: WebhookMessage, host: String, at address: NetworkAddress, within deadline: TimeSpan
        ) async throws -> WebhookAnswer {
            throw PlainFault(.unavailable, "Nobody listens.")
        }
    }

    init() async throws {
        let temporary = FileManager.default.temporaryDirectory.path
        self.folder = "\(temporary)/martlet-registry-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.database = try Database(path: self.folder + "/martlet.sqlite", logger: logger)
        try await self.database.migrate(Journal.migrations + AccessStore.migrations + Models.migrations)
        let journal = try await Journal(
            database: self.database, headFile: self.folder + "/journal.head", key: HMACKey.random())
        self.models = Models(database: self.database, journal: journal, time: self.time)
        let webhooks = Webhooks(
            database: self.database, journal: journal, time: self.time, key: HMACKey.random(), policy: WebhookPolicy(),
            transport: NoReceivers())
        let access = Access(database: self.database, journal: journal, time: self.time)
        self.mlflow = MLflow(
            routes: MLflowRegistry(models: self.models, webhooks: webhooks).routes, access: access,
            runTokens: RunTokens(key: HMACKey.random(), time: self.time), isLive: { _ in false },
            insecurePrincipal: Principal(name: "dora", role: .admin), logger: logger)
    }

    deinit {
        self.database.close()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    private final class OnceBody: IncomingBody, Sendable {
        private let stream: AsyncStream<[UInt8]>
        let announced: Int64?
        init(_ bytes: [UInt8]) {
            self.announced = Int64(bytes.count)
            self.stream = AsyncStream { continuation in
                if !bytes.isEmpty { continuation.yield(bytes) }
                continuation.finish()
            }
        }
        func chunk() async throws -> [UInt8]? {
            for await bytes in self.stream { return bytes }
            return nil
        }
    }

    /// Sends a request as a client does.
    ///
    /// - Parameter path: after `/api/2.0/mlflow/`, with its query.
    func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> (status: Int, text: String) {
        var bytes: [UInt8] = []
        body?.write(to: &bytes)
        let parts = path.split(separator: "?", maxSplits: 1)
        let call = CompatibleCall(
            method: method, path: "/api/2.0/mlflow/\(parts[0])", query: parts.count > 1 ? parts[1] : nil,
            body: OnceBody(bytes)
        ) { $0 == "content-type" ? "application/json" : nil }
        let answer = try await self.mlflow.answer(call)
        guard case .bytes(let answered) = answer.body else { return (answer.status, "") }
        return (answer.status, String(decoding: answered, as: UTF8.self))
    }

    /// The answer's JSON.
    func json(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        try JSONValue(text: try await self.send(method, path, body).text)
    }

    /// `CODE: message` of a refusal.
    func refusal(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> String {
        let answer = try await self.json(method, path, body)
        return "\(answer["error_code"]?.stringValue ?? "none"): \(answer["message"]?.stringValue ?? "")"
    }
}

extension JSONValue {
    /// The element of a list; nil when there is none.
    subscript(position: Int) -> JSONValue? {
        guard case .array(let items) = self, items.indices.contains(position) else { return nil }
        return items[position]
    }
}
