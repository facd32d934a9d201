/// Looks at one node of a pipeline.
struct NodeCheck {
    let pipeline: PipelineSpec
    let steps: [String: StepSpec]
    let name: String
    let node: NodeSpec
    let path: [String]

    func issues() -> [SpecIssue] {
        var issues = IssueCollector(path: self.path)
        let kinds = [("step", node.step != nil), ("register", node.register != nil), ("deploy", node.deploy != nil)]
        let present = kinds.filter(\.1).map { "'\($0.0)'" }
        if present.count != 1 {
            let found = present.isEmpty ? "none of them" : present.joined(separator: " and ")
            issues.add("A node is exactly one of 'step', 'register' and 'deploy'. This one has \(found).")
        }
        for (index, other) in (self.node.after ?? []).enumerated() { self.check(after: other, index, &issues) }
        if let name = self.node.step {
            self.check(step: name, &issues)
        } else {
            self.checkBuiltIn(&issues)
        }
        if let register = self.node.register { self.check(register, &issues) }
        if let deploy = self.node.deploy { self.check(deploy, &issues) }
        return issues.issues
    }

    private var otherNodes: [String] { self.pipeline.nodes.keys.filter { $0 != self.name } }

    private func check(after other: String, _ index: Int, _ issues: inout IssueCollector) {
        if self.pipeline.nodes[other] == nil {
            issues.unknown("node", other, among: self.otherNodes, at: "after", String(index))
        }
    }

    // MARK: Steps

    private func check(step name: String, _ issues: inout IssueCollector) {
        guard let step = self.steps[name] else {
            issues.unknown("step", name, among: Array(self.steps.keys), at: "step")
            for (input, source) in (self.node.inputs ?? [:]).sorted(by: { $0.key < $1.key }) {
                self.check(source, &issues, at: ["inputs", input])
            }
            return
        }
        self.checkInputs(of: step, named: name, &issues)
        self.check(self.node.parameters ?? [:], against: step, named: name, &issues, at: ["parameters"])
        guard let variants = self.node.forEach else { return }
        if variants.isEmpty {
            issues.add("A fan-out needs at least one named variant. Write some, or remove 'for-each'.", at: "forEach")
        }
        for (variant, parameters) in variants.sorted(by: { $0.key < $1.key }) {
            issues.add(
                contentsOf: ProjectSpec.check(name: variant, of: "variant", path: self.path + ["forEach", variant]))
            self.check(parameters, against: step, named: name, &issues, at: ["forEach", variant])
        }
    }

    private func checkInputs(of step: StepSpec, named stepName: String, _ issues: inout IssueCollector) {
        let given = self.node.inputs ?? [:]
        for (input, source) in given.sorted(by: { $0.key < $1.key }) {
            if let known = step.inputs, !known.contains(input) {
                issues.unknown("input of step '\(stepName)' named", input, among: known.names, at: "inputs", input)
            } else if input.contains("/") || (try? Tree.check(path: input)) == nil {
                issues.add("'\(input)' cannot be the name of an input. Write a plain name.", at: "inputs", input)
            }
            self.check(source, &issues, at: ["inputs", input])
        }
        for input in step.inputs?.required ?? [] where given[input] == nil {
            issues.add("The step '\(stepName)' reads the input '\(input)', which is not given. Add it under 'inputs'.")
        }
    }

