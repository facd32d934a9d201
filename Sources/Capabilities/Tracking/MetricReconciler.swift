import Database
import Kernel
package import Logging
import ServiceLifecycle

/// Keeps metric points safe and searchable: what was acknowledged is on disk within half a second, and among the latest values
/// within a second.
///
/// Each tick does bounded work and does not retry: it runs again. When nothing was logged a tick costs one look-up.
package struct MetricReconciler: Service {
    /// Half of the second that a power cut may take.
    static let period = Duration.milliseconds(500)

    private let metrics: Metrics
    private let logger: Logger

    package init(metrics: Metrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.tick()
                try? await ContinuousClock().sleep(for: Self.period)
            }
        }
    }

    private func tick() async {
        do {
            try await self.metrics.settle()
            try await self.metrics.database.sync()
        } catch is CancellationError {
        } catch {
            let detail = (error as? any Fault)?.detail ?? "\(error)"
            self.logger.warning("metric points are not settled", metadata: ["detail": "\(detail)"])
        }
    }
}
