package import Contract
package import Database
import Digest
package import Journal
package import Kernel
import Synchronization

/// People who come with a name and a password, and what they were permitted: MLflow's users, beside the tokens of `Access`.
///
/// A password is stored as a salted, slow hash (`PasswordHash`) and compared in constant time; one that was right lately
/// costs a fast hash (`CredentialCache`), and wrong ones are checked one after another, a bounded number of them
/// (`PasswordDesk`). Permissions are held by roles; what is granted to a user alone lies in a role of their own. Every
/// change is one transaction with its journal line, and is in force with the next request.
///
/// It knows no HTTP and no experiments: it answers what a user may do with a resource that is named to it.
package struct Users: Sendable {
    /// As MLflow has it.
    package static let minimumPasswordLength = 12
    package static let maximumNameLength = 255
    /// The one workspace of a server without workspaces.
    package static let workspace = "default"

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let cache = CredentialCache()
    private let desk: PasswordDesk
    private let waiting = PasswordQueue()

    /// - Parameter rounds: of the slow hash.
    package init(database: Database, journal: Journal, time: any TimeSource, rounds: Int = PasswordHash.rounds) {
        self.database = database
        self.journal = journal
        self.time = time
        self.desk = PasswordDesk(rounds: rounds)
    }

    /// Whose name and password these are.
    ///
    /// - Throws: `wrongPassword`, `busy`; `unavailable` when the database is and the user was not seen lately.
    package func authenticate(_ name: String, password: String) async throws -> User {
        let key = self.cache.key(name, password)
        if let user = self.cache.user(for: key) { return user }
        let revision = self.cache.revision
        let stored = try await self.database.read { try UserStore.user(name, in: $0) }
        let isRight = try await self.waiting.pass { await self.desk.matches(password, stored: stored?.password) }
        guard isRight, let user = stored?.user else { throw UserError.wrongPassword }
        self.cache.insert(user, for: key, asOf: revision)
        return user
    }

    /// Whether there is any user.
    package func hasAny() async throws -> Bool { try await self.database.read { try UserStore.hasAny(in: $0) } }

    /// - Throws: `noSuch`.
    package func user(_ name: String) async throws -> User {
        try await self.database.read { try self.existing(name, in: $0) }
    }

    /// All of them, each with their roles.
    package func users() async throws -> [(user: User, roles: [PermissionRole])] {
        try await self.database.read { reader in
            try UserStore.users(limit: PermissionStore.listLimit, in: reader).map {
                ($0, try PermissionStore.roles(of: $0.id, in: reader))
            }
        }
    }

    /// - Throws: `invalid` for an empty name or a short password, `alreadyExists`.
    package func create(_ name: String, password: String, by actor: Principal) async throws -> User {
        try Self.check(name: name)
        let hash = try await self.hash(password)
        return try await self.change("user.created", name, by: actor) { transaction in
            guard try UserStore.user(name, in: transaction) == nil else {
                throw UserError.alreadyExists("User (username=\(name)) already exists.")
            }
            return try UserStore.insert(
                name, password: hash, isAdmin: false, at: self.time.now, in: transaction)
        }
    }

    /// Makes the first admin when there is no user at all.
    ///
    /// - Parameter isPublic: whether everybody knows the password anyway: no slow hash makes that better.
    /// - Returns: whether it was made.
    package func createFirstAdmin(_ name: String, password: String, isPublic: Bool) async throws -> Bool {
        guard try await !self.hasAny() else { return false }
        let hash = isPublic ? PasswordHash.make(password, rounds: 1) : try await self.hash(password)
        return try await self.change("user.created", name, by: .controlPlane, ["admin": true]) { transaction in
            guard try !UserStore.hasAny(in: transaction) else { return false }
            _ = try UserStore.insert(name, password: hash, isAdmin: true, at: self.time.now, in: transaction)
            return true
        }
    }

    package func setPassword(_ password: String, of name: String, by actor: Principal) async throws {
        _ = try await self.user(name)
        let hash = try await self.hash(password)
        try await self.change("user.password-changed", name, by: actor) { transaction in
            try UserStore.set(password: hash, of: try self.existing(name, in: transaction).id, in: transaction)
        }
    }

    package func setAdmin(_ isAdmin: Bool, of name: String, by actor: Principal) async throws {
        try await self.change("user.admin-changed", name, by: actor, ["admin": .bool(isAdmin)]) { transaction in
            try UserStore.set(isAdmin: isAdmin, of: try self.existing(name, in: transaction).id, in: transaction)
        }
    }

    /// With all that was granted to them alone.
    package func delete(_ name: String, by actor: Principal) async throws {
        try await self.change("user.deleted", name, by: actor) { transaction in
            let user = try self.existing(name, in: transaction)
            let own = PermissionRole.ownName(of: user.id)
            if let role = try PermissionStore.role(own, workspace: Self.workspace, in: transaction) {
                try PermissionStore.delete(role.id, in: transaction)
            }
            try UserStore.delete(user.id, in: transaction)
        }
    }

    func existing(_ name: String, in reader: any Reading) throws -> User {
        guard let user = try UserStore.user(name, in: reader)?.user else {
            throw UserError.noSuch("User with username=\(name) not found")
        }
        return user
    }

    /// One transaction with its journal line, after which nothing of the cache counts.
    func change<Value: Sendable>(
        _ kind: String, _ subject: String, by actor: Principal, _ body: [String: JSONValue] = [:],
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await self.database.write { transaction in
            let value = try work(transaction)
            transaction.onCommit { self.cache.clear() }
            try self.journal.append(
                [JournalDraft(kind: kind, subject: subject, by: actor, body: .object(body))], at: self.time.now,
                in: transaction)
            return value
        }
    }

    private func hash(_ password: String) async throws -> String {
        guard password.count >= Self.minimumPasswordLength else {
            throw UserError.invalid("Password must be at least \(Self.minimumPasswordLength) characters.")
        }
        return try await self.waiting.pass { await self.desk.hash(password) }
    }

    private static func check(name: String) throws(UserError) {
        guard !name.isEmpty else { throw .invalid("Username cannot be empty.") }
        // A colon ends the name in the header that it is sent in.
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0 != ":" }
        guard isPlain, name.count <= self.maximumNameLength else {
            throw .invalid(
                "Username must have at most \(self.maximumNameLength) characters, on one line and without a colon.")
        }
    }
}

/// How many wait for the desk.
private final class PasswordQueue: Sendable {
    /// Passwords waiting or being hashed; the next is refused rather than kept for longer than a client waits.
    static let limit = 64

    private let count = Mutex(0)

    /// - Throws: `busy` when too many wait already.
    func pass<Value: Sendable>(_ work: () async -> Value) async throws(UserError) -> Value {
        let isTaken = self.count.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
        guard isTaken else { throw .busy }
        defer { self.count.withLock { $0 -= 1 } }
        return await work()
    }
}
