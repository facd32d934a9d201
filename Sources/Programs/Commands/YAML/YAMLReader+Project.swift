import Contract
import Kernel

extension YAMLReader {
    mutating func project(_ root: YAMLNode) -> ProjectSpec {
        let fields = self.fields(root, of: "A martlet.yaml", keys: ["project", "steps", "pipelines"])
        if root.pairs != nil, fields["project"] == nil {
            self.note("The file does not say which project it is. Add 'project: <name>'.", at: root.position)
        }
        if root.pairs != nil, fields["steps"] == nil, root["steps"] == nil {
            self.note("The file has no steps. Add 'steps:' with at least one.", at: root.position)
        }
        let steps = self.named(fields["steps"], "Steps") { $0.step($2, named: $1) }
        let pipelines = self.named(fields["pipelines"], "Pipelines") { $0.pipeline($2, named: $1) }
        return ProjectSpec(
            project: self.text(fields["project"], "The project's name") ?? "unnamed", steps: steps ?? [:],
            pipelines: pipelines)
    }

    // MARK: Steps

    static let stepKeys = [
        "command", "image", "parameters", "inputs", "outputs", "resources", "estimate", "environment-variables",
        "retry",
        "timeout", "grace-period", "placement", "declassify", "cache",
    ]

    mutating func step(_ node: YAMLNode, named name: String) -> StepSpec {
        let what = "The step '\(name)'"
        let fields = self.fields(node, of: what, keys: Self.stepKeys)
        if fields["command"] == nil {
            self.note("\(what) has no command. Add 'command:' with what is to be executed.", at: node.position)
        }
        return StepSpec(
            // Where it is missing, anything does: the issue is noted, and nothing will be run.
            command: self.command(fields["command"], of: name) ?? .shell("missing"),
            image: self.text(fields["image"], "The image"),
            parameters: self.named(fields["parameters"], "Parameters") { $2.json },
            inputs: self.stepInputs(fields["inputs"]),
            outputs: self.stepOutputs(fields["outputs"]),
            resources: fields["resources"].map { self.resources($0) },
            estimate: fields["estimate"].map { self.estimate($0) },
            environmentVariables: self.named(fields["environment-variables"], "Variables") {
                $0.variable($2, named: $1)
            },
            retry: fields["retry"].map { self.retry($0) },
            timeout: self.span(fields["timeout"], "The timeout"),
            gracePeriod: self.span(fields["grace-period"], "The grace period"),
            placement: fields["placement"].map { self.placement($0) },
            declassify: fields["declassify"].flatMap { self.declassify($0) },
            cache: self.flag(fields["cache"], "'cache'"))
    }

    private mutating func command(_ node: YAMLNode?, of step: String) -> Command? {
        guard let node else { return nil }
        if node.items != nil { return self.texts(node, "The command").map(Command.arguments) }
        return self.text(node, "The command").map(Command.shell)
    }

    /// YAML makes numbers and booleans of what a shell would take as text, so those want quotes.
    private mutating func variable(_ node: YAMLNode, named name: String) -> String? {
        if case .scalar(let text, isPlain: true) = node.content, node.isNull || node.json.stringValue == nil {
            self.note("The variable '\(name)' is a text here. Write it in quotes: \"\(text)\".", at: node.position)
            return nil
        }
        return self.text(node, "The variable '\(name)'")
    }

    private mutating func retry(_ node: YAMLNode) -> RetryPolicy {
        let fields = self.fields(node, of: "'retry'", keys: ["limit", "backoff", "exit-codes"])
        return RetryPolicy(
            limit: self.integer(fields["limit"], "'limit'"), backoff: self.span(fields["backoff"], "'backoff'"),
            exitCodes: self.list(fields["exit-codes"], "'exit-codes'") { $0.integer($1, "An exit code") })
    }

