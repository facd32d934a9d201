import Contract
import Kernel
import Testing

@testable import Pipelines

@Suite("Pipeline graphs")
struct PipelinesGraphTests {
    /// The pipeline of the example.
    static let digits = PipelineSpec(nodes: [
        "ingest": NodeSpec(step: "ingest", inputs: ["raw": "dataset://digits@1"]),
        "prepare": NodeSpec(step: "prepare", inputs: ["raw": "ingest"]),
        "train": NodeSpec(
            step: "train", inputs: ["split": "prepare.split"], parameters: ["seed": 1],
            forEach: ["small": ["depth": 2], "large": ["depth": 8, "seed": 2]]),
        "evaluate": NodeSpec(step: "evaluate", inputs: ["models": "train.model", "split": "prepare.split"]),
        "register": NodeSpec(
            register: RegisterSpec(
                model: "digits", from: ["train.model"], metric: "evaluate.accuracy", alias: "champion")),
        "deploy": NodeSpec(
            deploy: DeploySpec(endpoint: "digits", step: "serve", model: "digits", traffic: ["champion": 100])),
    ])

    @Test("a fan-out becomes one node for each variant, and what reads it waits for all of them")
    func fanOut() throws {
        let graph = try PipelineGraph(Self.digits)
        #expect(
            graph.nodes.map(\.name) == [
                "ingest", "prepare", "train[large]", "train[small]", "evaluate", "register", "deploy",
            ])
        #expect(graph.node("evaluate")?.needs == ["prepare", "train[large]", "train[small]"])
        #expect(graph.node("train[small]")?.needs == ["prepare"])
        #expect(graph.node("train[small]")?.parameters == ["seed": 1, "depth": 2])
        #expect(graph.node("train[large]")?.parameters == ["seed": 2, "depth": 8])
    }

    @Test("register waits for its candidates and its metric, deploy for the model that the pipeline registers")
    func builtIn() throws {
        let graph = try PipelineGraph(Self.digits)
        #expect(graph.node("register")?.needs == ["evaluate", "train[large]", "train[small]"])
        #expect(graph.node("deploy")?.needs == ["register"])
        #expect(graph.node("deploy")?.isAction == true)
        #expect(graph.stepNames == ["ingest", "prepare", "train", "evaluate", "serve"])
    }

    @Test("one variant can be named on its own")
    func variant() throws {
        var spec = Self.digits
        spec.nodes["evaluate"]?.inputs = ["model": "train[small].model"]
        #expect(try PipelineGraph(spec).node("evaluate")?.needs == ["train[small]"])
    }

    @Test(
        "references are read in each of their forms",
        arguments: [
            ("prepare", InputReference.output(node: "prepare", variant: nil, path: "")),
            ("prepare.split", .output(node: "prepare", variant: nil, path: "split")),
            ("prepare.split/train.csv", .output(node: "prepare", variant: nil, path: "split/train.csv")),
            ("train[small]", .output(node: "train", variant: "small", path: "")),
            ("train[v1.5].model", .output(node: "train", variant: "v1.5", path: "model")),
            ("dataset://digits", .dataset(name: "digits", version: nil)),
            ("dataset://digits@12", .dataset(name: "digits", version: 12)),
        ])
    func references(_ pair: (String, InputReference)) throws {
        #expect(try InputReference.reading(pair.0) == pair.1)
    }

    @Test(
        "what is no reference is refused with its text",
        arguments: [
            "", ".split", "prepare.", "train[", "train[]", "train[small]x", "dataset://", "dataset://a@",
            "dataset://a@0", "dataset://a@1@2",
        ])
    func badReferences(_ text: String) {
        #expect(throws: PipelineError.badReference(text)) { try InputReference.reading(text) }
    }

    @Test("an unknown node is named with those there are")
    func unknownNode() {
        let spec = PipelineSpec(nodes: ["b": NodeSpec(step: "s", inputs: ["x": "a.out"])])
        #expect(throws: PipelineError.unknownNode("a.out", of: "b", known: ["b"])) { try PipelineGraph(spec) }
        let variant = PipelineSpec(nodes: [
            "a": NodeSpec(step: "s", forEach: ["one": [:]]), "b": NodeSpec(step: "s", after: ["a[two]"]),
        ])
        #expect(throws: PipelineError.unknownNode("a[two]", of: "b", known: ["a", "b"])) { try PipelineGraph(variant) }
    }

    @Test("a cycle names the nodes that wait for each other")
    func cycle() {
        let spec = PipelineSpec(nodes: [
            "a": NodeSpec(step: "s"), "b": NodeSpec(step: "s", after: ["a", "c"]),
            "c": NodeSpec(step: "s", after: ["b"]),
        ])
        #expect(throws: PipelineError.cycle(["b", "c"])) { try PipelineGraph(spec) }
    }

    @Test("a fan-out beyond the limit is refused")
    func tooMany() {
        let variants = Dictionary(
            uniqueKeysWithValues: (0...PipelineGraph.maximumNodes).map { ("v\($0)", [String: JSONValue]()) })
        let spec = PipelineSpec(nodes: ["a": NodeSpec(step: "s", forEach: variants)])
        #expect(throws: PipelineError.tooManyNodes(limit: PipelineGraph.maximumNodes)) { try PipelineGraph(spec) }
    }
}
