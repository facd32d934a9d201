/// How many requests may be tried a second time: a bucket that every request fills a little and every retry empties by one.
///
/// Without it an outage of many replicas doubles the load on the rest just when they can bear it least.
/// Source: Google, *Site Reliability Engineering* (2016), ch. 21, "Retry budgets".
package struct RetryBudget: Sendable {
    private var saved: Double
    private let limit: Double
    private let perRequest: Double

    /// - Parameters:
    ///   - limit: retries that can be saved up; it starts full.
    ///   - perRequest: what one request adds, 0 < x ≤ 1.
    package init(limit: Double = GatewayLimits.savedRetries, perRequest: Double = GatewayLimits.retriesPerRequest) {
        self.saved = limit
        self.limit = limit
        self.perRequest = perRequest
    }

    /// A first try was made.
    package mutating func deposit() { self.saved = min(self.limit, self.saved + self.perRequest) }

    /// Takes one retry; false when there is none left.
    package mutating func withdraw() -> Bool {
        guard self.saved >= 1 else { return false }
        self.saved -= 1
        return true
    }
}
