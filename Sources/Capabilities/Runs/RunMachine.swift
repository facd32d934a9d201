package import Contract
package import Kernel

/// Decides what becomes of a run. Knows no clock, no worker, no database.
///
/// A run is queued, placed, claimed by a worker as attempt n, running, and ends. The number of the attempt is the fence: what is
/// said under an older number is refused, so that a worker which was given up cannot commit. A lost lease and an unavailable
/// service are always worth another attempt, exit codes only where the step asks for it; a replica is never retried here,
/// since Serving replaces it. A cancelled run ends when its worker says so or is lost.
package struct RunMachine: Sendable, Hashable {
    /// Why an attempt did not succeed.
    package enum Cause: Sendable, Hashable {
        case exit(code: Int)
        /// Nothing was heard for the lease's term.
        case lost
        /// The worker could not run it; another might.
        case unavailable
        case timedOut
        /// The step broke its promise, and would again: an output is missing.
        case invalid
    }

    package enum Event: Sendable, Hashable {
        case placed
        /// What it waited for in its environment cannot come: it is queued again.
        case unplaced
        case claimed
        case started(fence: Int)
        case succeeded(fence: Int)
        case failed(fence: Int, Cause)
        /// The worker stopped the command as ordered.
        case stopped(fence: Int)
        case cancel
    }

    package enum Effect: Sendable, Hashable {
        case openAttempt(number: Int)
        case closeAttempt(number: Int, AttemptStatus)
        /// Commit the outputs of this attempt, in this transaction.
        case commitOutputs(number: Int)
        /// Queue again after this long.
        case retry(after: TimeSpan)
        /// Tell the worker at its next heartbeat.
        case orderStop(number: Int)
        case finished(RunStatus)
        /// Somebody speaks who does not hold the run.
        case refused(fence: Int)
    }

    package let kind: RunKind
    package let retry: RetryPolicy
    /// Spreads the retries of runs that failed together; the run's own, so that a replay decides alike.
    package let seed: UInt64
    package private(set) var status: RunStatus
    package private(set) var attempt: Int
    /// Attempts that ended without success.
    package private(set) var failures: Int
    package private(set) var stopOrdered: Bool

    /// No back-off is longer than this, however often a run failed.
    package static let maximumBackoff = TimeSpan.minutes(10)

    package init(
        kind: RunKind, retry: RetryPolicy?, seed: UInt64, status: RunStatus = .queued, attempt: Int = 0,
        failures: Int = 0,
        stopOrdered: Bool = false
    ) {
        self.kind = kind
        self.retry = retry ?? RetryPolicy()
        self.seed = seed
        self.status = status
        self.attempt = attempt
        self.failures = failures
        self.stopOrdered = stopOrdered
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .placed:
            if self.status == .queued { self.status = .placed }
            return []
        case .unplaced:
            if self.status == .placed { self.status = .queued }
            return []
        case .claimed: return self.claimed()
        case .started(let fence):
            guard self.holds(fence) else { return [.refused(fence: fence)] }
            if self.status == .starting { self.status = .running }
            return []
        case .succeeded(let fence): return self.succeeded(fence)
        case .failed(let fence, let cause): return self.failed(fence, cause)
        case .stopped(let fence):
            guard self.holds(fence) else { return [.refused(fence: fence)] }
            return self.stopOrdered ? self.finish(.cancelled, attempt: .cancelled) : self.failed(fence, .unavailable)
        case .cancel: return self.cancel()
        }
    }

    private func holds(_ fence: Int) -> Bool { self.status.isClaimed && fence == self.attempt }

    private mutating func claimed() -> [Effect] {
        guard self.status == .placed else { return [] }
        self.attempt += 1
        self.status = .starting
        return [.openAttempt(number: self.attempt)]
    }

    /// A commit that was on its way when the run was cancelled still counts: the work is done and paid for.
    private mutating func succeeded(_ fence: Int) -> [Effect] {
        guard self.holds(fence) else { return [.refused(fence: fence)] }
        return [.commitOutputs(number: fence)] + self.finish(.succeeded, attempt: .succeeded)
    }

    private mutating func failed(_ fence: Int, _ cause: Cause) -> [Effect] {
        guard self.holds(fence) else { return [.refused(fence: fence)] }
        self.failures += 1
        let ending: AttemptStatus = cause == .lost ? .lost : .failed
        if self.stopOrdered { return self.finish(.cancelled, attempt: cause == .lost ? .lost : .cancelled) }
        guard self.isRetryable(cause), self.failures <= self.retry.limit ?? RetryPolicy.defaultLimit else {
            return self.finish(.failed, attempt: ending)
        }
        self.status = .queued
        return [.closeAttempt(number: fence, ending), .retry(after: self.backoff())]
    }

    private mutating func cancel() -> [Effect] {
        if self.status.isTerminal { return [] }
        if self.status.isClaimed {
            guard !self.stopOrdered else { return [] }
            self.stopOrdered = true
            return [.orderStop(number: self.attempt)]
        }
        self.status = .cancelled
        return [.finished(.cancelled)]
    }

    private mutating func finish(_ status: RunStatus, attempt ending: AttemptStatus) -> [Effect] {
        self.status = status
        return [.closeAttempt(number: self.attempt, ending), .finished(status)]
    }

    private func isRetryable(_ cause: Cause) -> Bool {
        guard self.kind == .batch else { return false }
        switch cause {
        case .lost, .unavailable: return true
        case .exit(let code): return self.retry.exitCodes?.contains(code) ?? false
        case .timedOut, .invalid: return false
        }
    }

    /// `backoff × 2^(failures − 1)`, times a factor from [0.5, 1.5) that depends on the seed and the failure's number.
    private func backoff() -> TimeSpan {
        var random = SeededRandom(seed: self.seed &+ UInt64(self.failures))
        let start = (self.retry.backoff ?? RetryPolicy.defaultBackoff).milliseconds
        let doubled = start.multipliedReportingOverflow(by: 1 << Int64(min(20, self.failures - 1)))
        let capped =
            doubled.overflow
            ? Self.maximumBackoff.milliseconds : min(doubled.partialValue, Self.maximumBackoff.milliseconds)
        return TimeSpan(milliseconds: Int64(Double(capped) * Double.random(in: 0.5..<1.5, using: &random)))
    }
}
