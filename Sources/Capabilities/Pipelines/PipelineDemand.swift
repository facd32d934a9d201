import Contract
import Kernel
import Placement
import Runs

/// What the tasks of a pipeline ask of their places, worked out from what is known: sizes and zones of the data, and how long
/// such steps took before. Residency flows along the graph: a task is bound by everything it reads, and what it writes by
/// that or by what it is released to.
struct PipelineDemand {
    /// Data that exists.
    struct Known {
        let tree: Tree
        let stores: Set<String>
        let residency: Residency
    }

    /// What committed runs of a step did.
    struct History {
        let estimate: StepEstimates.Estimate
        /// Of the last one.
        let outputs: Tree?
    }

    private let spec: ProjectSpec
    private let graph: PipelineGraph
    var datasets: [InputReference: Known] = [:]
    var history: [String: History] = [:]
    var source: Known?
    /// Outputs of nodes that would be taken from the cache.
    var cached: [String: Known] = [:]

    init(_ checked: CheckedSubmission) {
        self.spec = checked.spec
        self.graph = checked.graph
    }

    /// One task for each node that would run and for each replica, in the graph's order.
    func tasks() throws(PipelineError) -> [PlacementTask] {
        var tasks: [PlacementTask] = []
        var released: [String: Residency] = [:]
        for node in self.graph.nodes {
            if let deploy = node.spec.deploy {
                tasks += try self.replicas(deploy, of: node, released)
                continue
            }
            guard !node.isAction else { continue }
            let name = node.spec.step ?? ""
            guard let step = self.spec.steps[name] else { throw .unknownStep(name, node: node.name) }
            let inputs = try self.inputs(of: node, released)
            released[node.name] = step.declassify?.residency ?? inputs.residency
            if self.cached[node.name] != nil { continue }
            let estimate = self.history[name]?.estimate ?? .unknown(name)
            tasks.append(
                PlacementTask(
                    name: node.name, kind: .batch, resources: step.resources ?? Resources(),
                    policy: step.placement ?? PlacementPolicy(), residency: inputs.residency,
                    needsContainer: step.image != nil, duration: estimate.duration, slowDuration: estimate.slow,
                    basis: estimate.basis, inputs: inputs.data,
                    outputs: step.outputs?.expectedSize ?? self.history[name]?.outputs?.size ?? .zero,
                    after: self.after(node)))
        }
        return tasks
    }

    /// A task for each replica, in an environment of its own where that can be. What one costs is its price per hour: it has no
    /// end, so nothing of it is in the plan's total.
    private func replicas(
        _ deploy: DeploySpec, of node: GraphNode, _ released: [String: Residency]
    ) throws(PipelineError) -> [PlacementTask] {
        guard let step = self.spec.steps[deploy.step] else { throw .unknownStep(deploy.step, node: node.name) }
        let registering = self.graph.nodes.first { $0.spec.register?.model == deploy.model }
        var residency = Residency.any
        for text in registering?.spec.register?.from ?? [] {
            guard case .output(let other, let variant, _) = try InputReference.reading(text) else { continue }
            for member in self.graph.members(of: other, variant: variant) {
                residency = residency.strictest(released[member.name] ?? .any)
            }
        }
        let basis =
            "a replica has no end"
            + (registering == nil ? "; where its model may lie is known when it is deployed" : "")
        var tasks: [PlacementTask] = []
        for alias in deploy.traffic.keys.sorted() {
            var siblings: [String] = []
            for number in 1...max(1, deploy.replicas?[alias] ?? 1) {
                let name = "\(node.name)[\(alias) \(number)]"
                tasks.append(
                    PlacementTask(
                        name: name, kind: .replica, resources: step.resources ?? Resources(),
                        policy: step.placement ?? PlacementPolicy(), residency: residency,
                        needsContainer: step.image != nil, duration: .zero, basis: basis,
                        after: self.after(node), apartFrom: siblings))
                siblings.append(name)
            }
        }
        return tasks
    }

    private func inputs(
        of node: GraphNode, _ released: [String: Residency]
    ) throws(PipelineError) -> (data: [PlacementInput], residency: Residency) {
        var data: [PlacementInput] = []
        var residency = Residency.any
        if let source = self.source, !source.tree.entries.isEmpty {
            data.append(PlacementInput(bytes: source.tree.size, stores: source.stores))
        }
        for reference in try node.inputReferences() {
            switch reference {
            case .dataset:
                guard let known = self.datasets[reference] else { continue }
                residency = residency.strictest(known.residency)
                data.append(PlacementInput(bytes: known.tree.size, stores: known.stores))
            case .output(let other, let variant, let path):
                for member in self.graph.members(of: other, variant: variant) {
                    residency = residency.strictest(released[member.name] ?? .any)
                    let name = member.spec.step ?? ""
                    let declared = self.spec.steps[name]?.outputs
                    let lies = declared?.resolved(path) ?? path
                    if let known = self.cached[member.name] {
                        data.append(PlacementInput(bytes: known.tree.subtree(lies).size, stores: known.stores))
                        continue
                    }
                    let bytes =
                        declared?.expectedSize(of: path) ?? self.history[name]?.outputs?.subtree(lies).size ?? .zero
                    data.append(PlacementInput(bytes: bytes, stores: [], producer: member.name))
                }
            }
        }
        return (data, residency)
    }

    /// The tasks it waits for, those behind built-in nodes included.
    private func after(_ node: GraphNode) -> [String] {
        var found: Set<String> = []
        var open = node.needs
        while let name = open.popLast() {
            guard let need = self.graph.node(name) else { continue }
            if need.isAction { open += need.needs } else if self.cached[name] == nil { found.insert(name) }
        }
        return found.sorted()
    }
}

extension GraphNode {
    /// What its inputs name, in order of the inputs' names.
    func inputReferences() throws(PipelineError) -> [InputReference] {
        var references: [InputReference] = []
        for (_, input) in (self.spec.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
            for text in input.references { references.append(try InputReference.reading(text)) }
        }
        return references
    }
}
