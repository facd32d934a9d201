package import Kernel

package enum RunStatus: String, Codable, Sendable, CaseIterable {
    /// Accepted; waits for a free slot in an allowed environment, or for its back-off to pass.
    case queued
    /// Placed; what it needs travels to the environment's store, or a worker is about to claim it.
    case placed
    /// Claimed by a worker, which prepares source and inputs.
    case starting
    case running
    case succeeded
    case failed
    case cancelled

    package var isTerminal: Bool { self == .succeeded || self == .failed || self == .cancelled }
    /// Whether a worker holds an attempt of it.
    package var isClaimed: Bool { self == .starting || self == .running }
}

/// Whether a run ends by itself or serves until it is told to stop.
package enum RunKind: String, Codable, Sendable, CaseIterable {
    case batch, replica
}

/// Where an input comes from.
package enum InputSource: Codable, Sendable, Hashable {
    /// A version of a dataset; nil is the latest.
    case dataset(name: String, version: Int?)
    /// What a run committed, or the file or folder at `path` of it.
    case output(run: ID<Run>, path: String)
    /// A version of a registered model.
    case model(name: String, version: Int)
    /// A tree that lies in a store already.
    case tree(ContentDigest, residency: Residency)
}

/// One input of a run: files under `$MARTLET_INPUTS/<name>/`, of several sources below `<name>/<key>/`.
package struct InputSpec: Codable, Sendable, Hashable {
    package var name: String
    /// By sub-folder; the empty key is the input's own folder and stands alone.
    package var sources: [String: InputSource]

    package init(name: String, sources: [String: InputSource]) {
        self.name = name
        self.sources = sources
    }
}

/// What a client posts to have a step executed.
package struct RunSubmission: Codable, Sendable, Hashable {
    package var project: String
    /// The step's name; what people call the run by.
    package var name: String
    package var step: StepSpec
    /// Values over the step's defaults.
    package var parameters: [String: JSONValue]?
    /// The tree of the source folder, uploaded before; absent for a command that needs none.
    package var source: Tree?
    package var inputs: [InputSpec]?
    /// The same key twice gives the same run. At most 200 characters.
    package var idempotencyKey: String?

    package init(
        project: String, name: String, step: StepSpec, parameters: [String: JSONValue]? = nil, source: Tree? = nil,
        inputs: [InputSpec]? = nil, idempotencyKey: String? = nil
    ) {
        self.project = project
        self.name = name
        self.step = step
        self.parameters = parameters
        self.source = source
        self.inputs = inputs
        self.idempotencyKey = idempotencyKey
    }
}

/// One execution of one step, retries included.
package struct Run: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "run"

    package var id: ID<Run>
    package var project: String
    package var name: String
    package var user: String
    package var kind: RunKind
    package var status: RunStatus
    /// Why it is not running, or how it ended, in a sentence.
    package var reason: String?
    package var step: StepSpec
    /// The effective values.
    package var parameters: [String: JSONValue]
    package var source: ContentDigest?
    package var inputs: [InputSpec]
    package var residency: Residency
    /// The residency of its outputs: its own, or what `declassify` released it to.
    package var outputResidency: Residency
    package var environment: String?
    package var pipelineRun: ID<PipelineRun>?
    package var node: String?
    /// The endpoint a replica serves.
    package var endpoint: String?
    /// `http://address:port` of a replica, while it is ready.
    package var url: String?
    /// The number of the latest attempt: 0 before the first. It is the fencing token.
    package var attempt: Int
    package var exitCode: Int?
    /// The digest of the tree that it committed.
    package var outputs: ContentDigest?
    package var submittedAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    /// Posted so far, all attempts and kinds.
    package var cost: Money

    package init(
        id: ID<Run>, project: String, name: String, user: String, kind: RunKind, status: RunStatus,
        reason: String? = nil, step: StepSpec, parameters: [String: JSONValue], source: ContentDigest? = nil,
        inputs: [InputSpec], residency: Residency, outputResidency: Residency, environment: String? = nil,
        pipelineRun: ID<PipelineRun>? = nil, node: String? = nil, endpoint: String? = nil, url: String? = nil,
        attempt: Int,
        exitCode: Int? = nil, outputs: ContentDigest? = nil, submittedAt: Timestamp, startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil, cost: Money
    ) {
        self.id = id
        self.project = project
        self.name = name
        self.user = user
        self.kind = kind
        self.status = status
        self.reason = reason
        self.step = step
        self.parameters = parameters
        self.source = source
        self.inputs = inputs
        self.residency = residency
        self.outputResidency = outputResidency
        self.environment = environment
        self.pipelineRun = pipelineRun
        self.node = node
        self.endpoint = endpoint
        self.url = url
        self.attempt = attempt
        self.exitCode = exitCode
        self.outputs = outputs
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.cost = cost
    }
}
