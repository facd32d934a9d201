package import Kernel

package enum LedgerKind: String, Codable, Sendable, CaseIterable {
    /// A slot, while a lease held it.
    case compute
    /// A slot that nobody used.
    case idle
    /// Bytes that left a provider or region.
    case egress
    case storage
    /// The fixed price of an hour of a commitment, used or not. Belongs to no environment; its step is the commitment's name.
    case commitment
    /// What a credit paid of an environment's spend, negative. Its step is the credit's name.
    case credit
}

/// One posting. The sum of all postings is what everything cost.
package struct LedgerEntry: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "led"

    package var id: ID<LedgerEntry>
    package var at: Timestamp
    package var kind: LedgerKind
    package var amount: Money
    /// Bytes that travelled at a price that nobody knows: what they cost is not in `amount`.
    package var unpriced: ByteCount?
    package var environment: String
    package var project: String?
    package var user: String?
    package var run: ID<Run>?
    package var attempt: ID<Attempt>?
    package var lease: ID<Lease>?
    package var pipelineRun: ID<PipelineRun>?
    package var step: String?

    package init(
        id: ID<LedgerEntry>, at: Timestamp, kind: LedgerKind, amount: Money, unpriced: ByteCount? = nil,
        environment: String,
        project: String? = nil, user: String? = nil, run: ID<Run>? = nil, attempt: ID<Attempt>? = nil,
        lease: ID<Lease>? = nil, pipelineRun: ID<PipelineRun>? = nil, step: String? = nil
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.amount = amount
        self.unpriced = unpriced
        self.environment = environment
        self.project = project
        self.user = user
        self.run = run
        self.attempt = attempt
        self.lease = lease
        self.pipelineRun = pipelineRun
        self.step = step
    }
}

package enum CostDimension: String, Codable, Sendable, CaseIterable {
    case environment, step, project, user, kind, run, day
}

package struct CostRow: Codable, Sendable, Hashable {
    /// One value for each dimension asked for, in that order. What was paid while nothing ran belongs to no one: its step and
    /// its run are `idle`, its project and its user `-`.
    package var key: [String]
    package var amount: Money

    package init(key: [String], amount: Money) {
        self.key = key
        self.amount = amount
    }
}

package struct CostReport: Codable, Sendable, Hashable {
    package var by: [CostDimension]
    package var rows: [CostRow]
    /// Of what is priced.
    package var total: Money
    /// Bytes that travelled at a price that nobody knows, in no amount above; absent when there are none.
    package var unpriced: ByteCount?

    package init(by: [CostDimension], rows: [CostRow], total: Money, unpriced: ByteCount? = nil) {
        self.by = by
        self.rows = rows
        self.total = total
        self.unpriced = unpriced
    }
}

/// What a pipeline run cost, and what it would have cost elsewhere: the same billed time at each place's price.
package struct CostComparison: Codable, Sendable, Hashable {
    package var pipelineRun: ID<PipelineRun>
    /// All of it: compute and egress, failed attempts included.
    package var actual: Money
    /// Of that, what attempts cost that did not succeed.
    package var failedAttempts: Money
    /// Bytes that travelled at a price that nobody knows, and are not in `actual`; absent when there are none.
    package var unpriced: ByteCount?
    /// Those with a price for everything first, each part in the order of the environments.
    package var alternatives: [Alternative]

    package struct Alternative: Codable, Sendable, Hashable {
        package var environment: String
        package var amount: Money
        /// Bytes that would travel there at a price that nobody knows, and are not in `amount`; absent when there are none.
        package var unpriced: ByteCount?
        /// Whether residency would have allowed it.
        package var allowed: Bool

        package init(environment: String, amount: Money, unpriced: ByteCount? = nil, allowed: Bool) {
            self.environment = environment
            self.amount = amount
            self.unpriced = unpriced
            self.allowed = allowed
        }
    }

    package init(
        pipelineRun: ID<PipelineRun>, actual: Money, failedAttempts: Money, unpriced: ByteCount? = nil,
        alternatives: [Alternative]
    ) {
        self.unpriced = unpriced
        self.pipelineRun = pipelineRun
        self.actual = actual
        self.failedAttempts = failedAttempts
        self.alternatives = alternatives
    }
}
