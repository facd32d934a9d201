import Contract
import Glibc
import Kernel
import Logging

/// `martlet worker`: runs attempts on this machine for a control plane somewhere.
///
/// A worker knows how to run and nothing else: it joins, asks for attempts while it has free slots, fetches what they need,
/// runs their commands, brings their log, metrics and outputs back, and says how they ended. It holds no cloud keys, decides
/// nothing about placement, leases or retries, and speaks to the control plane only, and to stores only by the presigned
/// requests that it is given.
///
/// The control plane may be away for any time: commands go on, and what they print, measure and produce waits on this machine.
/// When the worker itself is killed, its commands die with it, their containers at its next start, and it reports nothing of
/// them: the control plane lets their leases pass. When the control plane has given up on an attempt, its command is killed and its report
/// refused. On SIGTERM the worker takes nothing more, lets its commands end for a while, gives the rest back and exits with 0.
///
/// Decisions are made by `AttemptMachine`, `SlotTable`, `SegmentQueue` and `CacheIndex`, which are pure. An idle worker is two
/// long polls and a heartbeat.
package struct WorkerProgram: Sendable {
    package static let version = "0.1.0"
    /// After the last order to stop: for reports that cannot be delivered, and commands that take their grace.
    private static let finalPatience = TimeSpan.seconds(30)

    private let bench: Workbench
    private let membership: Membership
    private let options: WorkerOptions

    /// Runs the worker until SIGTERM or SIGINT.
    ///
    /// - Throws: `WorkerError` when it may not join or is no longer known, `DiskError` when its state folder is of no use.
    package static func run(_ options: WorkerOptions) async throws {
        // A shim or a connection that is gone is an error of the write, not the end of the worker.
        signal(SIGPIPE, SIG_IGN)
        let signals = TerminationSignals()
        var logger = Logger(label: "martlet.worker")
        let folder = try await StateFolder.open(options.state)
        let program = try await withThrowingTaskGroup(of: WorkerProgram?.self) { group in
            group.addTask { [logger] in try await WorkerProgram(options, folder: folder, logger: logger) }
            group.addTask {
                await signals.wait()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let program else { return }
        let credentials = program.membership.credentials
        logger[metadataKey: "worker"] = "\(credentials.worker)"
        logger.info("ready", metadata: ["environment": "\(credentials.environment)", "server": "\(options.server)"])
        try await program.work(until: signals)
    }

    private init(_ options: WorkerOptions, folder: StateFolder, logger: Logger) async throws {
        let time = SystemTime()
        let variables = Self.variables
        var facts = MachineFacts.observe(path: variables["PATH"] ?? "")
        if let name = options.name { facts.name = name }
        try await LeftBehind(
            folder: folder, engine: facts.containerEngine, shim: .own, variables: variables, logger: logger
        ).clear()
        let cache = try await offThread { try BlobCache(folder: folder.cache, capacity: options.cacheSize) }
        self.options = options
        self.membership = try await Membership.establish(
            options, facts: facts, folder: folder, time: time, logger: logger)
        let credentials = self.membership.credentials
        let link = ClientLink(self.membership)
        self.bench = Workbench(
            link: link, cache: cache, roster: Roster(slots: credentials.slots, servingSlots: credentials.servingSlots),
            reporter: Reporter(link: link, logger: logger), facts: facts, shim: .own, attempts: folder.attempts,
            variables: variables, server: options.server, time: time, logger: logger)
    }

    /// Everything a worker does, side by side, until a signal has been followed or the membership is lost.
    private func work(until signals: TerminationSignals) async throws {
        let (roster, membership) = (self.bench.roster, self.membership)
        let interval = membership.credentials.heartbeat
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await membership.keepFresh { roster.resize(slots: $0.slots, servingSlots: $0.servingSlots) }
                return false
            }
            group.addTask {
                await AttemptPool(bench: self.bench).run()
                return false
            }
            group.addTask {
                await self.bench.reporter.run()
                return false
            }
            group.addTask {
                await HeartbeatLoop(interval: interval, bench: self.bench).run()
                return false
            }
            group.addTask {
                await self.drain(on: signals)
                return true
            }
            while let isDrained = try await group.next(), !isDrained {}
            group.cancelAll()
        }
    }

    /// Waits for a signal and then leaves in good order; a second signal shortens the wait.
    private func drain(on signals: TerminationSignals) async {
        let roster = self.bench.roster
        await signals.wait()
        guard !Task.isCancelled else { return }
        self.bench.logger.info("draining")
        roster.drain()
        // A control plane that is away learns it from the heartbeats that cease.
        try? await self.bench.link.drain()
        // A replica never ends by itself.
        roster.post(.drain, kind: .replica)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await roster.waitUntilEmpty(atMost: self.options.drainPatience, time: self.bench.time) }
            group.addTask { await signals.wait() }
            await group.next()
            group.cancelAll()
        }
        roster.post(.drain)
        if await !roster.waitUntilEmpty(atMost: Self.finalPatience, time: self.bench.time) {
            self.bench.logger.warning("attempts are left behind; the control plane will let their leases pass")
        }
    }

    private static var variables: [String: String] {
        var variables: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG"] + ContainerEngine.clientVariables {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }
}
