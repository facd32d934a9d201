package import Contract
package import Kernel

/// A run as it was: what it asked for, how long it was billed and what it cost.
package struct RecordedRun: Sendable, Hashable {
    package var id: ID<Run>
    package var project: String
    /// Its demand, without inputs; the duration is the time billed for all its attempts.
    package var task: PlacementTask
    package var inputs: [RecordedInput]
    /// Where its last attempt ran.
    package var environment: String
    package var submittedAt: Timestamp
    /// When it first held a slot.
    package var startedAt: Timestamp
    package var compute: Money
    package var egress: Money

    package init(
        id: ID<Run>, project: String, task: PlacementTask, inputs: [RecordedInput] = [], environment: String,
        submittedAt: Timestamp, startedAt: Timestamp? = nil, compute: Money, egress: Money = .zero
    ) {
        self.id = id
        self.project = project
        self.task = task
        self.inputs = inputs
        self.environment = environment
        self.submittedAt = submittedAt
        self.startedAt = startedAt ?? submittedAt
        self.compute = compute
        self.egress = egress
    }

    package var billed: TimeSpan { self.task.duration }
    var actual: PlannedCost { PlannedCost(compute: self.compute, egress: self.egress) }
}

/// Bytes that a run read.
package struct RecordedInput: Sendable, Hashable {
    /// The same for the same bytes: a store that got them once has them.
    package var content: ContentDigest
    package var bytes: ByteCount
    /// Where they lay before any run had them brought elsewhere.
    package var stores: Set<String>
    /// The run that wrote them: where it runs in a replay, there they lie.
    package var producer: ID<Run>?

    package init(content: ContentDigest, bytes: ByteCount, stores: Set<String>, producer: ID<Run>? = nil) {
        self.content = content
        self.bytes = bytes
        self.stores = stores
        self.producer = producer
    }
}

/// What became of a recorded run in a replay.
struct ReplayedRun: Sendable, Hashable {
    let run: RecordedRun
    /// Nil when it may run nowhere.
    let environment: String?
    /// When it gets its slot.
    let start: Timestamp
    /// What it cost, for a run that may run nowhere.
    let cost: PlannedCost
    let isUnpriced: Bool
    /// Why nowhere; empty else.
    let refusal: String
}
