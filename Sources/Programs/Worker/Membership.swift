package import Client
package import Contract
import Digest
package import Kernel
package import Logging
import Synchronization
import Transport

/// A worker's place in its environment: how it joins, and the token that proves it, kept in the state folder and renewed.
///
/// The key in the state folder makes joining idempotent: a worker that is killed between the answer and its being written down
/// joins again with the same join file and is the same worker. A restart needs no join file.
package final class Membership: Sendable {
    /// Tokens are renewed no more often, whatever the calendar says of their life.
    private static let leastRenewal = TimeSpan.seconds(2)

    /// What lies in `worker.json`, mode 0600.
    private struct Saved: Codable {
        var server: String
        var credentials: WorkerCredentials
    }

    private struct State {
        var credentials: WorkerCredentials
        /// On the monotonic clock, so that a calendar that jumps cannot make a token look fresh or stale.
        var renewAt: TimeSpan
    }

    private let options: WorkerOptions
    private let facts: MachineFacts
    private let folder: StateFolder
    private let time: any TimeSource
    private let state: Mutex<State>
    private let doubted = Wakeup()

    private init(
        _ credentials: WorkerCredentials, options: WorkerOptions, facts: MachineFacts, folder: StateFolder,
        time: any TimeSource
    ) throws {
        self.options = options
        self.facts = facts
        self.folder = folder
        self.time = time
        self.state = Mutex(Self.state(credentials, time))
        try self.save(credentials)
    }

    package var credentials: WorkerCredentials { self.state.withLock { $0.credentials } }

    /// The control plane, spoken to with the current token.
    package func client() -> Client {
        Client(server: self.options.server, token: { self.credentials.token }, transport: HTTPTransport(rule: .never))
    }

    /// The control plane has refused the token: it is renewed at once.
    package func doubt() { self.doubted.call() }

    // MARK: Joining

    /// Takes the place up: by what the state folder remembers, else by the join file.
    ///
    /// Waits for a control plane that does not answer, for as long as the task is not cancelled.
    ///
    /// - Throws: `WorkerError`, or the fault with which the control plane refused.
    package static func establish(
        _ options: WorkerOptions, facts: MachineFacts, folder: StateFolder, time: any TimeSource, logger: Logger
    ) async throws -> Membership {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while true {
            do {
                let credentials = try await self.credentials(options, facts: facts, folder: folder)
                return try Membership(credentials, options: options, facts: facts, folder: folder, time: time)
            } catch  where error.isWorthRetrying && !(error is DiskError) {
                logger.warning("cannot join yet", metadata: ["reason": "\(error.sentence)"])
                await pause(backoff.next(using: &random))
                try Task.checkCancellation()
            }
        }
    }

    private static func credentials(
        _ options: WorkerOptions, facts: MachineFacts, folder: StateFolder
    ) async throws -> WorkerCredentials {
        let joinFile = try options.joinFile.map { try self.readJoinFile($0) }
        if let saved = try self.saved(folder), saved.server == options.server,
            joinFile.map({ $0.environment == saved.credentials.environment }) ?? true
        {
            return try await self.renewed(saved.credentials, joinFile, options, facts: facts, folder: folder)
        }
        guard let joinFile else { throw WorkerError.notJoined(server: options.server, state: folder.path) }
        return try await self.joined(joinFile, options, facts: facts, folder: folder)
    }

    private static func joined(
        _ joinFile: JoinFile, _ options: WorkerOptions, facts: MachineFacts, folder: StateFolder
    ) async throws -> WorkerCredentials {
        let client = Client(server: options.server, token: { joinFile.token }, transport: HTTPTransport(rule: .never))
        return try await client.call(
            Routes.registerWorker, body: try self.registration(options, facts: facts, folder: folder))
    }

    /// A token that has expired, or is not known any more, is no end as long as there is a join file: with the same key the
    /// same worker joins again.
    private static func renewed(
        _ credentials: WorkerCredentials, _ joinFile: JoinFile?, _ options: WorkerOptions, facts: MachineFacts,
        folder: StateFolder
    ) async throws -> WorkerCredentials {
        let client = Client(
            server: options.server, token: { credentials.token }, transport: HTTPTransport(rule: .never))
        do {
            return try await client.call(
                Routes.renewWorker, path: ["id": credentials.worker.description],
                body: try self.registration(options, facts: facts, folder: folder))
        } catch  where error.isRefusal {
            guard let joinFile else {
                throw WorkerError.tokenRefused(server: options.server, reason: error.sentence)
            }
            return try await self.joined(joinFile, options, facts: facts, folder: folder)
        }
    }

    private static func registration(
        _ options: WorkerOptions, facts: MachineFacts, folder: StateFolder
    ) throws -> WorkerRegistration {
        WorkerRegistration(
            key: try self.key(folder), name: facts.name, slots: options.slots, servingSlots: options.servingSlots,
            cpus: facts.cpus, memory: facts.memory, containerEngine: facts.containerEngine,
            address: options.address ?? LocalAddress.towards(options.server), version: WorkerProgram.version)
    }

    private static func key(_ folder: StateFolder) throws -> String {
        if let bytes = try Disk.read(folder.key), !bytes.isEmpty { return String(decoding: bytes, as: UTF8.self) }
        let key = Token.random()
        try Disk.replace(folder.key, with: Array(key.utf8), mode: 0o600)
        return key
    }

    private static func readJoinFile(_ path: String) throws -> JoinFile {
        do {
            guard let bytes = try Disk.read(path) else {
                throw WorkerError.unreadableJoinFile(path: path, reason: "there is no such file.")
            }
            return try Wire.decode(from: bytes)
        } catch let error as PlainFault {
            throw WorkerError.unreadableJoinFile(path: path, reason: error.message)
        } catch let error as DiskError {
            throw WorkerError.unreadableJoinFile(path: path, reason: error.message)
        }
    }

    /// A file that cannot be read as credentials is as good as none.
    private static func saved(_ folder: StateFolder) throws -> Saved? {
        guard let bytes = try Disk.read(folder.credentials) else { return nil }
        return try? Wire.decode(from: bytes)
    }

    // MARK: Renewing

    /// Exchanges the token at half its life, or when it has been refused, until the task is cancelled.
    ///
    /// - Throws: what `establish` throws, when the control plane does not know the worker any more.
    package func keepFresh(_ changed: @Sendable (WorkerCredentials) -> Void) async throws {
        var backoff = Backoff(limit: .seconds(30))
        var random = SystemRandomNumberGenerator()
        while true {
            let renewAt = self.state.withLock { $0.renewAt }
            _ = await self.doubted.wait(atMost: max(.zero, renewAt - self.time.monotonic))
            if Task.isCancelled { return }
            do {
                changed(try await self.renew())
                backoff.reset()
                // Whatever refuses a token that is fresh must not make the worker renew without end.
                await pause(Self.leastRenewal)
            } catch  where error.isWorthRetrying {
                await pause(backoff.next(using: &random))
                self.doubt()
            }
        }
    }

    private func renew() async throws -> WorkerCredentials {
        let joinFile = self.options.joinFile.flatMap { try? Self.readJoinFile($0) }
        let fresh = try await Self.renewed(
            self.credentials, joinFile, self.options, facts: self.facts, folder: self.folder)
        self.state.withLock { $0 = Self.state(fresh, self.time) }
        // Without a disk the token lives in memory, and the next start joins again.
        try? self.save(fresh)
        return fresh
    }

    private static func state(_ credentials: WorkerCredentials, _ time: any TimeSource) -> State {
        let life = max(Self.leastRenewal, credentials.expires - time.now)
        return State(
            credentials: credentials, renewAt: time.monotonic + .milliseconds(life.milliseconds / 2))
    }

    private func save(_ credentials: WorkerCredentials) throws {
        let bytes = try Wire.encode(Saved(server: self.options.server, credentials: credentials))
        try Disk.replace(self.folder.credentials, with: bytes, mode: 0o600)
    }
}

extension Error {
    /// Whether the control plane knows neither the token nor the worker.
    fileprivate var isRefusal: Bool {
        switch (self as? any Fault)?.kind {
        case .unauthenticated, .forbidden, .notFound: true
        default: false
        }
    }
}
