import Contract
import Data
package import Fleet
import Journal
import Kernel
package import Logging
import ServiceLifecycle
import Database

/// Moves runs along that nobody asks about: places what is queued, settles what is placed, declares silent attempts lost.
///
/// Runs once for each nudge (a journal line) and at least every `period`. Each tick does bounded work and does not retry: it
/// runs again. While the database cannot be written nothing expires, and when it can again every term begins anew; so it does
/// when this program was stopped or starved for a while, since nobody could be heard then.
package struct RunReconciler: Service {
    /// Short, because a lease of a few seconds should not outlive its term by much.
    static let period = Duration.milliseconds(500)
    /// After a tick that did something, another one soon; a burst of submissions is placed together.
    static let pause = Duration.milliseconds(1)

    /// A nap that lasts this much longer than `period` was not a nap: the machine slept, or had no time for us.
    static let stall = TimeSpan.seconds(3)

    private let runs: Runs
    private let workers: Workers
    private let logger: Logger

    package init(runs: Runs, workers: Workers, logger: Logger) {
        self.runs = runs
        self.workers = workers
        self.logger = logger
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cancelWhenGracefulShutdown { await self.placing() } }
            group.addTask { await cancelWhenGracefulShutdown { await self.watching() } }
        }
    }

    /// Wakes with the journal.
    private func placing() async {
        await self.runs.journal.whenNudged(orEvery: Self.period, pause: Self.pause) {
            await self.tick("placing") {
                try await self.runs.settlePlaced()
                try await self.runs.placeQueued()
            }
            return false
        }
    }

    /// Wakes with the clock.
    private func watching() async {
        var couldHear = true
        while !Task.isCancelled {
            let isUp = await self.tick("watching") { try await self.watch(couldHear: couldHear) }
            let start = self.runs.time.monotonic
            try? await ContinuousClock().sleep(for: Self.period)
            couldHear = isUp && self.runs.time.monotonic - start < Self.stall
        }
    }

    /// One look at what time brings.
    ///
    /// - Parameter couldHear: whether heartbeats could be taken since the last look; if not, nobody loses a lease for that.
    func watch(couldHear: Bool) async throws {
        if !couldHear {
            try await self.runs.database.write { _ in }
            self.runs.leases.restartTerms()
            self.workers.restartTerms()
        }
        try await self.runs.expireLeases()
        try await self.workers.sweep()
        try await self.runs.explainWaiting()
        try await self.runs.discardStaging()
    }

    @discardableResult
    private func tick(_ what: String, _ work: () async throws -> Void) async -> Bool {
        do {
            try await work()
            return true
        } catch is CancellationError {
            return true
        } catch {
            self.logger.warning("run reconciler: \(what) did not finish", metadata: ["error": "\(error)"])
            return false
        }
    }
}
