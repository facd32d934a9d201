import Access
import CloudPorts
import Contract
import Database
import Digest
import Foundation
import Journal
import Kernel
import LocalCloud
import Logging
import MLflow

/// MLflow's API over a folder of artifacts and users of its own.
final class MLflowFixture {
    static let run = "0123456789abcdef0123456789abcdef"

    let folder: String
    let database: Database
    let access: Access
    let users: Users
    let driver: FileStoreDriver
    let mlflow: MLflow

    var artifacts: String { "\(self.folder)/artifacts" }

    init(basicAuth: Bool = false) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/mlflow-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder + "/artifacts", withIntermediateDirectories: true)
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        try await database.migrate(Journal.migrations + AccessStore.migrations + UserStore.migrations)
        let journal = try await Journal(database: database, headFile: folder + "/head", key: .random())
        let users = Users(database: database, journal: journal, time: SystemTime(), rounds: 2)
        let driver = FileStoreDriver(
            store: "mlflow-artifacts", folder: folder + "/artifacts", layout: .plain,
            urls: BlobURLs(key: .random()) { "http://own:1" })
        let artifacts = MLflowArtifacts(
            time: SystemTime(), origin: .asked(own: { "http://own:1" }),
            roots: MLflowArtifactRoots(
                run: { $0 == Self.run ? "mlflow-artifacts:/7/\($0)/artifacts" : nil },
                loggedModel: { $0 == "m-1" ? "mlflow-artifacts:/7/models/m-1/artifacts" : nil },
                modelVersion: { _, _ in "s3://elsewhere/x" })
        ) { driver }
        let places = MLflowPlaces(
            experimentNamed: { $0 == "seven" ? "7" : nil }, experimentOfRun: { $0 == Self.run ? "7" : nil },
            experimentOfLoggedModel: { $0 == "m-1" ? "7" : nil }, experimentOfTrace: { $0 == "tr-1" ? "7" : nil })
        self.access = Access(database: database, journal: journal, time: SystemTime())
        self.mlflow = MLflow(
            routes: MLflowSystem.routes + artifacts.routes + Self.echoes, access: self.access,
            runTokens: RunTokens(key: .random(), time: SystemTime()), isLive: { _ in true },
            insecurePrincipal: Principal(name: "local", role: .admin), basicAuth: basicAuth ? (users, places) : nil,
            logger: Logger(label: "test"))
        self.folder = folder
        self.database = database
        self.users = users
        self.driver = driver
    }

    deinit {
        self.database.close()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// Routes of others, answering a little of what those do.
    private static let echoes: [MLflowRoute] = [
        MLflowRoute("POST", "/mlflow/experiments/create", .edit) { _ in
            MLflowWriter.answer { $0.field("experiment_id", "7") }
        },
        MLflowRoute("POST", "/mlflow/experiments/search") { _ in
            MLflowWriter.answer {
                $0.list("experiments", ["7", "8"]) { writer, id in
                    writer.object { $0.field("experiment_id", id) }
                }
            }
        },
        MLflowRoute("POST", "/mlflow/runs/log-metric", .edit) { _ in MLflowWriter.empty },
        MLflowRoute("GET", "/mlflow/runs/get") { _ in MLflowWriter.empty },
        MLflowRoute("POST", "/mlflow/runs/delete", .edit) { _ in MLflowWriter.empty },
        MLflowRoute("POST", "/mlflow/nobody-thought-of/this", .edit) { _ in MLflowWriter.empty },
    ]

    struct Reply {
        var status: Int
        var headers: [String: String]
        var type: String
        var bytes: [UInt8]
        var text: String { String(decoding: self.bytes, as: UTF8.self) }
        var json: JSONValue? { try? JSONValue(utf8: self.bytes) }
    }

    /// - Parameter user: `name:password`, or nil for no credentials.
    func send(
        _ method: String, _ target: String, _ body: [UInt8] = [], headers: [String: String] = [:], user: String? = nil,
        chunks: Int = 1
    ) async throws -> Reply {
        let parts = target.split(separator: "?", maxSplits: 1)
        var headers = headers
        if method == "POST" || method == "PATCH" { headers["content-type"] = "application/json" }
        if let user { headers["authorization"] = "Basic \(Data(user.utf8).base64EncodedString())" }
        let sent = headers
        let call = CompatibleCall(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil,
            body: Sent(body, chunks: chunks)
        ) { sent[$0] }
        let answer = try await self.mlflow.answer(call)
        return Reply(
            status: answer.status, headers: answer.headers, type: answer.contentType,
            bytes: try await Self.bytes(answer.body))
    }

    func post(_ path: String, _ json: String, user: String? = nil) async throws -> Reply {
        try await self.send("POST", path, Array(json.utf8), user: user)
    }

    private static func bytes(_ body: Answer.Body) async throws -> [UInt8] {
        switch body {
        case .bytes(let bytes): return bytes
        case .stream(let write):
            let sink = Sink()
            try await write(sink)
            return await sink.bytes
        }
    }

    private actor Sink: BodyWriter {
        var bytes: [UInt8] = []
        func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
    }

    /// A body that was sent, in chunks.
    private actor Sent: IncomingBody {
        nonisolated let announced: Int64?
        private var rest: [[UInt8]]

        init(_ bytes: [UInt8], chunks: Int) {
            self.announced = chunks == 1 ? Int64(bytes.count) : nil
            let size = max(1, (bytes.count + chunks - 1) / chunks)
            self.rest = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
        }

        func chunk() async throws -> [UInt8]? { self.rest.isEmpty ? nil : self.rest.removeFirst() }
    }
}
