import Contract
import Kernel

extension YAMLReader {
    // MARK: Files

    /// A list of names, or names with what is said of each.
    mutating func stepInputs(_ node: YAMLNode?) -> StepInputs? {
        self.names(node, "'inputs' of a step", StepInput()) { reader, name, value in
            let fields = reader.fields(value, of: "The input '\(name)'", keys: ["optional"])
            return StepInput(optional: reader.flag(fields["optional"], "'optional'"))
        }.map(StepInputs.init)
    }

    mutating func stepOutputs(_ node: YAMLNode?) -> StepOutputs? {
        self.names(node, "'outputs'", StepOutput()) { reader, name, value in
            let fields = reader.fields(value, of: "The output '\(name)'", keys: ["path", "size"])
            return StepOutput(
                path: reader.text(fields["path"], "'path'"), size: reader.size(fields["size"], "'size'"))
        }.map(StepOutputs.init)
    }

    /// One reference or a list of them.
    mutating func nodeInput(_ node: YAMLNode, named name: String) -> NodeInput? {
        let what = "The source of '\(name)'"
        if node.items != nil { return self.texts(node, what).map(NodeInput.init) }
        return self.text(node, what).map { NodeInput([$0]) }
    }

    private mutating func names<Value>(
        _ node: YAMLNode?, _ what: String, _ plain: Value,
        _ read: (inout YAMLReader, String, YAMLNode) -> Value
    ) -> [String: Value]? {
        guard let node else { return nil }
        if node.pairs != nil { return self.named(node, what) { $2.isNull ? plain : read(&$0, $1, $2) } }
        guard let items = node.items else { return self.texts(node, what).map { _ in [:] } }
        var values: [String: Value] = [:]
        for item in items {
            guard let name = self.text(item, "Each of \(what)") else { continue }
            if values.updateValue(plain, forKey: name) != nil {
                self.note("'\(name)' is listed twice. Remove one.", at: item.position)
            }
        }
        return values
    }

    // MARK: Resources

    static let resourceKeys = [
        "cpus", "maximum-cpus", "memory", "maximum-memory", "gpu", "spot", "architecture",
    ]

    mutating func resources(_ node: YAMLNode) -> Resources {
        let fields = self.fields(node, of: "'resources'", keys: Self.resourceKeys)
        let cpus = self.range(fields["cpus"], "'cpus'", "a number of cores such as 4, 4+ or 4..16", Self.cpus)
        let memory = self.range(
            fields["memory"], "'memory'", "a size such as 16GiB, 16GiB+ or 16GiB..64GiB", Self.memory)
        return Resources(
            cpus: cpus?.least, maximumCpus: cpus?.most ?? self.number(fields["maximum-cpus"], "'maximum-cpus'"),
            memory: memory?.least,
            maximumMemory: memory?.most ?? self.size(fields["maximum-memory"], "'maximum-memory'"),
            gpu: self.text(fields["gpu"], "'gpu'"), spot: self.choice(fields["spot"], "'spot'"),
            architecture: self.choice(fields["architecture"], "'architecture'"))
    }

    /// A plain number that cannot be had is read as it is: the validator says why.
    private static func cpus(_ text: String) -> (least: Double, most: Double?)? {
        (try? CPURange(text)).map { ($0.minimum, $0.maximum) } ?? Double(text).map { ($0, nil) }
    }

    private static func memory(_ text: String) -> (least: ByteCount, most: ByteCount?)? {
        (try? MemoryRange(text)).map { ($0.minimum, $0.maximum) } ?? ByteCount(text).map { ($0, nil) }
    }

    mutating func estimate(_ node: YAMLNode) -> StepEstimate {
        let fields = self.fields(node, of: "'estimate'", keys: ["duration"])
        return StepEstimate(duration: self.span(fields["duration"], "The duration"))
    }

    // MARK: Placement

    mutating func placement(_ node: YAMLNode) -> PlacementPolicy {
        let keys = [
            "environment", "environments", "providers", "regions", "residency", "objective", "deadline", "budget",
        ]
        let fields = self.fields(node, of: "'placement'", keys: keys)
        if let doubled = fields["environment"], fields["environments"] != nil {
            self.note("'environment' and 'environments' are the same. Keep one.", at: doubled.position)
        }
        let goal = self.goal(of: fields)
        return PlacementPolicy(
            environments: self.patterns(fields["environment"] ?? fields["environments"], "'environment'"),
            providers: self.patterns(fields["providers"], "'providers'"),
            regions: self.patterns(fields["regions"], "'regions'"),
            residency: self.residency(fields["residency"], "'residency'"), objective: goal.objective,
            deadline: goal.deadline, budget: goal.budget)
    }

    /// What a whole pipeline is held to.
    mutating func goal(_ node: YAMLNode) -> PlacementGoal {
        self.goal(of: self.fields(node, of: "'placement' of a pipeline", keys: ["objective", "deadline", "budget"]))
    }

    private mutating func goal(of fields: [String: YAMLNode]) -> PlacementGoal {
        PlacementGoal(
            objective: self.choice(fields["objective"], "'objective'"),
            deadline: self.span(fields["deadline"], "'deadline'"), budget: self.money(fields["budget"], "'budget'"))
    }

    /// One text or a list of them.
    private mutating func patterns(_ node: YAMLNode?, _ what: String) -> [String]? {
        guard let node, node.items == nil else { return self.texts(node, what) }
        return self.text(node, what).map { [$0] }
    }
}
