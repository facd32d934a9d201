import Contract
import Kernel

/// A submission that may be executed as far as can be said by looking at it and its user.
struct CheckedSubmission: Sendable {
    /// The pipeline alone, with the steps that it uses.
    let spec: ProjectSpec
    let pipeline: String
    let onFailure: FailurePolicy
    /// What all of it together is held to.
    let goal: PlacementGoal
    let graph: PipelineGraph
    let source: Tree?

    /// - Throws: `invalid` with every mistake of the file, `forbidden` for a release that the role does not permit.
    init(_ submission: PipelineSubmission, by principal: Principal) throws {
        if let key = submission.idempotencyKey, !(1...Pipelines.maximumIdempotencyKey).contains(key.utf8.count) {
            throw PipelineError.longKey(limit: Pipelines.maximumIdempotencyKey)
        }
        let all = submission.spec.pipelines ?? [:]
        guard let pipeline = all[submission.pipeline] else {
            throw PipelineError.unknownPipeline(submission.pipeline, known: all.keys.sorted())
        }
        if let fault = submission.spec.validate().fault { throw fault }
        self.graph = try PipelineGraph(pipeline)
        self.pipeline = submission.pipeline
        self.onFailure = pipeline.onFailure ?? .stop
        self.goal = pipeline.placement ?? PlacementGoal()
        self.source = submission.source
        var steps: [String: StepSpec] = [:]
        for node in self.graph.nodes {
            guard let name = node.spec.step ?? node.spec.deploy?.step else { continue }
            guard let step = submission.spec.steps[name] else { throw PipelineError.unknownStep(name, node: node.name) }
            if step.declassify != nil, !principal.role.includes(.operator) {
                throw PipelineError.mayNotDeclassify(step: name, user: principal.name, role: principal.role)
            }
            steps[name] = step
        }
        self.spec = ProjectSpec(
            project: submission.spec.project, steps: steps, pipelines: [submission.pipeline: pipeline])
    }
}
