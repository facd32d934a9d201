package import Kernel

/// How often and after how long a request is sent again.
package struct RetryRule: Sendable, Hashable {
    /// Further tries after the first.
    package var limit: Int
    /// Before the first retry; doubled each time.
    package var base: TimeSpan
    /// No pause is longer.
    package var cap: TimeSpan
    /// Answers after which an idempotent request is sent again, besides those that say `unavailable`. Empty between programs
    /// of the house, which mean what they say.
    package var statuses: Set<Int>

    package init(
        limit: Int = 3, base: TimeSpan = .milliseconds(100), cap: TimeSpan = .seconds(5), statuses: Set<Int> = []
    ) {
        self.limit = limit
        self.base = base
        self.cap = cap
        self.statuses = statuses
    }

    /// Never again: for callers with a loop of their own.
    package static let never = RetryRule(limit: 0)

    /// For public services of others, which answer 429 to whoever asks too fast and 500 for faults that pass.
    package static let publicService = RetryRule(
        limit: 5, base: .seconds(1), cap: .seconds(30), statuses: [429, 500])

    /// Whether a request that failed so may be sent again.
    func allows(_ error: TransportError, idempotent: Bool) -> Bool {
        if error.allowsRetry(idempotent: idempotent) { return true }
        guard idempotent, case .answered(_, let status, _, _, _) = error else { return false }
        return self.statuses.contains(status)
    }

    /// Exponential back-off with full jitter over its upper half: uniform in [d ⁄ 2, d], d = min(cap, base · 2ⁿ⁻¹).
    ///
    /// Source: Brooker, *Exponential Backoff And Jitter* (AWS, 2015), "equal jitter".
    package func pause(beforeRetry number: Int, using random: inout some RandomNumberGenerator) -> TimeSpan {
        precondition(number >= 1, "retries are counted from 1")
        let doublings = min(number - 1, 30)
        let (doubled, overflow) = self.base.milliseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let longest = overflow ? self.cap.milliseconds : min(self.cap.milliseconds, doubled)
        return .milliseconds(Int64.random(in: longest / 2...max(longest / 2, longest), using: &random))
    }
}

/// What keeps retries from multiplying the load on a server that is down: a bucket of tokens, one a retry, filled slowly
/// by successes.
///
/// Source: gRPC proposal A6, "Throttling retry attempts".
package struct RetryBudget: Sendable, Hashable {
    /// In tenths of a token. Twenty retries in a row, then no more than one for ten successes.
    static let capacity = 200
    static let price = 10
    static let refund = 1

    private var tenths = Self.capacity

    package init() {}

    /// Takes one retry out of the bucket; false when it has none.
    package mutating func take() -> Bool {
        guard self.tenths >= Self.price else { return false }
        self.tenths -= Self.price
        return true
    }

    package mutating func succeeded() {
        self.tenths = min(Self.capacity, self.tenths + Self.refund)
    }
}
