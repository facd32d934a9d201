package import Contract
package import Database
package import Kernel

/// What a built-in node does: `register` is fulfilled by Models, `deploy` by Serving.
package protocol NodeAction: Sendable {
    /// Does it, in the caller's transaction.
    ///
    /// Idempotent by pipeline run and node: a second time changes nothing and says the same.
    /// - Returns: what it did, in one sentence.
    /// - Throws: a fault whose message becomes the reason of the failed node; one that may pass (`unavailable`) is tried again.
    func perform(_ request: NodeActionRequest, in transaction: Transaction) throws -> String
}

/// Everything a built-in node needs to know.
package struct NodeActionRequest: Sendable, Hashable {
    package var pipelineRun: ID<PipelineRun>
    package var project: String
    package var user: Principal
    /// The node's name.
    package var node: String
    package var spec: NodeSpec
    /// Every step of the pipeline's project that the pipeline uses, by name.
    package var steps: [String: StepSpec]
    /// The tree of the pipeline run's source.
    package var source: ContentDigest?
    /// For `register`: what may become a model version, in the order of `from`, variants by name.
    package var candidates: [Candidate]
    /// For `register`: the run that measured them.
    package var metricRun: ID<Run>?
    /// For `register`: the metric's name without its node.
    package var metricName: String

    package init(
        pipelineRun: ID<PipelineRun>, project: String, user: Principal, node: String, spec: NodeSpec,
        steps: [String: StepSpec], source: ContentDigest? = nil, candidates: [Candidate] = [],
        metricRun: ID<Run>? = nil,
        metricName: String = ""
    ) {
        self.pipelineRun = pipelineRun
        self.project = project
        self.user = user
        self.node = node
        self.spec = spec
        self.steps = steps
        self.source = source
        self.candidates = candidates
        self.metricRun = metricRun
        self.metricName = metricName
    }
}

/// What one run made of a model, and what that cost. Models has one of its own: it never crosses the network, so it has no
/// place in Contract, and neither capability may know the other.
package struct Candidate: Sendable, Hashable {
    package var run: ID<Run>
    /// Of a fanned-out node.
    package var variant: String?
    /// The digest of the model's files; the tree is stored.
    package var tree: ContentDigest
    package var residency: Residency
    /// Of the run, all attempts.
    package var cost: Money

    package init(run: ID<Run>, variant: String? = nil, tree: ContentDigest, residency: Residency, cost: Money) {
        self.run = run
        self.variant = variant
        self.tree = tree
        self.residency = residency
        self.cost = cost
    }
}

/// The built-in nodes there are, put together by Wiring.
package struct NodeActions: Sendable {
    package var register: any NodeAction
    package var deploy: any NodeAction

    package init(register: any NodeAction, deploy: any NodeAction) {
        self.register = register
        self.deploy = deploy
    }
}
