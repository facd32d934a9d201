package import Contract
package import Kernel

/// What a `register` node asks: make a version of each candidate, and the alias the best one's.
package struct RegistrationRequest: Sendable {
    /// The same key twice changes nothing and says the same. Of the pipeline run and the node.
    package var key: String
    package var pipelineRun: ID<PipelineRun>
    package var project: String
    package var user: Principal
    package var spec: RegisterSpec
    /// In the order of `from`, variants by name.
    package var candidates: [ModelCandidate]
    /// Name of the metric, without the node that wrote it.
    package var metric: String
    /// What the evaluation wrote, in the order in which it came; of each name the last counts.
    package var metrics: [MetricPoint]

    package init(
        key: String, pipelineRun: ID<PipelineRun>, project: String, user: Principal, spec: RegisterSpec,
        candidates: [ModelCandidate], metric: String, metrics: [MetricPoint]
    ) {
        self.key = key
        self.pipelineRun = pipelineRun
        self.project = project
        self.user = user
        self.spec = spec
        self.candidates = candidates
        self.metric = metric
        self.metrics = metrics
    }
}

/// What one run made of a model.
package struct ModelCandidate: Sendable, Hashable {
    package var run: ID<Run>
    /// Of a fanned-out node.
    package var variant: String?
    package var tree: ContentDigest
    package var residency: Residency
    /// What the run cost, all attempts.
    package var cost: Money

    package init(run: ID<Run>, variant: String? = nil, tree: ContentDigest, residency: Residency, cost: Money) {
        self.run = run
        self.variant = variant
        self.tree = tree
        self.residency = residency
        self.cost = cost
    }
}
