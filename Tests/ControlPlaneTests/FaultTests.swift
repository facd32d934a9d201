import Contract
import ControlPlane
import Kernel
import Synchronization
import Testing

@Suite("what failed requests are told")
struct FaultTests {
    private struct Foreign: Error { let secret = "hunter2" }

    private static func failing(with error: any Error) -> [BoundRoute] {
        [Routes.listModels.bindRaw { _ in throw error }]
    }

    private static let path = Routes.listModels.row.path

    @Test(
        "every fault kind has its status, its words and a reference that the log has too", arguments: FaultKind.allCases
    )
    func kinds(_ kind: FaultKind) async throws {
        let fault = PlainFault(kind, "It went wrong with 7. Send 8.", detail: "only for the operator")
        try await withServer(routes: Self.failing(with: fault)) { server in
            let answer = try await server.send("GET", Self.path, token: try await server.token(.viewer))
            #expect(answer.status == kind.httpStatus)
            let error = try #require(answer.error)
            #expect(error.kind == kind)
            #expect(error.message == "It went wrong with 7. Send 8.")
            #expect(answer.headers["x-request-id"] == error.reference)
            #expect(!answer.text.contains("operator"))
            if kind != .cancelled {
                let line = try #require(server.log.all.last)
                #expect(line.contains(error.reference) && line.contains("only for the operator"))
                #expect(line.contains("viewer-user"))
            }
        }
    }

    @Test("an error that nobody foresaw is a bug, and what it says stays in the log")
    func foreign() async throws {
        try await withServer(routes: Self.failing(with: Foreign())) { server in
            let answer = try await server.send("GET", Self.path, token: try await server.token(.viewer))
            #expect(answer.status == 500)
            #expect(answer.error?.kind == .bug)
            #expect(!answer.text.contains("hunter2"))
            #expect(server.log.all.last?.contains("hunter2") == true)
        }
    }

    @Test("a path that is none, a wrong method and an unknown query are told apart")
    func paths() async throws {
        try await withServer { server in
            let token = try await server.token(.viewer)
            #expect(try await server.send("GET", "/api/v1/nonsense", token: token).status == 404)
            let method = try await server.send("DELETE", "/api/v1/runs", token: token)
            #expect(method.status == 405)
            #expect(method.headers["allow"] == "GET, POST")
            let query = try await server.send("GET", "/api/v1/runs?statsu=running", token: token)
            #expect(query.status == 400)
            #expect(query.error?.message.contains("'statsu'") == true)
            #expect(query.error?.message.contains("status") == true)
        }
    }

    @Test("a name in a path may hold a slash, spaces and emoji, and so may a query")
    func encodedNames() async throws {
        let name = "a/b ü 🦜?&=%"
        let seen = Mutex<[String]>([])
        let route = Routes.listModelVersions.bindRaw { call in
            seen.withLock { $0 = [call.name(), call.query["cursor"] ?? ""] }
            return Answer(contentType: "text/plain", body: .bytes([]))
        }
        try await withServer(routes: [route]) { server in
            let path = route.row.path(["name": name]) + "?cursor=" + PercentEncoding.encode(name)
            let answer = try await server.send("GET", path, token: try await server.token(.viewer))
            #expect(answer.status == 200)
            #expect(seen.withLock { $0 } == [name, name])
        }
    }

    @Test("a body over its limit is refused, announced or not, and one at the limit is not")
    func bodyLimit() async throws {
        try await withServer { server in
            let token = try await server.token(.developer)
            let path = Routes.setModelAlias.row.path(["name": "m", "alias": "a"])
            let limit = Int(Routes.setModelAlias.row.bodyLimit.bytes)
            let large = [UInt8](repeating: 32, count: limit + 1)
            for chunked in [false, true] {
                let answer = try await server.send("PUT", path, token: token, body: large, chunked: chunked)
                #expect(answer.status == 413)
                #expect(answer.error?.kind == .invalid)
                let fits = try await server.send(
                    "PUT", path, token: token, body: Array(large.dropLast()), chunked: chunked)
                #expect(fits.status == 200)
            }
        }
    }

    @Test("every route that takes a body refuses one above its limit with the limit, and its handler never sees it")
    func everyBodyLimit() async throws {
        let rows = RouteTable.all.filter { if case .nothing = $0.request { false } else { true } }
        #expect(Set(rows.map(\.bodyLimit)).count > 2, "small and large ones are there")
        let called = Mutex<[String]>([])
        let routes = rows.map { row in
            BoundRoute(row: row) { _ in
                called.withLock { $0.append(row.key) }
                return Answer(contentType: "application/json", body: .bytes(Array("{}".utf8)))
            }
        }
        try await withServer(routes: routes) { server in
            let (admin, gateway) = (try await server.token(.admin), try await server.token(.gateway))
            let worker = try await server.token(.worker)
            for row in rows {
                let path = row.path(["id": TestServer.worker.description, "name": "n", "digest": "d", "alias": "a"])
                let large = [UInt8](repeating: 32, count: Int(row.bodyLimit.bytes) + 1)
                for chunked in [false, true] {
                    let answer = try await server.send(
                        row.method.rawValue, path,
                        token: row.access == .worker ? worker : row.access == .role(.gateway) ? gateway : admin,
                        body: large,
                        chunked: chunked)
                    #expect(answer.status == 413, "\(row.key)")
                    let message = answer.error?.message ?? ""
                    #expect(message.contains(row.bodyLimit.description), "\(row.key): \(message)")
                }
            }
            #expect(called.withLock { $0 }.isEmpty)
        }
    }

    @Test("who may not send a request has no body read")
    func refusedBeforeTheBody() async throws {
        try await withServer { server in
            let large = [UInt8](repeating: 32, count: 2 << 20)
            let path = Routes.setModelAlias.row.path(["name": "m", "alias": "a"])
            let token = try await server.token(.viewer)
            #expect(try await server.send("PUT", path, token: token, body: large).status == 403)
        }
    }
}
