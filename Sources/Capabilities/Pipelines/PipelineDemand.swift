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
        /// Newest first.
        let durations: [TimeSpan]
        /// Of the last one.
        let outputs: Tree?
    }

    private let spec: ProjectSpec
    private let graph: PipelineGraph
    var datasets: [InputReference: Known] = [:]
    var history: [String: History] = [:]
    var source: Known?

    init(_ checked: CheckedSubmission) {
        self.spec = checked.spec
        self.graph = checked.graph
    }

    /// One task for each node with a step, in the graph's order.
    func tasks() throws(PipelineError) -> [PlacementTask] {
        var tasks: [PlacementTask] = []
        var released: [String: Residency] = [:]
        for node in self.graph.nodes where !node.isAction {
            let name = node.spec.step ?? ""
            guard let step = self.spec.steps[name] else { throw .unknownStep(name, node: node.name) }
            let inputs = try self.inputs(of: node, released)
            let (duration, basis) = self.duration(of: name)
            tasks.append(
                PlacementTask(
                    name: node.name, kind: .batch, resources: step.resources ?? Resources(),
                    policy: step.placement ?? PlacementPolicy(), residency: inputs.residency,
                    needsContainer: step.image != nil, duration: duration, basis: basis, inputs: inputs.data,
                    after: self.after(node)))
            released[node.name] = step.declassify?.residency ?? inputs.residency
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
                    let outputs = member.spec.step.flatMap { self.history[$0]?.outputs }
                    data.append(
                        PlacementInput(bytes: outputs?.subtree(path).size ?? .zero, stores: [], producer: member.name))
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
            if need.isAction { open += need.needs } else { found.insert(name) }
        }
        return found.sorted()
    }

    /// The median of the last committed runs, or the assumption.
    private func duration(of step: String) -> (TimeSpan, basis: String) {
        let known = (self.history[step]?.durations ?? []).sorted()
        guard !known.isEmpty else {
            return (Runs.assumedDuration, "an assumption: '\(step)' has not committed a run yet")
        }
        let middle = known.count / 2
        let median =
            known.count % 2 == 1
            ? known[middle] : TimeSpan(milliseconds: (known[middle - 1] + known[middle]).milliseconds / 2)
        return (
            median, known.count == 1 ? "the last committed run" : "the median of the last \(known.count) committed runs"
        )
    }
}

extension GraphNode {
    /// What its inputs name, in order of the inputs' names.
    func inputReferences() throws(PipelineError) -> [InputReference] {
        var references: [InputReference] = []
        for (_, text) in (self.spec.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
            references.append(try InputReference.reading(text))
        }
        return references
    }
}
