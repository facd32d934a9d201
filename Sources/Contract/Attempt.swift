package import Kernel

package enum AttemptStatus: String, Codable, Sendable, CaseIterable {
    case starting, running, succeeded, failed, lost, cancelled

    package var isTerminal: Bool { self != .starting && self != .running }
}

/// One try at a run on one worker, and its lease on one slot.
package struct Attempt: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "att"

    package var id: ID<Attempt>
    package var run: ID<Run>
    /// 1, 2, 3 …; a commit is accepted only from the run's latest number: the fence.
    package var number: Int
    package var lease: ID<Lease>
    package var worker: ID<Worker>
    package var environment: String
    package var status: AttemptStatus
    package var reason: String?
    package var exitCode: Int?
    package var claimedAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    package var cost: Money

    package init(
        id: ID<Attempt>, run: ID<Run>, number: Int, lease: ID<Lease>, worker: ID<Worker>, environment: String,
        status: AttemptStatus, reason: String? = nil, exitCode: Int? = nil, claimedAt: Timestamp,
        startedAt: Timestamp? = nil, endedAt: Timestamp? = nil, cost: Money
    ) {
        self.id = id
        self.run = run
        self.number = number
        self.lease = lease
        self.worker = worker
        self.environment = environment
        self.status = status
        self.reason = reason
        self.exitCode = exitCode
        self.claimedAt = claimedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.cost = cost
    }
}

/// The right of one attempt to one slot for a term, renewed by heartbeats and paid for while it lasts.
package struct Lease: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "lea"

    package var id: ID<Lease>
    package var attempt: ID<Attempt>
    package var run: ID<Run>
    package var worker: ID<Worker>
    package var environment: String
    package var pricePerHour: Money
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    /// Time charged so far.
    package var billed: TimeSpan
    /// Posted to the ledger so far: `pricePerHour` × `billed`, exactly.
    package var cost: Money

    package init(
        id: ID<Lease>, attempt: ID<Attempt>, run: ID<Run>, worker: ID<Worker>, environment: String,
        pricePerHour: Money, startedAt: Timestamp, endedAt: Timestamp? = nil, billed: TimeSpan, cost: Money
    ) {
        self.id = id
        self.attempt = attempt
        self.run = run
        self.worker = worker
        self.environment = environment
        self.pricePerHour = pricePerHour
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.billed = billed
        self.cost = cost
    }
}

/// What a worker is told to run.
package struct Assignment: Codable, Sendable, Hashable {
    package var attempt: ID<Attempt>
    package var run: ID<Run>
    package var fence: Int
    package var kind: RunKind
    package var project: String
    package var name: String
    package var user: String
    package var environment: String
    package var step: StepSpec
    package var parameters: [String: JSONValue]
    package var source: Tree?
    package var inputs: [AssignedInput]
    /// What the command may log to by MLflow's API; absent for a replica.
    package var tracking: AssignedTracking?

    package init(
        attempt: ID<Attempt>, run: ID<Run>, fence: Int, kind: RunKind, project: String, name: String, user: String,
        environment: String, step: StepSpec, parameters: [String: JSONValue], source: Tree? = nil,
        inputs: [AssignedInput], tracking: AssignedTracking? = nil
    ) {
        self.attempt = attempt
        self.run = run
        self.fence = fence
        self.kind = kind
        self.project = project
        self.name = name
        self.user = user
        self.environment = environment
        self.step = step
        self.parameters = parameters
        self.source = source
        self.inputs = inputs
        self.tracking = tracking
    }
}

/// How a command speaks to MLflow's API of the control plane.
package struct AssignedTracking: Codable, Sendable, Hashable {
    /// The experiment of the run's project.
    package var experiment: Int64
    /// Stands for the run's user in MLflow's API, as long as the run is live.
    package var token: String

    package init(experiment: Int64, token: String) {
        self.experiment = experiment
        self.token = token
    }
}

package struct AssignedInput: Codable, Sendable, Hashable {
    package var name: String
    /// Paths below `$MARTLET_INPUTS/<name>/`.
    package var tree: Tree

    package init(name: String, tree: Tree) {
        self.name = name
        self.tree = tree
    }
}

/// How an attempt ended, as its worker saw it.
package struct AttemptReport: Codable, Sendable, Hashable {
    package var attempt: ID<Attempt>
    package var fence: Int
    package var outcome: Outcome
    package var exitCode: Int?
    /// A sentence for the user when it did not succeed.
    package var reason: String?
    /// What was written under `$MARTLET_OUTPUTS`, uploaded to staging before; only with `succeeded`.
    package var outputs: Tree?

    package enum Outcome: String, Codable, Sendable, CaseIterable {
        case succeeded
        /// The command ended with an exit code other than 0, or broke its promise (an output is missing).
        case failed
        /// The worker could not run it, and another might: no space, an input that did not arrive.
        case unavailable
        case cancelled
        case timedOut
    }

    package init(
        attempt: ID<Attempt>, fence: Int, outcome: Outcome, exitCode: Int? = nil, reason: String? = nil,
        outputs: Tree? = nil
    ) {
        self.attempt = attempt
        self.fence = fence
        self.outcome = outcome
        self.exitCode = exitCode
        self.reason = reason
        self.outputs = outputs
    }
}

/// What became of a report.
package struct ReportVerdict: Codable, Sendable, Hashable {
    package var attempt: ID<Attempt>
    package var accepted: Bool
    /// Why not: a newer attempt holds the run.
    package var reason: String?

    package init(attempt: ID<Attempt>, accepted: Bool, reason: String? = nil) {
        self.attempt = attempt
        self.accepted = accepted
        self.reason = reason
    }
}
