package import Contract
package import Kernel

/// One thing that wants a place: a run that is queued, or a node of a pipeline that is only planned.
package struct PlacementTask: Sendable, Hashable {
    /// Unique among the tasks of a plan: `prepare`, `train[small]`.
    package var name: String
    package var kind: RunKind
    package var resources: Resources
    package var policy: PlacementPolicy
    /// Of its inputs, combined.
    package var residency: Residency
    package var needsContainer: Bool
    /// How long it is expected to hold a slot.
    package var duration: TimeSpan
    /// How long it holds one in nine cases of ten; what deadlines are held against.
    package var slowDuration: TimeSpan
    /// Where `duration` comes from, for people.
    package var basis: String
    package var inputs: [PlacementInput]
    /// Expected bytes of what it writes.
    package var outputs: ByteCount
    /// Environments to take only when nothing else is left.
    package var avoid: Set<String>
    /// The environment that a plan of the whole graph chose; taken when it is free, whatever others cost now.
    package var planned: String?
    /// Names of the tasks that must have ended first; only whole-graph plans look at them.
    package var after: [String]
    /// Names of tasks whose environments are to be avoided; only whole-graph plans look at them.
    package var apartFrom: [String]

    package init(
        name: String, kind: RunKind, resources: Resources = Resources(), policy: PlacementPolicy = PlacementPolicy(),
        residency: Residency = .any, needsContainer: Bool = false, duration: TimeSpan, slowDuration: TimeSpan? = nil,
        basis: String, inputs: [PlacementInput] = [], outputs: ByteCount = .zero, avoid: Set<String> = [],
        planned: String? = nil, after: [String] = [], apartFrom: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.resources = resources
        self.policy = policy
        self.residency = residency
        self.needsContainer = needsContainer
        self.duration = duration
        self.slowDuration = slowDuration ?? duration
        self.basis = basis
        self.inputs = inputs
        self.outputs = outputs
        self.avoid = avoid
        self.planned = planned
        self.after = after
        self.apartFrom = apartFrom
    }

    package var objective: Objective { self.policy.objective ?? .cost }
    /// What its place must allow: what its inputs demand and what its author does.
    var wholeResidency: Residency { self.residency.strictest(self.policy.residency ?? .any) }
}

/// Bytes that a task reads.
package struct PlacementInput: Sendable, Hashable {
    package var bytes: ByteCount
    /// Where all of them lie already; empty when they do not exist yet.
    package var stores: Set<String>
    /// The task of the same plan that makes them; they will lie at the store of its environment.
    package var producer: String?

    package init(bytes: ByteCount, stores: Set<String>, producer: String? = nil) {
        self.bytes = bytes
        self.stores = stores
        self.producer = producer
    }
}
