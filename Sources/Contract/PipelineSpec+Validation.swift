extension PipelineSpec {
    /// More nodes than this, fan-outs expanded, are a program and not a pipeline.
    static let maximumNodes = 1000
    static let maximumReplicas = 100

    /// Everything that is wrong with the pipeline at `path`.
    func validate(steps: [String: StepSpec], path: [String]) -> [SpecIssue] {
        var issues = IssueCollector(path: path)
        if self.nodes.isEmpty { issues.add("A pipeline needs at least one node.", at: "nodes") }
        let expanded = self.nodes.values.reduce(0) { $0 + max(1, $1.forEach?.count ?? 1) }
        if expanded > Self.maximumNodes {
            issues.add(
                "The pipeline has \(expanded) nodes, above the limit of \(Self.maximumNodes). Split it.", at: "nodes")
        }
        for (name, node) in self.nodes.sorted(by: { $0.key < $1.key }) {
            let path = path + ["nodes", name]
            issues.add(contentsOf: ProjectSpec.check(name: name, of: "node", path: path))
            issues.add(contentsOf: NodeCheck(pipeline: self, steps: steps, name: name, node: node, path: path).issues())
        }
        if let placement = self.placement {
            issues.add(contentsOf: GoalCheck.issues(placement.deadline, placement.budget, path: path + ["placement"]))
        }
        if let cycle = self.cycle() {
            issues.add(
                "The nodes need each other in a circle: \((cycle + cycle.prefix(1)).joined(separator: " → ")). Remove one of these edges.",
                at: "nodes", cycle[0])
        }
        return issues.issues
    }

    /// The nodes that `name` waits for, as far as they are there.
    func needs(of name: String) -> Set<String> {
        guard let node = self.nodes[name] else { return [] }
        var texts = (node.inputs ?? [:]).values.flatMap(\.references) + (node.after ?? []) + (node.register?.from ?? [])
        if let metric = node.register?.metric { texts.append(metric) }
        var needs = Set(
            texts.compactMap { text in
                if case .output(let node, _, _) = InputReference(text) { node } else { nil }
            })
        // A deployed model is the one that this pipeline registers, when it does.
        if let model = node.deploy?.model {
            needs.formUnion(self.nodes.filter { $0.value.register?.model == model }.keys)
        }
        return needs.filter { self.nodes[$0] != nil }
    }

    /// One circle of nodes, each needing the next, beginning with the smallest name; nil when there is none.
    private func cycle() -> [String]? {
        var done: Set<String> = []
        for start in self.nodes.keys.sorted() {
            var path: [String] = []
            var branches = [[start]]
            while var branch = branches.popLast() {
                guard let node = branch.popLast() else {
                    if let left = path.popLast() { done.insert(left) }
                    continue
                }
                branches.append(branch)
                if let index = path.firstIndex(of: node) { return Self.fromSmallest(Array(path[index...])) }
                if done.contains(node) { continue }
                path.append(node)
                branches.append(self.needs(of: node).sorted(by: >))
            }
        }
        return nil
    }

    private static func fromSmallest(_ cycle: [String]) -> [String] {
        guard let smallest = cycle.min(), let index = cycle.firstIndex(of: smallest) else { return cycle }
        return Array(cycle[index...] + cycle[..<index])
    }
}
