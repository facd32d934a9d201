package import Kernel

package enum NodeStatus: String, Codable, Sendable, CaseIterable {
    case waiting, running, succeeded, cached, failed, skipped, cancelled

    package var isTerminal: Bool { self != .waiting && self != .running }
    package var isGood: Bool { self == .succeeded || self == .cached }
}

/// One node of a pipeline run; a fanned-out node is one for each variant.
package struct NodeRun: Codable, Sendable, Hashable {
    /// `train` or `train[small]`.
    package var name: String
    package var node: String
    package var variant: String?
    package var status: NodeStatus
    package var reason: String?
    /// Its run; for a cached node the run whose outputs stand in.
    package var run: ID<Run>?
    /// What a built-in node did, in a sentence.
    package var result: String?
    package var environment: String?
    package var cost: Money
    /// Names of the nodes it waits for.
    package var needs: [String]
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?

    package init(
        name: String, node: String, variant: String? = nil, status: NodeStatus, reason: String? = nil,
        run: ID<Run>? = nil, result: String? = nil, environment: String? = nil, cost: Money, needs: [String],
        startedAt: Timestamp? = nil, endedAt: Timestamp? = nil
    ) {
        self.name = name
        self.node = node
        self.variant = variant
        self.status = status
        self.reason = reason
        self.run = run
        self.result = result
        self.environment = environment
        self.cost = cost
        self.needs = needs
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

package enum PipelineStatus: String, Codable, Sendable, CaseIterable {
    case running, succeeded, failed, cancelled

    package var isTerminal: Bool { self != .running }
}

/// One execution of a pipeline.
package struct PipelineRun: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "pip"

    package var id: ID<PipelineRun>
    package var project: String
    package var pipeline: String
    package var user: String
    package var status: PipelineStatus
    package var reason: String?
    package var nodes: [NodeRun]
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var cost: Money

    package init(
        id: ID<PipelineRun>, project: String, pipeline: String, user: String, status: PipelineStatus,
        reason: String? = nil, nodes: [NodeRun], startedAt: Timestamp, endedAt: Timestamp? = nil, cost: Money
    ) {
        self.id = id
        self.project = project
        self.pipeline = pipeline
        self.user = user
        self.status = status
        self.reason = reason
        self.nodes = nodes
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.cost = cost
    }
}

/// What a client posts to have a pipeline executed or planned.
package struct PipelineSubmission: Codable, Sendable, Hashable {
    package var spec: ProjectSpec
    /// The name of the pipeline in `spec`.
    package var pipeline: String
    package var source: Tree?
    package var idempotencyKey: String?

    package init(spec: ProjectSpec, pipeline: String, source: Tree? = nil, idempotencyKey: String? = nil) {
        self.spec = spec
        self.pipeline = pipeline
        self.source = source
        self.idempotencyKey = idempotencyKey
    }
}
