import Contract
import Journal
import Kernel
import Testing

@Suite("tokens over HTTP")
struct TokenTests {
    private static let path = Routes.whoami.row.path

    @Test("no token, a wrong one, an expired one and a revoked one each say what to do next")
    func refusals() async throws {
        try await withServer { server in
            let missing = try await server.send("GET", Self.path)
            #expect(missing.status == 401)
            #expect(missing.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
            #expect(missing.error?.message.contains("martlet login") == true)

            let good = try await server.token(.viewer)
            for wrong in ["nonsense", String(good.dropLast()) + "!", good + "x", ""] {
                let answer = try await server.send("GET", Self.path, token: wrong)
                #expect(answer.status == 401, "\(wrong)")
            }

            let short = try await server.token(.viewer, validFor: .minutes(1))
            #expect(try await server.send("GET", Self.path, token: short).status == 200)
            server.time.advance(by: .minutes(2))
            let expired = try await server.send("GET", Self.path, token: short)
            #expect(expired.status == 401)
            #expect(expired.error?.message.contains("expired at") == true)
            #expect(try await server.send("GET", Self.path, token: good).status == 200)
        }
    }

    @Test("an admin issues, lists and revokes tokens; a revoked one is refused at once")
    func lifecycle() async throws {
        try await withServer { server in
            let admin = try await server.token(.admin)
            let body = try Wire.encode(TokenRequest(name: "ada", role: .developer, validFor: .hours(2)))
            let answer = try await server.send("POST", "/api/v1/tokens", token: admin, body: body)
            let issued = try Wire.decode(IssuedToken.self, from: answer.body)
            let me = try await server.send("GET", Self.path, token: issued.secret)
            #expect(try Wire.decode(Principal.self, from: me.body) == Principal(name: "ada", role: .developer))

            let listed = try await server.send("GET", "/api/v1/tokens?limit=10", token: admin)
            #expect(!listed.text.contains(issued.secret))
            #expect(try Wire.decode(Page<AccessToken>.self, from: listed.body).items.contains(issued.token))

            let path = Routes.revokeToken.row.path(["id": issued.token.id.description])
            #expect(try await server.send("DELETE", path, token: admin).status == 200)
            let refused = try await server.send("GET", Self.path, token: issued.secret)
            #expect(refused.status == 401)
            #expect(refused.error?.message.contains("revoked") == true)
            #expect(try await server.send("DELETE", path, token: admin).status == 200)
            #expect(server.journal.head >= 3)
        }
    }

    @Test("a token never appears in the log")
    func secrecy() async throws {
        try await withServer { server in
            let token = try await server.token(.viewer)
            _ = try await server.send("GET", "/api/v1/tokens", token: token)
            _ = try await server.send("GET", "/nonsense?token=" + token, token: token)
            #expect(!server.log.all.isEmpty)
            #expect(!server.log.all.contains { $0.contains(token) })
        }
    }
}
