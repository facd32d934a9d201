package import Contract
package import Kernel
package import Logging

import Synchronization

/// The gateway's routes, shared by its event loops: a `RouteMachine` behind a lock that is held for a microsecond.
package final class Router: Sendable {
    private struct State {
        var machine = RouteMachine()
        var random: SeededRandom
    }

    private let state: Mutex<State>
    private let time: any TimeSource
    private let logger: Logger

    /// - Parameter seed: of the draw between revisions and of jitter; from the system's generator outside tests.
    package init(time: any TimeSource, logger: Logger, seed: UInt64) {
        self.state = Mutex(State(random: SeededRandom(seed: seed)))
        self.time = time
        self.logger = logger
    }

    /// As `RouteMachine.apply`.
    @discardableResult
    package func apply(_ table: RoutingTable, from origin: RouteMachine.Origin) -> Bool {
        let taken = self.state.withLock { $0.machine.apply(table, from: origin) }
        if taken {
            self.logger.info("routing table", metadata: ["version": "\(table.version)", "origin": "\(origin)"])
        }
        return taken
    }

    /// The version of the table in use; nil before the first.
    package var version: Int64? { self.state.withLock { $0.machine.version } }

    /// As `RouteMachine.choose`.
    package func choose(endpoint: String) throws(GatewayError) -> Choice {
        let result = self.state.withLock { state in
            Result { () throws(GatewayError) in
                try state.machine.choose(endpoint: endpoint, using: &state.random)
            }
        }
        return try result.get()
    }

    /// As `RouteMachine.chooseAgain`.
    package func chooseAgain(endpoint: String, after tried: [Choice]) -> Choice? {
        self.state.withLock { state in
            state.machine.chooseAgain(endpoint: endpoint, after: tried, using: &state.random)
        }
    }

    /// As `RouteMachine.settle`; `reason` is for the operator when it leaves the replica alone.
    package func settle(_ choice: Choice, _ outcome: RouteMachine.Outcome, reason: String) {
        let now = self.time.monotonic
        let ejected = self.state.withLock { state in
            state.machine.settle(choice, outcome, at: now, using: &state.random)
        }
        guard ejected else { return }
        self.logger.notice(
            "replica ejected",
            metadata: [
                "endpoint": "\(choice.endpoint)", "revision": "\(choice.revision)", "site": "\(choice.environment)",
                "run": "\(choice.run)", "reason": "\(reason)",
            ])
    }

    /// As `RouteMachine.takeProbes`.
    package func takeProbes(limit: Int) -> [Probe] {
        let now = self.time.monotonic
        return self.state.withLock { $0.machine.takeProbes(at: now, limit: limit) }
    }

    /// As `RouteMachine.probed`.
    package func probed(_ probe: Probe, ready: Bool) {
        let now = self.time.monotonic
        self.state.withLock { state in
            state.machine.probed(probe, ready: ready, at: now, using: &state.random)
        }
        if ready {
            self.logger.notice("replica is back", metadata: ["run": "\(probe.run)", "site": "\(probe.environment)"])
        }
    }

    /// Whether an endpoint of that name is known.
    package func knows(_ endpoint: String) -> Bool { self.state.withLock { $0.machine.endpoints[endpoint] != nil } }

    /// What is sent requests now and what is not, for the scraper: replicas and the healthy ones among them, by environment.
    package func population() -> [String: (replicas: Int, healthy: Int)] {
        self.state.withLock { state in
            state.machine.replicas.values.reduce(into: [:]) { counts, replica in
                counts[replica.environment, default: (0, 0)].replicas += 1
                if replica.health.isHealthy { counts[replica.environment, default: (0, 0)].healthy += 1 }
            }
        }
    }
}
