package import Contract
package import Database
import Digest
package import Journal
package import Kernel

/// Who may do what: the tokens behind every request, whose they are, and what their role allows.
///
/// A token is 256 random bits that stand for a user, a worker or a gateway in one role. Only its SHA-256 is stored, the
/// comparison takes constant time, and the secret is shown once, when it is issued. The token's text begins with its own
/// id, so that finding the row tells nothing about the secret.
///
/// It knows no HTTP: the control plane hands it the bearer text and gets a `Principal` or a fault that says whether the
/// token is wrong, expired or revoked, and what to do. It does not know what routes exist; a route states its role, and the
/// control plane compares. Roles and principals live in `Contract`, so no other capability needs this one.
///
/// A token seen lately costs one hash and a look into a bounded map; only a new one costs a query. The map forgets a
/// token when it is revoked, and its expiry is checked on every use. While the database cannot be read, what is in the map
/// still works and everything else is `unavailable`.
package struct Access: Sendable {
    /// A token that lives longer than a leap-year cycle is one without an end: leave the lifetime out instead.
    package static let maximumLifetime = TimeSpan.hours(24 * 1461)
    /// Long enough for any user name or e-mail address.
    package static let maximumNameLength = 200

    /// Whether a text is meant to be a token, of a user or of a run.
    package static func isToken(_ text: String) -> Bool {
        text.hasPrefix(TokenText.prefix) || text.hasPrefix(RunTokens.prefix)
    }

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let cache: PrincipalCache

    package init(database: Database, journal: Journal, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.time = time
        self.cache = PrincipalCache()
    }

    /// Whom `bearer` stands for.
    ///
    /// - Throws: `unauthenticated` as `unknownToken`, `expired` or `revoked`; `unavailable` when the database is.
    package func authenticate(_ bearer: String) async throws -> Principal {
        let token = try await self.accept(bearer)
        return Principal(name: token.name, role: token.role)
    }

    /// What a gateway is told of a token that was presented to it.
    ///
    /// - Throws: `unavailable` when the database is.
    package func check(_ presented: TokenCheck) async throws -> TokenStanding {
        do { return TokenStanding(token: try await self.accept(presented.token)) } catch let error as AccessError {
            return TokenStanding(refusal: error.message)
        }
    }

    private func accept(_ bearer: String) async throws -> AccessToken {
        let hash = Digest.sha256Bytes(Array(bearer.utf8))
        if let known = self.cache.entry(for: hash) { return try self.valid(known.token) }
        guard let id = TokenText.id(of: bearer) else { throw AccessError.unknownToken }
        let revision = self.cache.revision
        let stored = try await self.database.read { try AccessStore.token(id, in: $0) }
        guard let stored, Token.matches(bearer, hash: stored.hash) else { throw AccessError.unknownToken }
        let token = try self.valid(stored.token)
        self.cache.insert(token, for: hash, asOf: revision)
        return token
    }

    /// Makes a token for a user or a gateway.
    ///
    /// - Throws: `invalid` for a name or lifetime that cannot be, or the role of a worker, which gets its token by joining.
    package func issue(_ request: TokenRequest, by actor: Principal) async throws -> IssuedToken {
        guard request.role != .worker else { throw AccessError.workerRole }
        return try await self.database.write { transaction in
            let issued = try self.insert(request, in: transaction)
            try self.journal.append(
                [self.draft("token.issued", issued.token, by: actor)], at: self.time.now, in: transaction)
            return issued
        }
    }

    /// Ends a token at once; a second time changes nothing.
    ///
    /// - Throws: `notFound` when there is no such token.
    package func revoke(_ id: ID<AccessToken>, by actor: Principal) async throws -> AccessToken {
        try await self.database.write { transaction in
            guard var token = try AccessStore.token(id, in: transaction)?.token else {
                throw AccessError.noSuchToken(id: id)
            }
            guard token.revokedAt == nil else { return token }
            token.revokedAt = self.time.now
            try AccessStore.revoke(id, at: self.time.now, in: transaction)
            transaction.onCommit { self.cache.forget(id) }
            try self.journal.append([self.draft("token.revoked", token, by: actor)], at: self.time.now, in: transaction)
            return token
        }
    }

    /// The tokens of users and gateways, newest first.
    package func tokens(_ page: PageRequest) async throws -> Page<AccessToken> {
        try await self.database.read { try AccessStore.tokens(page, in: $0) }
    }

    /// Inserts a checked token within the caller's transaction.
    func insert(_ request: TokenRequest, in transaction: Transaction) throws -> IssuedToken {
        let now = self.time.now
        let expires = try Self.check(request).map { now + $0 }
        return try self.insert(name: request.name, role: request.role, expires: expires, at: now, in: transaction)
    }

    func insert(
        name: String, role: Role, expires: Timestamp?, at now: Timestamp, in transaction: Transaction
    ) throws -> IssuedToken {
        var generator = SystemRandomNumberGenerator()
        let id = ID<AccessToken>(at: now, using: &generator)
        let token = AccessToken(id: id, name: name, role: role, createdAt: now, expires: expires)
        let secret = TokenText.make(id)
        try AccessStore.insert(token, hash: Token.hash(secret), in: transaction)
        return IssuedToken(token: token, secret: secret)
    }

    private func valid(_ token: AccessToken) throws(AccessError) -> AccessToken {
        if let revokedAt = token.revokedAt { throw .revoked(name: token.name, at: revokedAt) }
        if let expires = token.expires, expires <= self.time.now {
            throw .expired(name: token.name, role: token.role, at: expires)
        }
        return token
    }

    func draft(_ kind: String, _ token: AccessToken, by actor: Principal) -> JournalDraft {
        var body: [String: JSONValue] = ["name": .string(token.name), "role": .string(token.role.rawValue)]
        if let expires = token.expires { body["expires"] = .string(expires.description) }
        return JournalDraft(kind: kind, subject: token.id.description, by: actor, body: .object(body))
    }

    /// - Returns: the lifetime asked for.
    private static func check(_ request: TokenRequest) throws(AccessError) -> TimeSpan? {
        let isPlain = request.name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        guard isPlain, (1...Self.maximumNameLength).contains(request.name.count) else {
            throw .invalidName(request.name)
        }
        guard let lifetime = request.validFor else { return nil }
        guard lifetime > .zero, lifetime <= Self.maximumLifetime else { throw .invalidLifetime(lifetime) }
        return lifetime
    }
}
