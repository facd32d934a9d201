import Access
import Contract
import Database
import Digest
import Journal
import Kernel
import Logging
import Synchronization
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("tokens")
struct AccessTests {
    private struct World {
        let database: Database
        let journal: Journal
        let access: Access
        let time: ManualTime
        let folder: String
    }

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/access-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        defer { database.close() }
        try await database.migrate(Journal.migrations + AccessStore.migrations)
        let journal = try await Journal(database: database, headFile: folder + "/head", key: .random())
        let time = ManualTime()
        let access = Access(database: database, journal: journal, time: time)
        try await body(World(database: database, journal: journal, access: access, time: time, folder: folder))
    }

    private let ada = TokenRequest(name: "ada", role: .developer)

    @Test("a token stands for its principal, and one changed in any place does not")
    func authenticate() async throws {
        try await self.withWorld { world in
            let secret = try await world.access.issue(self.ada, by: .controlPlane).secret
            #expect(try await world.access.authenticate(secret) == Principal(name: "ada", role: .developer))
            for position in secret.indices {
                var changed = secret
                changed.replaceSubrange(position...position, with: secret[position] == "a" ? "b" : "a")
                await #expect(throws: AccessError.unknownToken) { try await world.access.authenticate(changed) }
            }
            await #expect(throws: AccessError.unknownToken) { try await world.access.authenticate("") }
        }
    }

    @Test("only the hash of a token is on the disk")
    func stored() async throws {
        try await self.withWorld { world in
            let secret = try await world.access.issue(self.ada, by: .controlPlane).secret
            world.database.close()
            for name in try FileManager.default.contentsOfDirectory(atPath: world.folder) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: world.folder + "/" + name))
                #expect(!String(decoding: bytes, as: UTF8.self).contains(secret.suffix(43)), "\(name)")
            }
        }
    }

    @Test("a token that expired or was revoked is refused even if it was used a moment ago")
    func cached() async throws {
        try await self.withWorld { world in
            var request = self.ada
            request.validFor = .minutes(5)
            let short = try await world.access.issue(request, by: .controlPlane)
            let long = try await world.access.issue(self.ada, by: .controlPlane)
            for issued in [short, long] { _ = try await world.access.authenticate(issued.secret) }
            world.time.advance(by: .minutes(5))
            let expired = try #require(short.token.expires)
            await #expect(throws: AccessError.expired(name: "ada", role: .developer, at: expired)) {
                try await world.access.authenticate(short.secret)
            }
            let revoked = try await world.access.revoke(long.token.id, by: .controlPlane)
            await #expect(throws: AccessError.revoked(name: "ada", at: try #require(revoked.revokedAt))) {
                try await world.access.authenticate(long.secret)
            }
            #expect(try await world.access.revoke(long.token.id, by: .controlPlane) == revoked)
        }
    }

    @Test("a token seen before works while the database is closed; a new one is unavailable")
    func databaseGone() async throws {
        try await self.withWorld { world in
            let seen = try await world.access.issue(self.ada, by: .controlPlane).secret
            let fresh = try await world.access.issue(self.ada, by: .controlPlane).secret
            _ = try await world.access.authenticate(seen)
            world.database.close()
            _ = try await world.access.authenticate(seen)
            await #expect(throws: DatabaseError.closed) { try await world.access.authenticate(fresh) }
        }
    }

    @Test(
        "names, lifetimes and roles that cannot be are refused",
        arguments: [
            TokenRequest(name: "", role: .viewer), TokenRequest(name: "two\nlines", role: .viewer),
            TokenRequest(name: String(repeating: "x", count: 201), role: .viewer),
            TokenRequest(name: "w", role: .worker),
            TokenRequest(name: "a", role: .viewer, validFor: .zero),
            TokenRequest(name: "a", role: .viewer, validFor: .hours(24 * 365 * 5)),
        ])
    func invalid(_ request: TokenRequest) async throws {
        try await self.withWorld { world in
            let error = await #expect(throws: AccessError.self) {
                try await world.access.issue(request, by: .controlPlane)
            }
            #expect(error?.kind == .invalid)
        }
    }

    @Test("the first admin's token is made once")
    func firstAdmin() async throws {
        try await self.withWorld { world in
            await #expect(throws: CancellationError.self) {
                try await world.access.issueFirstAdmin { _ in throw CancellationError() }
            }
            let kept = Mutex("")
            let issued = try #require(
                try await world.access.issueFirstAdmin { secret in kept.withLock { $0 = secret } })
            #expect(kept.withLock { $0 } == issued.secret)
            #expect(try await world.access.authenticate(issued.secret).role == .admin)
            #expect(try await world.access.issueFirstAdmin { _ in } == nil)
        }
    }

    @Test("a worker's tokens are not listed, end together, and old ones leave no rows")
    func workers() async throws {
        try await self.withWorld { world in
            let worker = ID<Worker>(raw: 9)
            @Sendable func issue() async throws -> String {
                let expires = world.time.now + .hours(1)
                return try await world.database.write { try world.access.issue(for: worker, expires: expires, in: $0) }
            }
            let first = try await issue()
            let second = try await issue()
            #expect(try await world.access.authenticate(first) == Principal(name: worker.description, role: .worker))
            #expect(try await world.access.tokens(PageRequest()).items.isEmpty)
            try await world.database.write { try world.access.revokeTokens(of: worker, in: $0) }
            for secret in [first, second] {
                await #expect(throws: AccessError.self) { try await world.access.authenticate(secret) }
            }
            world.time.advance(by: .hours(48))
            _ = try await issue()
            let rows = try await world.database.read { try $0.rows("SELECT id FROM access_tokens").count }
            #expect(rows == 1)
        }
    }

    @Test("a gateway learns whose a presented token is and until when, or why it is none")
    func check() async throws {
        try await self.withWorld { world in
            let request = TokenRequest(name: "ada", role: .developer, validFor: .hours(1))
            let issued = try await world.access.issue(request, by: .controlPlane)
            let standing = try await world.access.check(TokenCheck(token: issued.secret))
            #expect(standing == TokenStanding(token: issued.token))
            #expect(standing.token?.expires == world.time.now + .hours(1))
            let wrong = try await world.access.check(TokenCheck(token: issued.secret + "x"))
            #expect(wrong == TokenStanding(refusal: AccessError.unknownToken.message))
            _ = try await world.access.revoke(issued.token.id, by: .controlPlane)
            let revoked = try await world.access.check(TokenCheck(token: issued.secret))
            #expect(revoked.token == nil && revoked.refusal?.contains("was revoked") == true)
            world.database.close()
            await #expect(throws: DatabaseError.closed) {
                try await world.access.check(TokenCheck(token: "mrt_\(String(repeating: "0", count: 26))_x"))
            }
        }
    }

    @Test("listing pages through all tokens, newest first, each once")
    func paging() async throws {
        try await self.withWorld { world in
            var issued: [ID<AccessToken>] = []
            for _ in 0..<7 {
                world.time.advance(by: .milliseconds(1))
                issued.append(try await world.access.issue(self.ada, by: .controlPlane).token.id)
            }
            var seen: [ID<AccessToken>] = []
            var cursor: String?
            repeat {
                let page = try await world.access.tokens(PageRequest(cursor: cursor, limit: 3))
                seen += page.items.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(seen == issued.reversed())
        }
    }
}
