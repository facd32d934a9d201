package import Kernel

/// Where each task of a pipeline would run, what it would cost, and why not elsewhere.
package struct Plan: Codable, Sendable, Hashable {
    package var tasks: [PlannedTask]
    /// Of all prices that are known.
    package var total: Money

    package init(tasks: [PlannedTask], total: Money) {
        self.tasks = tasks
        self.total = total
    }
}

package struct PlannedTask: Codable, Sendable, Hashable {
    package var task: String
    /// Absent when no environment is allowed; then `rejected` says why, one by one. Absent too for what would not run.
    package var environment: String?
    /// The committed run whose outputs would be taken instead of running; absent when it would run.
    package var cachedRun: ID<Run>?
    package var pricePerHour: Money?
    /// Of the last committed run of the step, or the assumption named in `basis`.
    package var duration: TimeSpan
    package var basis: String
    package var compute: Money
    package var egress: Money
    /// Bytes that must travel to the environment's store first.
    package var transferred: ByteCount
    /// Stores from which bytes would travel at a price that is not known: they count in `transferred` and not in `egress`.
    /// Absent when every price is known.
    package var unpricedStores: [String]?
    package var rejected: [Rejection]
    /// The next best environment and how much more it costs.
    package var runnerUp: String?
    package var difference: Money?

    package init(
        task: String, environment: String? = nil, pricePerHour: Money? = nil, duration: TimeSpan, basis: String,
        compute: Money, egress: Money, transferred: ByteCount, unpricedStores: [String]? = nil, rejected: [Rejection],
        runnerUp: String? = nil,
        difference: Money? = nil
    ) {
        self.task = task
        self.environment = environment
        self.pricePerHour = pricePerHour
        self.duration = duration
        self.basis = basis
        self.compute = compute
        self.egress = egress
        self.transferred = transferred
        self.unpricedStores = unpricedStores
        self.rejected = rejected
        self.runnerUp = runnerUp
        self.difference = difference
    }

    /// A node that would be taken from the cache: nothing is computed, nothing travels.
    package init(task: String, cachedRun: ID<Run>) {
        self.init(
            task: task, duration: .zero, basis: "nothing runs", compute: .zero, egress: .zero, transferred: .zero,
            rejected: [])
        self.cachedRun = cachedRun
    }
}

/// Why an environment was not chosen.
package struct Rejection: Codable, Sendable, Hashable {
    package var environment: String
    package var reason: String
    /// What the task would have cost there; absent when it may not run there.
    package var cost: Money?

    package init(environment: String, reason: String, cost: Money? = nil) {
        self.environment = environment
        self.reason = reason
        self.cost = cost
    }
}
