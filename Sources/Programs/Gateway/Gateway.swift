import Contract
package import Kernel
package import Logging

import NIOCore
import NIOPosix

/// The way in for predictions: sends each request to a ready replica of its endpoint, wherever that runs.
///
/// A gateway follows the control plane's routing table and knows nothing else of it: no database, no cloud, no model. It draws a
/// revision by its share of the traffic, takes the replica with the least to do, and gives the request a second try on another
/// replica when the first fails, so that the loss of a site is not the loss of a prediction. Replicas that fail are left alone
/// and checked until they answer again.
///
/// Whoever predicts shows a token of role viewer or above, which stays here: the control plane is asked whose it is, and what
/// it said is remembered by the token's hash (`TokenGate`). Only health is for everybody.
///
/// It goes on serving while the control plane is away, by the last table it saw and the tokens it knew, which it keeps on
/// disk. It reports running totals, never single requests; bodies and answers pass through it and are neither stored nor
/// logged.
///
/// The hot path is NIO without tasks: a request stays on the event loop of its connection, with the connections to replicas
/// pooled there (`ClientConnection`, `Exchange`, `UpstreamPool`), and what happens to it is decided by `ExchangeMachine` and
/// `RouteMachine`. It costs some tens of microseconds and two sockets a request.
package final class Gateway: Sendable {
    private let options: GatewayOptions
    private let link: any ControlPlaneLink
    private let deadlines: TryDeadlines
    private let time: any TimeSource
    private let logger: Logger

    package init(
        options: GatewayOptions, link: any ControlPlaneLink, deadlines: TryDeadlines = TryDeadlines(),
        time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.options = options
        self.link = link
        self.deadlines = deadlines
        self.time = time
        self.logger = logger
    }

    /// Serves until `end` returns, then drains: requests under way are answered and the last totals reported.
    ///
    /// - Parameters:
    ///   - seed: of the draw between revisions.
    ///   - ready: called with the port once requests are accepted.
    /// - Throws: `unavailable` when the address cannot be bound.
    package func run(
        seed: UInt64 = .random(in: 0...UInt64.max), ready: @Sendable (Int) -> Void,
        until end: @Sendable () async -> Void
    ) async throws {
        let loops = min(System.coreCount, GatewayLimits.eventLoops)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        do { try await self.serve(on: group, seed: seed, ready: ready, until: end) } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(
        on group: MultiThreadedEventLoopGroup, seed: UInt64, ready: @Sendable (Int) -> Void,
        until end: @Sendable () async -> Void
    ) async throws {
        let router = Router(time: self.time, logger: self.logger, seed: seed)
        let tokens = TokenGate(
            link: self.link, file: TokenMemory(folder: self.options.state), isOpen: self.options.insecureLocal,
            time: self.time, logger: self.logger)
        let shared = GatewayShared(
            router: router, counters: ServingCounters(), tokens: tokens, deadlines: self.deadlines, time: self.time)
        let follower = RoutingFollower(
            link: self.link, router: router, file: RoutingFile(folder: self.options.state), logger: self.logger)
        let reporter = ServingReporter(link: self.link, counters: shared.counters, gateway: shared.makeStartID())
        let prober = HealthProber(group: group, router: router, deadline: self.deadlines.connect)
        follower.restore()
        let server = try await GatewayServer(group: group, shared: shared)
        let listener = try await server.listen(host: self.options.host, port: self.options.port)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await follower.run() }
            tasks.addTask { await reporter.run() }
            tasks.addTask { await prober.run() }
            tasks.addTask { await tokens.run() }
            ready(listener.localAddress?.port ?? self.options.port)
            await end()
            await server.drain(listener)
            await reporter.report()
            tasks.cancelAll()
        }
    }
}

/// Where a gateway listens, whom it follows, and where it keeps what it must not forget.
package struct GatewayOptions: Sendable {
    /// The control plane, `http://host:port`.
    package var server: String
    /// A file with a token of role gateway or viewer; nil when the control plane asks for none.
    package var tokenFile: String?
    package var host: String
    /// 0 picks a free one.
    package var port: Int
    /// A folder of its own.
    package var state: String
    /// Whether everybody may predict, without a token. Only ever with a loopback `host`.
    package var insecureLocal: Bool

    package init(
        server: String, tokenFile: String?, host: String = "127.0.0.1", port: Int, state: String,
        insecureLocal: Bool = false
    ) {
        precondition(!insecureLocal || host == "127.0.0.1", "a gateway without tokens is for this machine only")
        self.insecureLocal = insecureLocal
        self.server = server
        self.tokenFile = tokenFile
        self.host = host
        self.port = port
        self.state = state
    }
}
