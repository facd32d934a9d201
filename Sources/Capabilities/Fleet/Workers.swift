package import Contract
package import Database
import Digest
package import Journal
package import Kernel

/// The machines that joined: join tokens, registration, presence, and what their idle slots cost.
///
/// A join token admits one worker, once; joining again with the same key (after a crash before the answer arrived) gives the same
/// worker. A worker is lost when nothing came from it for a term and live again when something does; that alone loses no
/// run, since leases have their own terms. Idle time is what a worker's slots cost less what its leases cost, posted to the
/// environment with no run.
package struct Workers: Sendable {
    package static let migrations = WorkerStore.migrations
    package static let defaultJoinTokenLife = TimeSpan.hours(1)
    package static let maximumJoinTokenLife = TimeSpan.hours(24 * 7)
    /// Short, since a worker renews it at half its life.
    package static let tokenLife = TimeSpan.hours(1)

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let tokens: any WorkerTokens
    let ledger: any LedgerPosting
    let heard: HeardClock<Worker>

    package init(
        database: Database, journal: Journal, time: any TimeSource, tokens: any WorkerTokens, ledger: any LedgerPosting
    ) {
        self.database = database
        self.journal = journal
        self.time = time
        self.tokens = tokens
        self.ledger = ledger
        self.heard = HeardClock()
    }

    /// - Throws: `notFound` for an environment that is not declared.
    package func issueJoinToken(environment: String, validFor: TimeSpan?) async throws -> JoinFile {
        let secret = Token.random()
        let life = min(validFor ?? Self.defaultJoinTokenLife, Self.maximumJoinTokenLife)
        return try await self.database.write { transaction in
            guard try EnvironmentStore.find(environment, in: transaction) != nil else {
                throw FleetError.unknownEnvironment(environment, known: try EnvironmentStore.names(in: transaction))
            }
            let expires = self.time.now + life
            try WorkerStore.saveJoinToken(
                hash: Token.hash(secret), environment: environment, expires: expires, in: transaction)
            return JoinFile(environment: environment, token: secret, expires: expires)
        }
    }

    /// Admits a worker.
    ///
    /// - Throws: `unauthenticated` for a token that is unknown or expired, `conflict` for one that admitted another worker.
    package func register(_ registration: WorkerRegistration, joinToken: String) async throws -> WorkerCredentials {
        let hash = Token.hash(joinToken)
        return try await self.database.write { [self] transaction in
            guard let token = try WorkerStore.joinToken(hash: hash, in: transaction) else {
                throw FleetError.joinTokenInvalid
            }
            guard let row = try EnvironmentStore.find(token.environment, in: transaction) else {
                throw FleetError.unknownEnvironment(token.environment, known: [])
            }
            if let known = token.worker {
                guard token.workerKey == registration.key, let worker = try WorkerStore.find(known, in: transaction)
                else {
                    throw FleetError.joinTokenUsed
                }
                let renewed = try self.bring(worker, upTo: registration, in: row.environment, transaction)
                return try self.credentials(for: renewed, in: row.environment, transaction)
            }
            let now = self.time.now
            guard token.expires > now else { throw FleetError.joinTokenExpired(at: token.expires) }
            let worker = self.worker(from: registration, in: row.environment, at: now)
            try WorkerStore.insert(worker, in: transaction)
            try WorkerStore.redeemJoinToken(hash: hash, key: registration.key, worker: worker.id, in: transaction)
            let credentials = try self.credentials(for: worker, in: row.environment, transaction)
            try self.granted(row.environment, at: now, in: transaction)
            try self.journal.append(
                [self.line("worker.joined", worker, actor: worker.id.description)], at: now, in: transaction)
            return credentials
        }
    }

    /// The worker takes no more work.
    package func drain(_ id: ID<Worker>) async throws -> Worker {
        try await self.database.write { [self] transaction in
            guard var worker = try WorkerStore.find(id, in: transaction) else {
                throw FleetError.unknownWorker(id.description)
            }
            guard worker.status != .draining else { return worker }
            worker.status = .draining
            worker.lastSeenAt = self.time.now
            try WorkerStore.update(worker, in: transaction)
            try self.journal.append(
                [self.line("worker.drained", worker, actor: id.description)], at: worker.lastSeenAt, in: transaction)
            return worker
        }
    }

    package func page(_ request: PageRequest) async throws -> Page<Worker> {
        try await self.database.read { reader in
            Page(rows: try WorkerStore.page(request, in: reader), limit: request.limit) { $0.id.description }
        }
    }

    package func find(_ id: ID<Worker>, in reader: any Reading) throws -> Worker? {
        try WorkerStore.find(id, in: reader)
    }

    /// Something came from this worker: it is there, and its time runs on. Returns the lines to journal.
    ///
    /// - Throws: `notFound` for a worker that is not known.
    package func seen(_ id: ID<Worker>, in transaction: Transaction) throws -> (worker: Worker, lines: [JournalDraft]) {
        guard var worker = try WorkerStore.find(id, in: transaction) else {
            throw FleetError.unknownWorker(id.description)
        }
        let now = self.time.now
        let monotonic = self.time.monotonic
        let last = self.heard.peek(id)
        if worker.status == .lost {
            worker.status = .live
            worker.lastSeenAt = now
            try WorkerStore.update(worker, in: transaction)
            transaction.onCommit { self.heard.note(id, at: monotonic) }
            return (worker, [self.line("worker.joined", worker, actor: id.description)])
        }
        let silence = last.map { monotonic - $0 }
        if silence.map({ $0 >= .seconds(1) }) ?? true {
            try WorkerStore.addAlive(silence ?? .zero, to: id, seenAt: now, in: transaction)
            transaction.onCommit { self.heard.note(id, at: monotonic) }
        }
        return (worker, [])
    }

    private func worker(from registration: WorkerRegistration, in environment: Environment, at now: Timestamp) -> Worker
    {
        var random = SystemRandomNumberGenerator()
        return Worker(
            id: ID(at: now, using: &random), environment: environment.name, name: registration.name, status: .live,
            slots: registration.slots ?? environment.slots ?? 1,
            servingSlots: registration.servingSlots ?? environment.servingSlots ?? 1, cpus: registration.cpus,
            memory: registration.memory, containerEngine: registration.containerEngine, address: registration.address,
            version: registration.version, joinedAt: now, lastSeenAt: now)
    }

    func credentials(
        for worker: Worker, in environment: Environment, _ transaction: Transaction
    ) throws -> WorkerCredentials {
        let expires = self.time.now + Self.tokenLife
        return WorkerCredentials(
            worker: worker.id, environment: worker.environment,
            token: try self.tokens.issue(for: worker.id, expires: expires, in: transaction), expires: expires,
            heartbeat: environment.heartbeatInterval, term: environment.leaseTerm, slots: worker.slots,
            servingSlots: worker.servingSlots)
    }

    func line(_ kind: String, _ worker: Worker, actor: String) -> JournalDraft {
        JournalDraft(
            kind: kind, subject: worker.id.description, project: nil, actor: actor,
            body: ["environment": .string(worker.environment), "name": .string(worker.name)])
    }
}
