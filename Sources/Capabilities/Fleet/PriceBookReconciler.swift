package import Logging
import ServiceLifecycle

/// Keeps prices and the bill true while time passes: commitments begin and end, workers come and go, hours are due.
///
/// Every look is one transaction and does bounded work; what is left is posted at the next. It does not retry: it looks again.
package struct PriceBookReconciler: Service {
    /// A worker more or less changes what a slot costs on average; a minute later is soon enough, since nothing is lost
    /// that was posted at the price before.
    static let period = Duration.seconds(60)

    private let priceBooks: PriceBooks
    private let logger: Logger

    package init(priceBooks: PriceBooks, logger: Logger) {
        self.priceBooks = priceBooks
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.priceBooks.settle() } catch {
                    self.logger.warning("environments are priced again and hours posted at the next look: \(error)")
                }
                try? await ContinuousClock().sleep(for: Self.period)
            }
        }
    }
}
