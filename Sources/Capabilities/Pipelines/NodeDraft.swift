import Contract
import Kernel
import Runs

/// Turns a node of a running pipeline into the run it asks for, or the request it makes of a built-in node.
struct NodeDraft {
    let state: PipelineState
    let spec: ProjectSpec
    let graph: PipelineGraph

    /// - Throws: `invalid` when the stored pipeline is not the one that its nodes were made of: a bug.
    init(state: PipelineState, spec: ProjectSpec) throws(PipelineError) {
        guard let pipeline = spec.pipelines?[state.row.pipeline] else {
            throw .unknownPipeline(state.row.pipeline, known: (spec.pipelines ?? [:]).keys.sorted())
        }
        self.state = state
        self.spec = spec
        self.graph = try PipelineGraph(pipeline)
    }

    /// The run of a node with a step, reading what its needs committed.
    func run(of node: GraphNode) throws(PipelineError) -> RunDraft {
        let name = node.spec.step ?? ""
        guard let step = self.spec.steps[name] else { throw .unknownStep(name, node: node.name) }
        var inputs: [InputSpec] = []
        for (input, source) in (node.spec.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
            inputs.append(InputSpec(name: input, sources: try self.sources(source, of: node)))
        }
        let submission = RunSubmission(
            project: self.state.row.project, name: name, step: step, parameters: node.parameters, inputs: inputs)
        return RunDraft(
            submission: submission, user: self.state.row.user, pipelineRun: self.state.row.id, node: node.name,
            planned: self.state.node(node.name)?.planned, source: self.state.row.source)
    }

    /// By sub-folder: of one reference its own folders, of several each below a folder of its name.
    private func sources(_ input: NodeInput, of node: GraphNode) throws(PipelineError) -> [String: InputSource] {
        if input.references.count == 1 { return try self.sources(input.references[0], of: node) }
        var sources: [String: InputSource] = [:]
        for text in input.references {
            for (folder, source) in try self.sources(text, of: node) {
                sources[InputReference.folder(of: text) + (folder.isEmpty ? "" : "/" + folder)] = source
            }
        }
        return sources
    }

    /// By sub-folder: one source, or one for each variant of a fanned-out node.
    private func sources(_ text: String, of node: GraphNode) throws(PipelineError) -> [String: InputSource] {
        switch try InputReference.reading(text) {
        case .dataset(let name, let version): return ["": .dataset(name: name, version: version)]
        case .output(let other, let variant, let path):
            var sources: [String: InputSource] = [:]
            for member in self.state.members(of: other, variant: variant) {
                guard let run = member.run else { throw .notAStep(text, of: node.name) }
                let folder = variant == nil ? member.variant ?? "" : ""
                sources[folder] = .output(run: run, path: self.outputPath(path, of: other))
            }
            return sources
        }
    }

    /// Where an output of a node lies in what its runs commit.
    private func outputPath(_ path: String, of node: String) -> String {
        let step = self.graph.nodes.first { $0.node == node }?.spec.step.flatMap { self.spec.steps[$0] }
        return step?.outputs?.resolved(path) ?? path
    }

    /// What may become a model version: the runs that `from` names, with the path of the model in their outputs.
    func candidates(of node: GraphNode) throws(PipelineError) -> [(run: ID<Run>, variant: String?, path: String)] {
        var candidates: [(run: ID<Run>, variant: String?, path: String)] = []
        for text in node.spec.register?.from ?? [] {
            guard case .output(let other, let variant, let path) = try InputReference.reading(text) else {
                throw .badReference(text)
            }
            for member in self.state.members(of: other, variant: variant) {
                guard let run = member.run else { throw .notAStep(text, of: node.name) }
                candidates.append((run, member.variant, self.outputPath(path, of: other)))
            }
        }
        return candidates
    }

    /// The run that measured the candidates, and the metric's name there.
    func metric(of node: GraphNode) throws(PipelineError) -> (run: ID<Run>?, name: String) {
        guard let text = node.spec.register?.metric else { return (nil, "") }
        guard case .output(let other, let variant, let name) = try InputReference.reading(text) else {
            throw .badReference(text)
        }
        let members = self.state.members(of: other, variant: variant)
        guard members.count == 1, let run = members[0].run else { throw .fannedOut(text, of: node.name) }
        return (run, name)
    }
}