    private mutating func declassify(_ node: YAMLNode) -> Declassification? {
        let fields = self.fields(node, of: "'declassify'", keys: ["residency", "reason"])
        for key in ["residency", "reason"] where node.pairs != nil && fields[key] == nil {
            self.note("'declassify' needs '\(key)'. Add it.", at: node.position)
        }
        guard let residency = self.residency(fields["residency"], "'residency'"),
            let reason = self.text(fields["reason"], "The reason")
        else { return nil }
        return Declassification(residency: residency, reason: reason)
    }

    // MARK: Pipelines

    mutating func pipeline(_ node: YAMLNode, named name: String) -> PipelineSpec {
        let what = "The pipeline '\(name)'"
        let fields = self.fields(node, of: what, keys: ["nodes", "on-failure", "placement"])
        if fields["nodes"] == nil, node.pairs != nil || node.isNull {
            self.note("\(what) has no nodes. Add 'nodes:' with at least one.", at: node.position)
        }
        return PipelineSpec(
            nodes: self.named(fields["nodes"], "Nodes") { $0.node($2, named: $1) } ?? [:],
            onFailure: self.choice(fields["on-failure"], "'on-failure'"),
            placement: fields["placement"].map { self.goal($0) })
    }

    static let nodeKeys = ["step", "inputs", "parameters", "for-each", "after", "register", "deploy"]

    private mutating func node(_ node: YAMLNode, named name: String) -> NodeSpec {
        let fields = self.fields(node, of: "The node '\(name)'", keys: Self.nodeKeys)
        return NodeSpec(
            step: self.text(fields["step"], "'step'"),
            register: fields["register"].flatMap { self.register($0) },
            deploy: fields["deploy"].flatMap { self.deploy($0) },
            inputs: self.named(fields["inputs"], "'inputs' of a node") { $0.nodeInput($2, named: $1) },
            parameters: self.named(fields["parameters"], "Parameters") { $2.json },
            forEach: self.named(fields["for-each"], "Variants") { reader, variant, node in
                if node.isNull { return [:] }
                return reader.named(node, "Parameters of the variant '\(variant)'") { $2.json }
            },
            after: self.texts(fields["after"], "'after'"))
    }

    private mutating func register(_ node: YAMLNode) -> RegisterSpec? {
        let keys = ["model", "from", "metric", "higher-is-better", "alias"]
        let fields = self.fields(node, of: "'register'", keys: keys)
        self.require(["model", "from", "metric", "alias"], in: fields, of: "'register'", at: node)
        let higherIsBetter = self.flag(fields["higher-is-better"], "'higher-is-better'")
        let from = self.texts(fields["from"], "'from'")
        guard let model = self.text(fields["model"], "'model'"), let metric = self.text(fields["metric"], "'metric'"),
            let alias = self.text(fields["alias"], "'alias'"), let from
        else { return nil }
        return RegisterSpec(model: model, from: from, metric: metric, higherIsBetter: higherIsBetter, alias: alias)
    }

    private mutating func deploy(_ node: YAMLNode) -> DeploySpec? {
        let fields = self.fields(node, of: "'deploy'", keys: ["endpoint", "step", "model", "traffic", "replicas"])
        self.require(["endpoint", "step", "model", "traffic"], in: fields, of: "'deploy'", at: node)
        let traffic = self.named(fields["traffic"], "Shares") { $0.integer($2, "The share of '\($1)'") }
        let replicas = self.named(fields["replicas"], "Replicas") { $0.integer($2, "The replicas of '\($1)'") }
        guard let endpoint = self.text(fields["endpoint"], "'endpoint'"),
            let step = self.text(fields["step"], "'step'"),
            let model = self.text(fields["model"], "'model'"), let traffic
        else { return nil }
        return DeploySpec(endpoint: endpoint, step: step, model: model, traffic: traffic, replicas: replicas)
    }

    mutating func require(_ keys: [String], in fields: [String: YAMLNode], of what: String, at node: YAMLNode) {
        guard node.pairs != nil else { return }
        for key in keys where fields[key] == nil { self.note("\(what) needs '\(key)'. Add it.", at: node.position) }
    }
}
