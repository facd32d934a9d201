package import Contract
import Kernel

/// A pipeline with its fan-outs expanded: one node for each variant, every need by name, in topological order.
package struct PipelineGraph: Sendable {
    /// More nodes than this in one run are a program, not a pipeline.
    package static let maximumNodes = 1000

    /// Needs before those that need them; ties in order of names.
    package let nodes: [GraphNode]
    private let positions: [String: Int]

    /// - Throws: `invalid` for a node that is not there, a cycle, or too many nodes.
    package init(_ spec: PipelineSpec) throws(PipelineError) {
        var expanded: [GraphNode] = []
        for (name, node) in spec.nodes.sorted(by: { $0.key < $1.key }) {
            expanded += GraphNode.expand(name, node)
            guard expanded.count <= Self.maximumNodes else { throw .tooManyNodes(limit: Self.maximumNodes) }
        }
        let members = Dictionary(grouping: expanded, by: \.node)
        for index in expanded.indices {
            expanded[index].needs = try Self.needs(of: expanded[index], spec, members)
        }
        self.nodes = try Self.sorted(expanded)
        self.positions = Dictionary(uniqueKeysWithValues: self.nodes.enumerated().map { ($1.name, $0) })
    }

    package func node(_ name: String) -> GraphNode? { self.positions[name].map { self.nodes[$0] } }

    /// The nodes a reference stands for: one, or each variant of a fanned-out node.
    func members(of node: String, variant: String?) -> [GraphNode] {
        self.nodes.filter { $0.node == node && (variant == nil || $0.variant == variant) }
    }

    /// Names of the steps that are used, served ones included.
    var stepNames: Set<String> {
        Set(self.nodes.compactMap(\.spec.step) + self.nodes.compactMap(\.spec.deploy?.step))
    }

    private static func needs(
        of node: GraphNode, _ spec: PipelineSpec, _ members: [String: [GraphNode]]
    ) throws(PipelineError) -> [String] {
        var needs: Set<String> = []
        for text in node.references {
            guard case .output(let other, let variant, _) = try InputReference.reading(text) else { continue }
            let found = (members[other] ?? []).filter { variant == nil || $0.variant == variant }
            guard !found.isEmpty else { throw .unknownNode(text, of: node.name, known: spec.nodes.keys.sorted()) }
            needs.formUnion(found.map(\.name))
        }
        // A deployed model is the one that this pipeline registers, when it does.
        if let deploy = node.spec.deploy {
            let registering = spec.nodes.filter { $0.value.register?.model == deploy.model }
            needs.formUnion(registering.keys)
        }
        return needs.sorted()
    }

    /// Kahn's algorithm, the smallest name first.
    private static func sorted(_ nodes: [GraphNode]) throws(PipelineError) -> [GraphNode] {
        var waiting = Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, Set($0.needs)) })
        let byName = Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0) })
        var ordered: [GraphNode] = []
        while !waiting.isEmpty {
            let ready = waiting.filter(\.value.isEmpty).keys.sorted()
            guard !ready.isEmpty else { throw .cycle(waiting.keys.sorted()) }
            ordered += ready.compactMap { byName[$0] }
            for name in ready { waiting[name] = nil }
            for name in waiting.keys { waiting[name]?.subtract(ready) }
        }
        return ordered
    }
}

/// One node of the expanded graph.
package struct GraphNode: Sendable, Hashable {
    /// `train`, or `train[small]`.
    package let name: String
    package let node: String
    package let variant: String?
    package let spec: NodeSpec
    /// The node's, and the variant's over them.
    package let parameters: [String: JSONValue]
    package internal(set) var needs: [String] = []

    /// Whether the control plane does it itself.
    package var isAction: Bool { self.spec.step == nil }

    static func expand(_ name: String, _ spec: NodeSpec) -> [GraphNode] {
        let own = spec.parameters ?? [:]
        guard let variants = spec.forEach, !variants.isEmpty else {
            return [GraphNode(name: name, node: name, variant: nil, spec: spec, parameters: own)]
        }
        return variants.sorted { $0.key < $1.key }.map { variant, parameters in
            GraphNode(
                name: "\(name)[\(variant)]", node: name, variant: variant, spec: spec,
                parameters: own.merging(parameters) { $1 })
        }
    }

    /// Everything it names: inputs, `after`, candidates and the node that measured them.
    var references: [String] {
        var texts = (self.spec.inputs ?? [:]).values.flatMap(\.references) + (self.spec.after ?? [])
        if let register = self.spec.register {
            texts += register.from
            texts.append(String(register.metric.prefix { $0 != "." }))
        }
        return texts.sorted()
    }
}
