package import Contract
package import Kernel

/// A run as its row holds it: what the network sees, and what never leaves the control plane.
package struct RunRow: Sendable, Hashable {
    package var run: Run
    package var userRole: Role
    package var failures: Int
    package var stopOrdered: Bool
    /// Not to be placed before this.
    package var notBefore: Timestamp
    /// Blobs still travel to its environment's store.
    package var waits: Bool
    /// Environments to keep away from where possible.
    package var avoid: Set<String>
    /// The environment that the plan of its pipeline chose.
    package var planned: String?
    /// Of its cost, what was posted for moving its blobs.
    package var egressPosted: Money
    /// Bytes that were posted as moved at a price that nobody knows.
    package var egressUnpriced = ByteCount.zero
    package var revision: String?
    package var cacheKey: ContentDigest
    package var idempotencyKey: String?
    /// The trees under `$MARTLET_INPUTS`, by name.
    package var inputTrees: [String: ContentDigest]

    package var machine: RunMachine {
        RunMachine(
            kind: self.run.kind, retry: self.run.step.retry, seed: UInt64(truncatingIfNeeded: self.run.id.raw),
            status: self.run.status,
            attempt: self.run.attempt, failures: self.failures, stopOrdered: self.stopOrdered)
    }

    package mutating func take(_ machine: RunMachine) {
        self.run.status = machine.status
        self.run.attempt = machine.attempt
        self.failures = machine.failures
        self.stopOrdered = machine.stopOrdered
    }
}

/// What another capability asks to have run: a submission, and what it is part of.
package struct RunDraft: Sendable, Hashable {
    package var submission: RunSubmission
    package var kind: RunKind
    package var user: Principal
    package var pipelineRun: ID<PipelineRun>?
    package var node: String?
    package var endpoint: String?
    package var revision: String?
    /// Environments to keep away from where possible.
    package var avoid: Set<String>
    /// The environment that the plan of its pipeline chose.
    package var planned: String?
    /// The digest of a source tree that is stored already, instead of the submission's.
    package var source: ContentDigest?

    package init(
        submission: RunSubmission, kind: RunKind = .batch, user: Principal, pipelineRun: ID<PipelineRun>? = nil,
        node: String? = nil, endpoint: String? = nil, revision: String? = nil, avoid: Set<String> = [],
        planned: String? = nil, source: ContentDigest? = nil
    ) {
        self.submission = submission
        self.kind = kind
        self.user = user
        self.pipelineRun = pipelineRun
        self.node = node
        self.endpoint = endpoint
        self.revision = revision
        self.avoid = avoid
        self.planned = planned
        self.source = source
    }
}
