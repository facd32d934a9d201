import Kernel
import Logging
import Synchronization

/// Keeps the router's table like the control plane's: fetches it, then follows the events, and fetches again at each change.
///
/// While the control plane is away nothing changes; it is tried again with growing pauses. What is taken is also written to disk.
struct RoutingFollower: Sendable {
    private let link: any ControlPlaneLink
    private let router: Router
    private let file: RoutingFile
    private let logger: Logger

    init(link: any ControlPlaneLink, router: Router, file: RoutingFile, logger: Logger) {
        self.link = link
        self.router = router
        self.file = file
        self.logger = logger
    }

    /// Takes the table on disk, if there is one.
    func restore() {
        if let table = self.file.read() { self.router.apply(table, from: .disk) }
    }

    /// Until the task is cancelled.
    func run() async {
        var pause = GatewayLimits.reconnect
        var isAway = false
        while !Task.isCancelled {
            do {
                try await self.fetch()
                if isAway { self.logger.notice("the control plane is back") }
                (pause, isAway) = (GatewayLimits.reconnect, false)
                try await self.follow()
            } catch {
                if Task.isCancelled { return }
                if !isAway { self.logger.warning("the control plane is away", metadata: ["error": "\(error)"]) }
                isAway = true
            }
            let jittered = Int64.random(in: pause.milliseconds / 2...pause.milliseconds)
            // Between tries of a service's loop.
            try? await Task.sleep(for: .milliseconds(jittered))
            pause = min(.milliseconds(pause.milliseconds * 2), GatewayLimits.longestReconnect)
        }
    }

    /// Follows until the stream ends; fetches now and then as well, because a stream can die without a word.
    private func follow() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await self.link.watchRouting(after: self.router.version ?? 0) { try await self.fetch() }
            }
            tasks.addTask {
                while true {
                    try await Task.sleep(for: GatewayLimits.refetch.duration)
                    try await self.fetch()
                }
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private func fetch() async throws {
        let table = try await self.link.routing()
        guard self.router.apply(table, from: .controlPlane) else { return }
        do { try self.file.write(table) } catch {
            self.logger.warning(
                "the routing table is not on disk", metadata: ["error": "\(error.message) \(error.detail)"])
        }
    }
}