    private func check(
        _ parameters: [String: JSONValue], against step: StepSpec, named stepName: String,
        _ issues: inout IssueCollector,
        at keys: [String]
    ) {
        let known = step.parameters ?? [:]
        var found = IssueCollector(path: self.path + keys)
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            guard let standard = known[name] else {
                found.unknown("parameter of step '\(stepName)' named", name, among: Array(known.keys), at: name)
                continue
            }
            if !standard.accepts(value) {
                found.add(
                    "The parameter '\(name)' is \(standard.typeName), as its default \(standard.plain) says, not \(value.typeName).",
                    at: name)
            }
        }
        issues.add(contentsOf: found.issues)
    }

    // MARK: References

    private func check(_ source: NodeInput, _ issues: inout IssueCollector, at keys: [String]) {
        if source.references.isEmpty {
            var found = IssueCollector(path: self.path + keys)
            found.add(
                "An input needs at least one source. Write <node>, <node>.<output> or dataset://<name>@<version>.")
            issues.add(contentsOf: found.issues)
        }
        var seen: Set<String> = []
        for (index, text) in source.references.enumerated() {
            let place = source.references.count == 1 ? keys : keys + [String(index)]
            if !seen.insert(text).inserted {
                var found = IssueCollector(path: self.path + place)
                found.add("'\(text)' is listed twice. Remove one.")
                issues.add(contentsOf: found.issues)
            }
            self.check(reference: text, &issues, at: place)
        }
    }

    /// - Parameter datasetsAllowed: whether the reference may be to a dataset.
    private func check(
        reference text: String, _ issues: inout IssueCollector, at keys: [String], datasetsAllowed: Bool = true
    ) {
        var found = IssueCollector(path: self.path + keys)
        defer { issues.add(contentsOf: found.issues) }
        guard let reference = InputReference(text) else {
            found.add("'\(text)' names no source. Write <node>, <node>.<output> or dataset://<name>@<version>.")
            return
        }
        guard case .output(let other, let variant, let output) = reference else {
            if !datasetsAllowed { found.add("'\(text)' is a dataset. Name what a node of this pipeline wrote.") }
            return
        }
        guard let source = self.pipeline.nodes[other] else {
            found.unknown("node", other, among: self.otherNodes)
            return
        }
        guard let stepName = source.step else {
            found.add("The node '\(other)' writes nothing that could be read. Use 'after' to wait for it.")
            return
        }
        self.check(variant: variant, of: other, source, &found)
        guard !output.isEmpty else { return }
        if (try? Tree.check(path: output)) == nil {
            found.add("'\(output)' is not a plain path. Remove '..', '.' and empty parts.")
        } else if let known = self.steps[stepName]?.outputs, let first = output.split(separator: "/").first,
            !known.contains(String(first))
        {
            found.unknown("output of node '\(other)' named", String(first), among: known.names)
        }
    }

    private func check(variant: String?, of other: String, _ source: NodeSpec, _ found: inout IssueCollector) {
        guard let variant else { return }
        if let variants = source.forEach {
            if variants[variant] == nil {
                found.unknown("variant of node '\(other)' named", variant, among: Array(variants.keys))
            }
        } else {
            found.add("The node '\(other)' is not fanned out. Write '\(other)' without '[\(variant)]'.")
        }
    }

    // MARK: Built-in nodes

    private func checkBuiltIn(_ issues: inout IssueCollector) {
        for (key, word, isThere) in [
            ("inputs", "inputs", self.node.inputs != nil), ("parameters", "parameters", self.node.parameters != nil),
            ("forEach", "for-each", self.node.forEach != nil),
        ] where isThere {
            issues.add("Only a node with a 'step' can have '\(word)'. Remove it.", at: key)
        }
    }

    private func check(_ register: RegisterSpec, _ issues: inout IssueCollector) {
        issues.add(
            contentsOf: ProjectSpec.check(name: register.model, of: "model", path: self.path + ["register", "model"]))
        issues.add(
            contentsOf: ProjectSpec.check(name: register.alias, of: "alias", path: self.path + ["register", "alias"]))
        if register.alias == "challenger" {
            issues.add(
                "The alias 'challenger' goes to the next best by itself. Choose another.", at: "register", "alias")
        }
        if register.from.isEmpty {
            issues.add("Name at least one node that made a model.", at: "register", "from")
        }
        for (index, text) in register.from.enumerated() {
            self.check(reference: text, &issues, at: ["register", "from", String(index)], datasetsAllowed: false)
        }
        guard case .output(let other, nil, let metric) = InputReference(register.metric), !metric.isEmpty else {
            issues.add("'\(register.metric)' names no metric. Write <node>.<metric>.", at: "register", "metric")
            return
        }
        guard let source = self.pipeline.nodes[other] else {
            issues.unknown("node", other, among: self.otherNodes, at: "register", "metric")
            return
        }
        if source.step == nil || source.forEach != nil {
            issues.add(
                "The metric must come from one run: '\(other)' is \(source.step == nil ? "no step" : "fanned out").",
                at: "register", "metric")
        }
    }

    private func check(_ deploy: DeploySpec, _ issues: inout IssueCollector) {
        issues.add(
            contentsOf: ProjectSpec.check(
                name: deploy.endpoint, of: "endpoint", path: self.path + ["deploy", "endpoint"]))
        issues.add(
            contentsOf: ProjectSpec.check(name: deploy.model, of: "model", path: self.path + ["deploy", "model"]))
        if let step = self.steps[deploy.step] {
            if let inputs = step.inputs, inputs.names != ["model"] {
                issues.add(
                    "A step that serves reads the input 'model' and no other. '\(deploy.step)' reads: \(inputs.names.joined(separator: ", ")).",
                    at: "deploy", "step")
            }
        } else {
            issues.unknown("step", deploy.step, among: Array(self.steps.keys), at: "deploy", "step")
        }
        issues.add(contentsOf: TrafficCheck.issues(deploy.traffic, path: self.path + ["deploy", "traffic"]))
        for (alias, count) in (deploy.replicas ?? [:]).sorted(by: { $0.key < $1.key }) {
            if deploy.traffic[alias] == nil {
                issues.unknown(
                    "alias with traffic named", alias, among: Array(deploy.traffic.keys), at: "deploy", "replicas",
                    alias)
            }
            if !(1...PipelineSpec.maximumReplicas).contains(count) {
                issues.add(
                    "\(count) is not a number of replicas. Write 1 to \(PipelineSpec.maximumReplicas).", at: "deploy",
                    "replicas", alias)
            }
        }
    }
}

/// Shares of the traffic, of a `deploy` node or a declared endpoint.
enum TrafficCheck {
    static func issues(_ traffic: [String: Int], path: [String]) -> [SpecIssue] {
        var issues = IssueCollector(path: path)
        for (alias, share) in traffic.sorted(by: { $0.key < $1.key }) where !(0...100).contains(share) {
            issues.add("\(share) is not a share. Write per cent from 0 to 100.", at: alias)
        }
        let sum = traffic.values.reduce(0) { $0 &+ $1 }
        if sum != 100 { issues.add("The shares sum to \(sum), not to 100. Change one of them.") }
        return issues.issues
    }
}
