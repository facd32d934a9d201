import Contract
import ControlPlane
import Kernel
import Testing

@Suite("every route × every role")
struct RouteWalkTests {
    @Test("each role is let in exactly where the table says, and nobody without a token")
    func walk() async throws {
        try await withServer { server in
            var tokens: [Role: String] = [:]
            for role in Role.allCases { tokens[role] = try await server.token(role) }
            for row in RouteTable.all where !Self.isEndless(row) {
                let path = row.path(["id": TestServer.worker.description, "name": "n", "digest": "d", "alias": "a"])
                let anonymous = try await server.send(row.method.rawValue, path, body: Self.body(row))
                #expect(
                    Self.isIn(anonymous) == (row.access == .open), "\(row.key) without a token: \(anonymous.status)")
                for (role, token) in tokens {
                    let answer = try await server.send(row.method.rawValue, path, token: token, body: Self.body(row))
                    let expected = Self.expected(row, role)
                    #expect(Self.isIn(answer) == (expected < 400), "\(row.key) as \(role): \(answer.status)")
                    if expected >= 400 { #expect(answer.status == expected, "\(row.key) as \(role)") }
                }
            }
        }
    }

    @Test("the stream of events lets in viewers and gateways, and no worker")
    func events() async throws {
        try await withServer { server in
            let row = Routes.events.row
            let anonymous = try await server.send("GET", row.path)
            #expect(anonymous.status == 401)
            let worker = try await server.send("GET", row.path, token: try await server.token(.worker))
            #expect(worker.status == 403)
            // One that is refused after the role was found good: the number is none.
            for role in [Role.viewer, .developer, .operator, .admin, .gateway] {
                let answer = try await server.send(
                    "GET", row.path + "?after=x", token: try await server.token(role))
                #expect(answer.status == 400)
            }
        }
    }

    @Test("a worker may not speak for another one")
    func anotherWorker() async throws {
        try await withServer { server in
            let token = try await server.token(.worker)
            let path = Routes.heartbeat.row.path(["id": ID<Worker>(raw: 7).description])
            let answer = try await server.send("POST", path, token: token, body: Array("{\"attempts\":[]}".utf8))
            #expect(answer.status == 403)
            #expect(answer.error?.message.contains("speaks for itself only") == true)
        }
    }

    @Test("without tokens everybody on this machine is an admin, but no worker")
    func insecure() async throws {
        try await withServer(insecure: true) { server in
            let open = try await server.send("GET", "/api/v1/tokens")
            #expect(open.status == 200)
            let path = Routes.heartbeat.row.path(["id": TestServer.worker.description])
            #expect(try await server.send("POST", path, body: Array("{\"attempts\":[]}".utf8)).status == 403)
            #expect(try await server.send("GET", "/api/v1/tokens", token: "nonsense").status == 401)
        }
    }

    private static func isEndless(_ row: RouteRow) -> Bool {
        if case .events = row.response { true } else { false }
    }

    /// In means past the door: the handler may still not like what it got.
    private static func isIn(_ answer: TestAnswer) -> Bool { answer.status != 401 && answer.status != 403 }

    private static func body(_ row: RouteRow) -> [UInt8]? {
        if case .nothing = row.request { nil } else { Array("{}".utf8) }
    }

    /// What design.md says of the access, spelled out once more.
    private static func expected(_ row: RouteRow, _ role: Role) -> Int {
        let ladder: [Role] = [.viewer, .developer, .operator, .admin]
        func rank(_ role: Role) -> Int? { ladder.firstIndex(of: role) }
        switch row.access {
        case .open, .joinToken: return 200
        case .worker: return role == .worker ? 200 : 403
        case .gateway: return role != .worker ? 200 : 403
        case .role(let needed):
            guard let mine = rank(role), let theirs = rank(needed) else { return role == needed ? 200 : 403 }
            return mine >= theirs ? 200 : 403
        }
    }
}
