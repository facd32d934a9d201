import Contract
import Kernel
import Testing

@Suite struct ValidationTests {
    static let good = ProjectSpec(
        project: "p",
        steps: [
            "make": StepSpec(
                command: .shell("make {parameters.n}"), parameters: ["n": 1, "rate": 0.5, "name": "x"],
                outputs: ["split"]),
            "train": StepSpec(command: .arguments(["train"]), inputs: ["split"], outputs: ["model"]),
            "serve": StepSpec(command: .shell("serve"), inputs: ["model"]),
        ],
        pipelines: [
            "main": PipelineSpec(nodes: [
                "make": NodeSpec(step: "make", forEach: ["a": ["n": 2], "b": [:]]),
                "train": NodeSpec(step: "train", inputs: ["split": "make[a].split"]),
                "register": NodeSpec(
                    register: RegisterSpec(
                        model: "m", from: ["train.model"], metric: "train.accuracy", alias: "champion")),
                "deploy": NodeSpec(
                    deploy: DeploySpec(endpoint: "e", step: "serve", model: "m", traffic: ["champion": 100])),
            ])
        ])

    @Test("what is right has no issues")
    func right() { #expect(Self.good.validate().isEmpty) }

    static func issues(_ change: (inout ProjectSpec) -> Void) -> [SpecIssue] {
        var spec = Self.good
        change(&spec)
        return spec.validate()
    }

    static func expectOne(
        _ path: [String], _ words: String, others: Int = 0, location: SourceLocation = #_sourceLocation,
        _ change: (inout ProjectSpec) -> Void
    ) {
        let found = self.issues(change)
        #expect(found.contains { $0.path == path && $0.message.contains(words) }, "\(found)", sourceLocation: location)
        #expect(found.count == 1 + others, "\(found)", sourceLocation: location)
    }

    @Test("steps")
    func steps() {
        let step = ["steps", "make"]
        Self.expectOne(step + ["command"], "The command is empty") { $0.steps["make"]?.command = .shell("  ") }
        Self.expectOne(step + ["command"], "Did you mean 'name'?") {
            $0.steps["make"]?.command = .arguments(["x", "{parameters.nme}"])
        }
        Self.expectOne(step + ["resources", "cpus"], "0 CPUs cannot be had") {
            $0.steps["make"]?.resources = Resources(cpus: 0)
        }
        Self.expectOne(step + ["resources", "cpus"], "cannot be had") {
            $0.steps["make"]?.resources = Resources(cpus: .nan)
        }
        Self.expectOne(step + ["resources", "memory"], "more than 0 bytes") {
            $0.steps["make"]?.resources = Resources(memory: .zero)
        }
        Self.expectOne(step + ["resources", "gpu"], "'0' at position 6") {
            $0.steps["make"]?.resources = Resources(gpu: "H100:0")
        }
        Self.expectOne(step + ["outputs", "../x"], "plain name") { $0.steps["make"]?.outputs = ["split", "../x"] }
        Self.expectOne(step + ["inputs", "a/b"], "plain name") {
            $0.steps["make"]?.inputs = ["a/b"]; $0.pipelines = nil
        }
        Self.expectOne(step + ["retry", "limit"], "0 to 100") { $0.steps["make"]?.retry = RetryPolicy(limit: -1) }
        Self.expectOne(step + ["retry", "exitCodes", "1"], "1 to 255") {
            $0.steps["make"]?.retry = RetryPolicy(exitCodes: [1, 0])
        }
        Self.expectOne(step + ["timeout"], "longer than 0") { $0.steps["make"]?.timeout = .zero }
        Self.expectOne(step + ["image"], "not the name of an image") { $0.steps["make"]?.image = "a b" }
        Self.expectOne(step + ["environmentVariables", "MARTLET_X"], "set by Martlet") {
            $0.steps["make"]?.environmentVariables = ["MARTLET_X": "1"]
        }
        Self.expectOne(step + ["environmentVariables", "1A"], "name of a variable") {
            $0.steps["make"]?.environmentVariables = ["1A": "1"]
        }
        Self.expectOne(step + ["placement", "providers", "0"], "Did you mean 'aws'?") {
            $0.steps["make"]?.placement = PlacementPolicy(providers: ["asw"])
        }
        Self.expectOne(step + ["placement", "environments"], "no place at all") {
            $0.steps["make"]?.placement = PlacementPolicy(environments: [])
        }
        Self.expectOne(step + ["declassify", "reason"], "auditor") {
            $0.steps["make"]?.declassify = Declassification(residency: .any, reason: " ")
        }
        Self.expectOne(["project"], "printable") { $0.project = "a\nb" }
        Self.expectOne(["steps", "a.b"], "cannot be the name") { $0.steps["a.b"] = StepSpec(command: .shell("x")) }
    }

    @Test("nodes and what they read")
    func nodes() {
        let node = ["pipelines", "main", "nodes", "train"]
        func train(_ change: @escaping (inout NodeSpec) -> Void) -> (inout ProjectSpec) -> Void {
            { spec in
                guard var node = spec.pipelines?["main"]?.nodes["train"] else { return }
                change(&node)
                spec.pipelines?["main"]?.nodes["train"] = node
            }
        }
        Self.expectOne(node + ["step"], "Did you mean 'train'?", train { $0.step = "trian" })
        Self.expectOne(
            node + ["inputs", "split"], "Did you mean 'make'?", train { $0.inputs = ["split": "mak.split"] })
        Self.expectOne(
            node + ["inputs", "split"], "Did you mean 'split'?", train { $0.inputs = ["split": "make.splt"] })
        Self.expectOne(node + ["inputs", "split"], "names no source", train { $0.inputs = ["split": "dataset://"] })
        Self.expectOne(node + ["inputs", "split"], "plain path", train { $0.inputs = ["split": "make.../x"] })
        Self.expectOne(
            node + ["inputs", "split"], "writes nothing", others: 1, train { $0.inputs = ["split": "deploy"] })
        Self.expectOne(
            node + ["inputs", "split"], "There is no variant", train { $0.inputs = ["split": "make[c].split"] })
        Self.expectOne(node, "reads the input 'split'", train { $0.inputs = nil })
        Self.expectOne(
            node + ["inputs", "splitt"], "Did you mean 'split'?",
            train { $0.inputs = ["split": "make.split", "splitt": "make"] })
        Self.expectOne(node + ["after", "0"], "There is no node 'x'", train { $0.after = ["x"] })
        Self.expectOne(node + ["parameters", "lr"], "There is no parameter", train { $0.parameters = ["lr": 1] })
        Self.expectOne(
            node, "exactly one of", others: 1,
            train { $0.deploy = Self.good.pipelines?["main"]?.nodes["deploy"]?.deploy })
        Self.expectOne(node + ["forEach"], "at least one", others: 1, train { $0.forEach = [:] })
    }

    @Test(
        "a parameter has the type of its default",
        arguments: [
            ("n", "a", "a whole number"), ("n", 1.5, "a whole number"), ("rate", "1", "a number"),
            ("name", 1, "a text"), ("name", .null, "a text"),
        ] as [(String, JSONValue, String)])
    func parameterTypes(name: String, value: JSONValue, type: String) {
        Self.expectOne(["pipelines", "main", "nodes", "make", "forEach", "a", name], "is \(type)") {
            $0.pipelines?["main"]?.nodes["make"]?.forEach?["a"] = [name: value]
        }
    }

    @Test("a whole number does for a number")
    func widening() {
        let issues = Self.issues { $0.pipelines?["main"]?.nodes["make"]?.parameters = ["rate": 1] }
        #expect(issues.isEmpty)
    }

    @Test("circles are named once, from their smallest node")
    func cycles() {
        Self.expectOne(["pipelines", "main", "nodes", "make"], "make → train → make") {
            $0.pipelines?["main"]?.nodes["make"]?.after = ["train"]
        }
        Self.expectOne(["pipelines", "main", "nodes", "train"], "train → train") {
            $0.pipelines?["main"]?.nodes["train"]?.after = ["train"]
        }
        Self.expectOne(["pipelines", "main", "nodes", "deploy"], "deploy → register → deploy") {
            $0.pipelines?["main"]?.nodes["register"]?.after = ["deploy"]
        }
    }

    @Test("built-in nodes")
    func builtIn() {
        let register = ["pipelines", "main", "nodes", "register"]
        let deploy = ["pipelines", "main", "nodes", "deploy"]
        Self.expectOne(register + ["register", "from"], "at least one") {
            $0.pipelines?["main"]?.nodes["register"]?.register?.from = []
        }
        Self.expectOne(register + ["register", "from", "0"], "is a dataset") {
            $0.pipelines?["main"]?.nodes["register"]?.register?.from = ["dataset://x"]
        }
        Self.expectOne(register + ["register", "metric"], "names no metric") {
            $0.pipelines?["main"]?.nodes["register"]?.register?.metric = "train"
        }
        Self.expectOne(register + ["register", "metric"], "fanned out") {
            $0.pipelines?["main"]?.nodes["register"]?.register?.metric = "make.x"
        }
        Self.expectOne(register + ["register", "alias"], "by itself") {
            $0.pipelines?["main"]?.nodes["register"]?.register?.alias = "challenger"
        }
        Self.expectOne(register + ["forEach"], "Only a node with a 'step'") {
            $0.pipelines?["main"]?.nodes["register"]?.forEach = ["a": [:]]
        }
        Self.expectOne(deploy + ["deploy", "traffic"], "sum to 90") {
            $0.pipelines?["main"]?.nodes["deploy"]?.deploy?.traffic = ["champion": 90]
        }
        Self.expectOne(deploy + ["deploy", "traffic", "champion"], "not a share") {
            $0.pipelines?["main"]?.nodes["deploy"]?.deploy?.traffic = ["champion": -5, "b": 100, "c": 5]
        }
        Self.expectOne(deploy + ["deploy", "replicas", "champoin"], "Did you mean 'champion'?") {
            $0.pipelines?["main"]?.nodes["deploy"]?.deploy?.replicas = ["champoin": 1]
        }
        Self.expectOne(deploy + ["deploy", "replicas", "champion"], "1 to 100") {
            $0.pipelines?["main"]?.nodes["deploy"]?.deploy?.replicas = ["champion": 0]
        }
        Self.expectOne(deploy + ["deploy", "step"], "reads the input 'model' and no other") {
            $0.pipelines?["main"]?.nodes["deploy"]?.deploy?.step = "train"
        }
        Self.expectOne(deploy + ["deploy", "step"], "There is no step") {
            $0.pipelines?["main"]?.nodes["deploy"]?.deploy?.step = "banana"
        }
    }

    @Test("everything wrong is told at once, and as one fault")
    func together() {
        let issues = Self.issues {
            $0.steps["make"]?.resources = Resources(cpus: -1)
            $0.steps["train"]?.timeout = .zero
            $0.pipelines?["main"]?.nodes["train"]?.after = ["nobody"]
        }
        #expect(issues.count == 3)
        #expect(issues.fault?.kind == .invalid)
        #expect(issues.fault?.message.contains("steps.make.resources.cpus: -1 CPUs") == true)
        #expect(([] as [SpecIssue]).fault == nil)
    }

    @Test("too many nodes are refused")
    func bound() {
        Self.expectOne(["pipelines", "big", "nodes"], "above the limit of 1000") {
            let nodes = (0..<1001).map { ("n\($0)", NodeSpec(step: "make")) }
            $0.pipelines?["big"] = PipelineSpec(nodes: Dictionary(uniqueKeysWithValues: nodes))
        }
    }
}
