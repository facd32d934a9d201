import Access
import Contract
import Database
import Digest
import Foundation
import Journal
import Kernel
import Logging
import MLflow
import Testing

@Suite struct MLflowGateTests {
    private struct NoBody: IncomingBody {
        let announced: Int64? = 0
        func chunk() async throws -> [UInt8]? { nil }
    }

    private static let live = ID<Run>(raw: 1)
    private static let over = ID<Run>(raw: 2)

    /// The status with which a request is answered that shows `bearer`, and whom it stood for.
    private func ask(
        _ path: Substring, bearer: (RunTokens) -> String?, in folder: String
    ) async throws -> (status: Int, principal: String?) {
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        defer { database.close() }
        try await database.migrate(Journal.migrations + AccessStore.migrations)
        let journal = try await Journal(database: database, headFile: folder + "/head", key: .random())
        let tokens = RunTokens(key: .random(), time: SystemTime())
        let say: MLflowRoute.Handler = { call in
            Answer(contentType: "text/plain", body: .bytes(Array(call.principal.name.utf8)))
        }
        let mlflow = MLflow(
            routes: [
                MLflowRoute("GET", "/mlflow/edit", .edit, handle: say),
                MLflowRoute("GET", "/mlflow/admin", .admin, handle: say),
            ],
            access: Access(database: database, journal: journal, time: SystemTime()), runTokens: tokens,
            isLive: { $0 == Self.live }, insecurePrincipal: nil, logger: Logger(label: "test"))
        let authorization = bearer(tokens).map { "Bearer \($0)" }
        let answer = try await mlflow.answer(
            CompatibleCall(method: "GET", path: path, body: NoBody()) { $0 == "authorization" ? authorization : nil })
        guard answer.status == 200, case .bytes(let bytes) = answer.body else { return (answer.status, nil) }
        return (answer.status, String(decoding: bytes, as: UTF8.self))
    }

    private func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path + "/gate-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    private func token(of run: ID<Run>) -> (RunTokens) -> String? {
        { $0.issue(for: run, user: "ada", expires: SystemTime().now + .minutes(5)) }
    }

    @Test("a run's token stands for its user while the run is live, and administers nothing")
    func live() async throws {
        let (path, admin): (Substring, Substring) = ("/api/2.0/mlflow/edit", "/api/2.0/mlflow/admin")
        let may = try await self.withFolder { try await self.ask(path, bearer: self.token(of: Self.live), in: $0) }
        #expect(may.status == 200 && may.principal == "ada")
        let mayNot = try await self.withFolder { try await self.ask(admin, bearer: self.token(of: Self.live), in: $0) }
        #expect(mayNot.status == 403)
    }

    @Test("a token ends with its run, and nobody comes without one")
    func over() async throws {
        let path: Substring = "/api/2.0/mlflow/edit"
        let late = try await self.withFolder { try await self.ask(path, bearer: self.token(of: Self.over), in: $0) }
        #expect(late.status == 401)
        let nobody = try await self.withFolder { try await self.ask(path, bearer: { _ in nil }, in: $0) }
        #expect(nobody.status == 401)
        let forged = try await self.withFolder { try await self.ask(path, bearer: { _ in "mrr_x" }, in: $0) }
        #expect(forged.status == 401)
    }
}
