import Contract
import Database
import Journal
import Kernel
package import Logging
import Runs
import ServiceLifecycle

/// Makes every endpoint what it was declared to be: starts and stops replicas, and keeps the routing table true.
///
/// Runs once for each nudge (a journal line) and at least every `period`; a tick in which nothing changed only reads. Each
/// endpoint has a transaction of its own, so that one that cannot be helped does not hold up the others.
package struct EndpointReconciler: Service {
    /// Bounds how late a pause is noticed to be over; everything else comes with a journal line.
    static let period = Duration.milliseconds(500)
    /// Between two ticks, however fast the journal grows: a replica's loss is routed around long before by gateways.
    static let pause = Duration.milliseconds(20)

    private let endpoints: Endpoints
    private let logger: Logger

    package init(endpoints: Endpoints, logger: Logger) {
        self.endpoints = endpoints
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.endpoints.journal.whenNudged(orEvery: Self.period, pause: Self.pause) {
                do { try await self.tick() } catch  where !(error is CancellationError) {
                    self.logger.warning("endpoint reconciler: a tick did not finish", metadata: ["error": "\(error)"])
                } catch {}
                return false
            }
        }
    }

    /// Once over all endpoints, then the routing table. For the loop and for tests.
    package func tick() async throws {
        let names = try await self.endpoints.database.read { reader in
            try EndpointStore.page(after: "", limit: 2 * Endpoints.maximumEndpoints, in: reader).map(\.endpoint.name)
        }
        for name in names {
            let isIdle = try await self.endpoints.database.read { try self.endpoints.isIdle(name, in: $0) }
            if isIdle { continue }
            let problem = try await self.endpoints.database.write { try self.endpoints.advance(name, in: $0) }
            if let problem {
                self.logger.warning(
                    "a replica cannot be started", metadata: ["endpoint": "\(name)", "reason": "\(problem)"])
            }
        }
        let isRouted = try await self.endpoints.database.read { try self.endpoints.isRouted(in: $0) }
        if !isRouted { try await self.endpoints.database.write { try self.endpoints.reroute(in: $0) } }
    }
}
