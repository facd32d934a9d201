import Contract
import Kernel
import Runs

/// Watches one run from outside and names the rules that are broken.
struct RunChecker {
    enum Rule: String, CaseIterable {
        case oneCommit = "a run commits at most once"
        case freshFence = "only the attempt that holds the run may commit"
        case oneAttempt = "a run has at most one open attempt"
        case risingNumbers = "attempts are numbered 1, 2, 3 without gaps"
        case closedOnce = "every attempt is closed exactly once"
        case endsOnce = "a run ends exactly once, and nothing comes after but refusals"
        case ends = "every run ends"
        case statusFits = "a run has succeeded exactly when it committed"
        case fewRetries = "a run is tried at most limit + 1 times"
        case dueRetry =
            "a lost lease and an unavailable service are retried while the limit allows, other causes only as asked"
        case backoff = "a retry waits between half and one and a half times its doubled back-off"
        case cancelled = "no attempt is opened after a cancel"
        case strangersRefused = "who does not hold the run is refused and changes nothing"
    }

    private let kind: RunKind
    private let retry: RetryPolicy
    private(set) var violations: [Violation] = []
    private var opened = 0
    private var open: Int?
    private var commits = 0
    private var isCancelled = false
    private var failures = 0
    private var finished: RunStatus?

    init(kind: RunKind, retry: RetryPolicy) {
        self.kind = kind
        self.retry = retry
    }

    private mutating func report(_ rule: Rule, _ detail: String) {
        self.violations.append(Violation(rule: rule.rawValue, detail: detail))
    }

    /// One committed decision.
    mutating func see(
        _ event: RunMachine.Event, _ effects: [RunMachine.Effect], before: RunMachine, after: RunMachine
    ) {
        let ended = self.finished != nil
        if ended, effects.contains(where: { if case .refused = $0 { false } else { true } }) {
            self.report(.endsOnce, "\(effects) after the end")
        }
        self.checkStrangers(event, effects, before: before, after: after)
        self.checkRetry(event, effects, after: after)
        for effect in effects { self.see(effect, event) }
        // The machine sets the mark only when a worker has to be told; the user's wish counts either way.
        if event == .cancel { self.isCancelled = true }
    }

    private mutating func see(_ effect: RunMachine.Effect, _ event: RunMachine.Event) {
        switch effect {
        case .openAttempt(let number):
            if let open = self.open { self.report(.oneAttempt, "\(number) was opened while \(open) was open") }
            if number != self.opened + 1 { self.report(.risingNumbers, "\(number) followed \(self.opened)") }
            if self.isCancelled { self.report(.cancelled, "attempt \(number) was opened") }
            self.opened = number
            self.open = number
            if self.opened > (self.retry.limit ?? RetryPolicy.defaultLimit) + 1 {
                self.report(.fewRetries, "attempt \(number) was opened")
            }
        case .closeAttempt(let number, _):
            if self.open != number { self.report(.closedOnce, "\(number) was closed while \(self.open ?? 0) was open") }
            self.open = nil
        case .commitOutputs(let number):
            self.commits += 1
            if self.commits > 1 { self.report(.oneCommit, "attempt \(number) committed again") }
            if self.open != number {
                self.report(.freshFence, "\(number) committed while \(self.open ?? 0) held the run")
            }
        case .finished(let status):
            if self.finished != nil { self.report(.endsOnce, "finished again") }
            self.finished = status
            if (status == .succeeded) != (self.commits == 1) { self.report(.statusFits, "it ended as \(status)") }
            if let open = self.open { self.report(.closedOnce, "it ended while \(open) was open") }
        case .retry(let delay): self.checkBackoff(delay)
        case .orderStop, .refused: break
        }
    }

    private mutating func checkStrangers(
        _ event: RunMachine.Event, _ effects: [RunMachine.Effect], before: RunMachine, after: RunMachine
    ) {
        guard let fence = event.fence, fence != self.open else { return }
        if effects != [.refused(fence: fence)] || before != after {
            self.report(.strangersRefused, "\(event) led to \(effects)")
        }
    }

    private mutating func checkRetry(_ event: RunMachine.Event, _ effects: [RunMachine.Effect], after: RunMachine) {
        guard let fence = event.fence, fence == self.open else { return }
        let cause: RunMachine.Cause
        switch event {
        case .failed(_, let found): cause = found
        case .stopped where !self.isCancelled: cause = .unavailable
        default: return
        }
        self.failures += 1
        let isRetried = effects.contains { if case .retry = $0 { true } else { false } }
        let isDue =
            self.isRetryable(cause) && self.failures <= self.retry.limit ?? RetryPolicy.defaultLimit
            && !self.isCancelled
        if isRetried != isDue { self.report(.dueRetry, "\(cause) as failure \(self.failures): retried \(isRetried)") }
    }

    private func isRetryable(_ cause: RunMachine.Cause) -> Bool {
        switch cause {
        case _ where self.kind == .replica: false
        case .lost, .unavailable: true
        case .exit(let code): self.retry.exitCodes?.contains(code) ?? false
        case .timedOut, .invalid: false
        }
    }

    private mutating func checkBackoff(_ delay: TimeSpan) {
        let start = Double((self.retry.backoff ?? RetryPolicy.defaultBackoff).milliseconds)
        var doubled = start
        for _ in 1..<max(1, self.failures) { doubled *= 2 }
        doubled = min(doubled, Double(RunMachine.maximumBackoff.milliseconds))
        let waited = Double(delay.milliseconds)
        if waited < (0.5 * doubled).rounded(.down) || waited > 1.5 * doubled {
            self.report(.backoff, "\(delay) after failure \(self.failures)")
        }
    }

    mutating func close(after steps: Int) {
        if self.finished == nil { self.report(.ends, "not ended after \(steps) steps") }
    }
}

extension RunMachine.Event {
    /// The fence under which a worker, or its silence, speaks.
    var fence: Int? {
        switch self {
        case .started(let fence), .succeeded(let fence), .failed(let fence, _), .stopped(let fence): fence
        case .placed, .unplaced, .claimed, .cancel: nil
        }
    }
}
