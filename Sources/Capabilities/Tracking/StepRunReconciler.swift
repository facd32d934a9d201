import Journal
import Kernel
package import Logging
import ServiceLifecycle

/// Keeps the tracked rows of Martlet's own runs in step with them: makes a row when the journal first speaks of a run, and
/// brings its status, times, cost and places up to date when it speaks of it again.
///
/// So nothing is written for tracking where runs are submitted and claimed. It follows the journal from the line it had reached;
/// a run that went through several states meanwhile is written once. A crash costs one more look.
package struct StepRunReconciler: Service {
    /// Nothing waits for this: every change of a run is a journal line.
    static let period = Duration.seconds(5)
    /// A run that is over within this is written once, and what is written stays out of the way of dispatch.
    static let pause = Duration.milliseconds(400)

    private let runs: TrackedRuns
    private let logger: Logger

    package init(runs: TrackedRuns, logger: Logger) {
        self.runs = runs
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var sequence: Int64?
            await self.runs.journal.whenNudged(orEvery: Self.period, pause: Self.pause) {
                let before = sequence
                sequence = await self.tick(after: sequence)
                return sequence != before
            }
        }
    }

    /// - Parameter sequence: what the last tick returned; nil at the first.
    /// - Returns: the journal line that was reached.
    @discardableResult
    package func tick(after sequence: Int64? = nil) async -> Int64? {
        do {
            var start = sequence
            if start == nil { start = try await self.runs.followedSequence() }
            return try await self.runs.followSteps(after: start ?? 0)
        } catch is CancellationError {
            return sequence
        } catch {
            self.logger.warning("tracking of steps waits", metadata: ["error": "\(error)"])
            return sequence
        }
    }
}
