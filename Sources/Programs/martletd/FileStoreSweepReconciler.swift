import Contract
import Data
import Kernel
import LocalCloud
import Logging
import ServiceLifecycle

/// Removes what crashes have left half written in the file stores.
///
/// A put that is cut off by a kill leaves its draft in the store's `incoming/`, which nobody reads and nobody would ever
/// remove. Each look takes every store in turn and a bounded number of files from each; what is left over is taken at the
/// next look. A store that does not answer is passed over until then.
struct FileStoreSweepReconciler: Service {
    /// Leftovers are a day old before they are touched, so nobody waits for this.
    static let period = Duration.seconds(3600)

    let stores: Stores
    let drivers: LocalStores
    /// Beside the declared ones.
    let artifacts: Store
    let time: any TimeSource
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.sweep()
                try? await ContinuousClock().sleep(for: Self.period)
            }
        }
    }

    private func sweep() async {
        for store in [self.artifacts] + ((try? await self.stores.all()) ?? []) {
            do {
                let removed = try await self.drivers.driver(for: store).sweepIncoming(now: self.time.now)
                if removed > 0 {
                    self.logger.notice("\(removed) files that a crash left half written are gone from '\(store.name)'")
                }
            } catch {
                self.logger.warning("what a crash may have left in '\(store.name)' is looked for again: \(error)")
            }
        }
    }
}
