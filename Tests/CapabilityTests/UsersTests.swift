import Access
import Contract
import Database
import Digest
import Foundation
import Journal
import Kernel
import Logging
import Testing

@Suite("users and permissions")
struct UsersTests {
    private let admin = Principal(name: "admin", role: .admin)
    private let password = "a long password"

    private func withUsers(_ body: (Users, Database) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/users-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try Database(path: folder + "/test.sqlite", logger: Logger(label: "test"))
        defer { database.close() }
        try await database.migrate(Journal.migrations + UserStore.migrations)
        let journal = try await Journal(database: database, headFile: folder + "/head", key: .random())
        try await body(Users(database: database, journal: journal, time: ManualTime(), rounds: 2), database)
    }

    @Test("a user comes in by their password, by no other, and by a new one at once") func passwords() async throws {
        try await self.withUsers { users, _ in
            let ada = try await users.create("ada", password: self.password, by: self.admin)
            for _ in 1...2 { #expect(try await users.authenticate("ada", password: self.password) == ada) }
            for (name, wrong) in [("ada", "another password"), ("ada", ""), ("bob", self.password), ("", "")] {
                await #expect(throws: UserError.wrongPassword) { try await users.authenticate(name, password: wrong) }
            }
            try await users.setPassword("the new password", of: "ada", by: ada.principal)
            await #expect(throws: UserError.wrongPassword) {
                try await users.authenticate("ada", password: self.password)
            }
            #expect(try await users.authenticate("ada", password: "the new password").id == ada.id)
            try await users.delete("ada", by: self.admin)
            await #expect(throws: UserError.wrongPassword) {
                try await users.authenticate("ada", password: "the new password")
            }
        }
    }

    @Test("names and passwords are refused in MLflow's words") func refused() async throws {
        try await self.withUsers { users, _ in
            _ = try await users.create("ada", password: self.password, by: self.admin)
            await #expect(throws: UserError.alreadyExists("User (username=ada) already exists.")) {
                try await users.create("ada", password: self.password, by: self.admin)
            }
            await #expect(throws: UserError.invalid("Password must be at least 12 characters.")) {
                try await users.create("bob", password: "short", by: self.admin)
            }
            for name in ["", "a:b", "a\nb", String(repeating: "x", count: 300)] {
                await #expect(throws: UserError.self) {
                    try await users.create(name, password: self.password, by: self.admin)
                }
            }
            await #expect(throws: UserError.noSuch("User with username=bob not found")) { try await users.user("bob") }
        }
    }

    @Test("the first admin is made once, and not where there are users") func firstAdmin() async throws {
        try await self.withUsers { users, _ async throws in
            #expect(try await users.createFirstAdmin("admin", password: "password1234", isPublic: true))
            #expect(try await !users.createFirstAdmin("admin", password: "password1234", isPublic: true))
            #expect(try await users.authenticate("admin", password: "password1234").isAdmin)
        }
    }

    @Test("what is granted holds with the next question, alone or by a role, until it is taken back")
    func grants() async throws {
        try await self.withUsers { users, _ in
            let ada = try await users.create("ada", password: self.password, by: self.admin)
            let seven = Resource(.experiment, "7")
            #expect(try await users.grants(of: "ada").permission(on: seven) == .read)
            let edit = Grant(type: .experiment, pattern: "7", permission: .edit)
            try await users.grant(edit, to: "ada", by: self.admin)
            #expect(try await users.grants(of: "ada").permission(on: seven) == .edit)
            await #expect(throws: UserError.self) { try await users.grant(edit, to: "ada", by: self.admin) }

            let role = try await users.createRole("owners", workspace: "default", description: nil, by: self.admin)
            let all = Grant(type: .experiment, pattern: Grant.all, permission: .manage)
            let entry = try await users.add(all, to: role.id, by: self.admin)
            let assignment = try await users.assign(role.id, to: "ada", by: self.admin)
            #expect(assignment.user == ada.id)
            #expect(try await users.grants(of: "ada").permission(on: seven) == .manage)
            _ = try await users.setEntry(entry.id, .deny, by: self.admin)
            #expect(try await users.grants(of: "ada").permission(on: seven) == .deny, "a veto wins over a grant")
            try await users.unassign(role.id, from: "ada", by: self.admin)
            try await users.revoke(seven, from: "ada", by: self.admin)
            #expect(try await users.grants(of: "ada").permission(on: seven) == .read)
            await #expect(throws: UserError.self) { try await users.revoke(seven, from: "ada", by: self.admin) }
        }
    }

    @Test("a thing of a name that was deleted inherits nothing, and one that is renamed keeps all")
    func renamed() async throws {
        try await self.withUsers { users, _ in
            _ = try await users.create("ada", password: self.password, by: self.admin)
            let old = Resource(.registeredModel, "old")
            try await users.grantToCreator(old, "ada")
            try await users.grantToCreator(old, "a token")
            #expect(try await users.grants(of: "ada").permission(on: old) == .manage)
            try await users.rename([old], to: "new", by: self.admin)
            let new = Resource(.registeredModel, "new")
            #expect(try await users.grants(of: "ada").permission(on: old) == .read)
            #expect(try await users.grants(of: "ada").permission(on: new) == .manage)
            try await users.forget([new], by: self.admin)
            #expect(try await users.grants(of: "ada").permission(on: new) == .read)
        }
    }

    @Test("the nearest grant decides, and a veto at a part is not rescued by the whole") func nearest() {
        let whole = Resource(.experiment, "7")
        let run = Requirement(Resource(.run), .update, or: [whole])
        func meets(_ grants: Grant...) -> Bool { Grants(grants).meets(run) }
        let edit = Grant(type: .experiment, pattern: "7", permission: .edit)
        #expect(!meets())
        #expect(meets(edit))
        #expect(!meets(edit, Grant(type: .run, pattern: "*", permission: .read)))
        #expect(
            meets(
                Grant(type: .experiment, pattern: "7", permission: .read),
                Grant(type: .run, pattern: "*", permission: .edit)))
        #expect(
            !meets(
                Grant(type: .experiment, pattern: "7", permission: .manage),
                Grant(type: .run, pattern: "*", permission: .deny)))
        #expect(
            meets(
                Grant(type: .workspace, pattern: "*", permission: .manage),
                Grant(type: .run, pattern: "*", permission: .deny)))
        #expect(!Grants([edit], otherwise: .none).meets(Requirement(Resource(.experiment, "8"), .read)))
    }

    @Test("every change is a line of the journal, and none holds a password") func journaled() async throws {
        try await self.withUsers { users, database in
            _ = try await users.create("ada", password: self.password, by: self.admin)
            try await users.setAdmin(true, of: "ada", by: self.admin)
            try await users.grant(
                Grant(type: .experiment, pattern: "7", permission: .deny), to: "ada", by: self.admin)
            let lines = try await database.read {
                try $0.rows("SELECT line FROM journal").map { try $0.get(0) as String }
            }
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { !$0.contains(self.password) && !$0.contains("pbkdf2") })
        }
    }
}
