import Contract
import Foundation
import Kernel
import Testing

@testable import Commands

@Suite struct ProjectFileTests {
    static func issues(_ text: String) -> [String] {
        ProjectFile(text: text).issues.map { "\($0.position.line):\($0.position.column): \($0.message)" }
    }

    @Test("the example's file is right, and is read field by field")
    func example() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Examples/digits/martlet.yaml"), encoding: .utf8)
        let file = ProjectFile(text: text)
        #expect(file.issues.isEmpty)
        #expect(file.spec.project == "digits")
        #expect(file.spec.steps["prepare"]?.declassify?.residency == .any)
        #expect(file.spec.steps["train"]?.resources == Resources(cpus: 1, memory: .gibibytes(1)))
        #expect(file.spec.steps["train"]?.timeout == .minutes(15))
        #expect(file.spec.steps["train"]?.environmentVariables?["OMP_NUM_THREADS"] == "1")
        #expect(file.spec.pipelines?["digits"]?.nodes["train"]?.forEach?["vectors"]?["repeats"] == 4)
        #expect(file.spec.pipelines?["digits"]?.nodes["deploy"]?.deploy?.traffic == ["champion": 90, "challenger": 10])
    }

    @Test("every field there is")
    func everything() {
        let file = ProjectFile(
            text: """
                project: all
                steps:
                  s:
                    command: "run {parameters.a}"
                    image: python:3.12
                    parameters: {a: 1, b: 0.5, c: text, d: [1, x], e: {f: true}, g: null}
                    inputs: [i]
                    outputs: [o.csv]
                    resources: {cpus: 0.5, memory: 512MiB, gpu: "H100:8"}
                    environment-variables: {X: "1"}
                    retry: {limit: 3, backoff: 2s, exit-codes: [75, 1]}
                    timeout: 1.5h
                    grace-period: 20s
                    placement: {environments: [a], providers: [aws, onprem], regions: [eu]}
                    declassify: {residency: [EU, UK], reason: because}
                    cache: false
                pipelines:
                  p:
                    on-failure: continue
                    nodes:
                      n: {step: s, inputs: {i: "dataset://d@latest"}, parameters: {a: 2}, for-each: {v: {b: 1}, w: }}
                """)
        #expect(file.issues.isEmpty)
        let step = StepSpec(
            command: .shell("run {parameters.a}"), image: "python:3.12",
            parameters: ["a": 1, "b": 0.5, "c": "text", "d": [1, "x"], "e": ["f": true], "g": .null], inputs: ["i"],
            outputs: ["o.csv"], resources: Resources(cpus: 0.5, memory: .mebibytes(512), gpu: "H100:8"),
            environmentVariables: ["X": "1"], retry: RetryPolicy(limit: 3, backoff: .seconds(2), exitCodes: [75, 1]),
            timeout: .minutes(90), gracePeriod: .seconds(20),
            placement: PlacementPolicy(environments: ["a"], providers: ["aws", "onprem"], regions: ["eu"]),
            declassify: Declassification(residency: .only(["EU", "UK"]), reason: "because"), cache: false)
        #expect(file.spec.steps["s"] == step)
        let node = NodeSpec(
            step: "s", inputs: ["i": "dataset://d@latest"], parameters: ["a": 2], forEach: ["v": ["b": 1], "w": [:]])
        #expect(file.spec.pipelines?["p"] == PipelineSpec(nodes: ["n": node], onFailure: .continue))
    }

    @Test("demands, sizes, estimates and goals as the issue of placement writes them")
    func demands() {
        let file = ProjectFile(
            text: """
                project: all
                steps:
                  train:
                    command: python train.py
                    estimate: {duration: 1h}
                    inputs: {x: {optional: true}, z: }
                    outputs: {y: {path: y/, size: 50GiB}}
                    resources: {gpu: "A100:8 | H100:8", cpus: "8+", memory: "32GiB..64GiB", spot: allowed, architecture: any}
                    placement: {environment: onprem-*, regions: [eu-*], residency: [EU], objective: cost, deadline: 4h, budget: $20}
                pipelines:
                  p:
                    placement: {objective: balanced, deadline: 8h, budget: 100}
                    nodes:
                      a: {step: train, inputs: {z: "dataset://d"}}
                      b: {step: train, inputs: {x: a.y, z: a.y}}
                      c: {step: train, inputs: {x: [a.y, b.y], z: a}}
                """)
        #expect(file.issues.isEmpty, "\(file.issues)")
        let step = StepSpec(
            command: .shell("python train.py"),
            inputs: StepInputs(["x": StepInput(optional: true), "z": StepInput()]),
            outputs: StepOutputs(["y": StepOutput(path: "y/", size: .gibibytes(50))]),
            resources: Resources(
                cpus: 8, memory: .gibibytes(32), maximumMemory: .gibibytes(64), gpu: "A100:8 | H100:8", spot: .allowed,
                architecture: .any),
            estimate: StepEstimate(duration: .hours(1)),
            placement: PlacementPolicy(
                environments: ["onprem-*"], regions: ["eu-*"], residency: .only(["EU"]), objective: .cost,
                deadline: .hours(4), budget: .dollars(20)))
        #expect(file.spec.steps["train"] == step)
        let pipeline = file.spec.pipelines?["p"]
        #expect(pipeline?.placement == PlacementGoal(objective: .balanced, deadline: .hours(8), budget: .dollars(100)))
        #expect(pipeline?.nodes["c"]?.inputs?["x"] == NodeInput(["a.y", "b.y"]))
        #expect(pipeline?.nodes["b"]?.inputs?["x"] == "a.y")
    }

    @Test("a demand that nobody can meet, a doubled key and a doubled name are told where they stand")
    func badDemands() {
        let found = Self.issues(
            """
            project: all
            steps:
              train:
                command: "true"
                inputs: [a, a]
                outputs: {y: {path: ../y}, z: {size: 0}}
                estimate: {duration: 0s}
                resources: {gpu: "H10O:8", cpus: 16..4, memory: 64GiB..16GiB}
                placement: {environment: a, environments: [b], deadline: 0s, budget: -1}
            """)
        for words in [
            "5:17: 'a' is listed twice.", "'../y' is no path under $MARTLET_OUTPUTS", "larger than 0 bytes",
            "A duration is longer than 0", "H10O",
            "'cpus' is a number of cores such as 4, 4+ or 4..16 here, not '16..4'",
            "'memory' is a size such as", "'environment' and 'environments' are the same",
            "A deadline is longer than 0",
        ] { #expect(found.contains { $0.contains(words) }, "\(words) in \(found)") }
    }

    @Test("everything that is wrong is told at once, with line, column and what was meant")
    func everyError() {
        let text = """
            project: x
            steps:
              train:
                comand: [python, t.py]
                resources: {cpus: 0, memory: big}
                parameters: {lr: 0.1, n: 3}
                outputs: [../x]
                retry: {limit: 1000, exit_codes: [1]}
                environment-variables: {A: 1}
              prep:
                command: "echo {parameters.foo}"
                outputs: [split]
            pipelines:
              p:
                nodes:
                  a: {step: trian}
                  b: {step: prep, after: [c]}
                  c: {step: prep, inputs: {x: b.splt}}
                  d:
                    step: train
                    parameters: {n: "a", lrr: 1}
                  e:
                    deploy: {endpoint: e, step: prep, model: m, traffic: {a: 50, b: 40}}
                    for-each: {a: {}}
            """
        #expect(
            Self.issues(text) == [
                "4:5: The step 'train' has no command. Add 'command:' with what is to be executed.",
                "4:5: The step 'train' has no key 'comand'. Did you mean 'command'?",
                "5:23: 0 CPUs cannot be had. Ask for more than 0, such as 1 or 0.5.",
                "5:34: 'memory' is a size such as 16GiB, 16GiB+ or 16GiB..64GiB here, not 'big'.",
                "7:15: '../x' cannot be the name of an output. Write a plain name without '/' and '..'.",
                "8:20: 1000 is not a limit. Write a number from 0 to 100.",
                "8:26: 'retry' has no key 'exit_codes'. Did you mean 'exit-codes'?",
                "9:32: The variable 'A' is a text here. Write it in quotes: \"1\".",
                "11:14: There is no parameter 'foo'. There are none.",
                "16:17: There is no step 'trian'. Did you mean 'train'?",
                "17:7: The nodes need each other in a circle: b → c → b. Remove one of these edges.",
                "18:35: There is no output of node 'b' named 'splt'. Did you mean 'split'?",
                "21:25: The parameter 'n' is a whole number, as its default 3 says, not a text.",
                "21:30: There is no parameter of step 'train' named 'lrr'. Did you mean 'lr'?",
                "23:53: The shares sum to 90, not to 100. Change one of them.",
                "24:9: Only a node with a 'step' can have 'for-each'. Remove it.",
            ])
    }

    @Test(
        "wrong shapes are told in words",
        arguments: [
            ("", "1:1: The file is empty. Begin with 'project:' and 'steps:'."),
            ("[1]", "1:1: A martlet.yaml is written as keys and values here, not as a list."),
            ("project: p\nsteps: [a]", "2:8: Steps are written as names with values here, not as a list."),
            ("project: p\nsteps:\n  s: run", "3:6: The step 's' is written as keys and values here, not as 'run'."),
            ("project: p\nsteps: {s: {command: {a: b}}}", "2:22: The command is a text here, not a map."),
            (
                "project: p\nsteps: {s: {command: x, cache: \"no\"}}",
                "2:32: 'cache' is true or false here, not 'no' in quotes."
            ),
            (
                "project: p\nsteps: {s: {command: x, timeout: 90}}",
                "2:34: The timeout is a duration such as 90s, 15m or 2h here, not '90'."
            ),
            (
                "project: p\nsteps: {s: {command: x, inputs: raw}}",
                "2:33: 'inputs' of a step is a list here, such as [a, b], not 'raw'."
            ),
            (
                "project: p\nsteps: {s: {command: x, declassify: {residency: any}}}",
                "2:37: 'declassify' needs 'reason'. Add it."
            ),
            ("steps: {s: {command: x}}", "1:1: The file does not say which project it is. Add 'project: <name>'."),
            ("project: p", "1:1: The file has no steps. Add 'steps:' with at least one."),
            (
                "project: p\nsteps: {s: {command: x}}\n---\na: b",
                "4:1: The file has more than one document. Keep one, without '---'."
            ),
            (
                "project: p\nsteps: {s: {command: x}}\npipelines: {p: {on-failure: retry, nodes: {n: {step: s}}}}",
                "3:29: 'on-failure' is stop or continue here, not 'retry'."
            ),
            (
                "project: p\nsteps: {s: {command: x}}\npipeline: {}",
                "3:1: A martlet.yaml has no key 'pipeline'. Did you mean 'pipelines'?"
            ),
            ("a: [", "2:1: This is not YAML"),
        ])
    func shapes(text: String, expected: String) {
        let found = Self.issues(text)
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }
}

@Suite struct DeclarationFileTests {
    @Test("the example's declarations are read, stores first")
    func example() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Examples/digits/environments.yaml"), encoding: .utf8)
        let file = DeclarationFile(text: text)
        #expect(file.issues.isEmpty)
        #expect(file.declarations.map(\.rank) == [0, 0, 0, 2, 2, 2])
        let price = Amortisation(
            hardware: .dollars(12_000), depreciation: TimeSpan("4y") ?? .zero, utilisation: 0.3, watts: 350,
            electricityPerKilowattHour: Money(decimal: "0.18") ?? .zero)
        let helsinki = Environment(
            name: "onprem-helsinki", provider: "onprem", region: "helsinki", zones: ["onprem", "FI", "EU"],
            amortisation: price,
            slots: 1, servingSlots: 2, store: "onprem-store", heartbeat: .seconds(2), term: .seconds(6))
        #expect(file.declarations.contains(.environment(helsinki)))
    }

    @Test("endpoints come last, with a revision named after model and version")
    func endpoint() {
        let file = DeclarationFile(
            text: """
                kind: Endpoint
                name: e
                project: p
                revisions:
                  - {model: m, version: 2, step: {command: [serve]}, traffic: 100}
                ---
                {kind: Store, name: s, type: file}
                """)
        #expect(file.issues.isEmpty)
        let revision = Revision(
            name: "m-v2", model: "m", version: 2, step: StepSpec(command: .arguments(["serve"])), traffic: 100,
            replicas: 1)
        #expect(
            file.declarations == [
                .store(Store(name: "s", type: "file", zones: [])),
                .endpoint(Endpoint(name: "e", project: "p", revisions: [revision])),
            ])
    }

    @Test("every error of every document is told")
    func errors() {
        let file = DeclarationFile(
            text: """
                kind: Stroe
                ---
                name: x
                ---
                kind: Store
                name: s
                zone: [EU]
                ---
                kind: Environment
                name: e
                provider: aws
                region: r
                store: s
                machine: m
                slots: two
                amortisation: {hardware: 1e3, depreciation: 4y, utilisation: 1, watts: 1}
                """)
        let found = file.issues.map { "\($0.position.line): \($0.message)" }
        #expect(
            found == [
                "1: There is no kind 'Stroe'. Did you mean 'Store'?",
                "3: The document does not say what it declares. Add 'kind: Store', 'PriceBook', 'Environment' or 'Endpoint'.",
                "5: A store needs 'type'. Add it.",
                "7: A store has no key 'zone'. Did you mean 'zones'?",
                "15: 'slots' is a whole number here, not 'two'.",
                "16: 'amortisation' needs 'electricity-per-kilowatt-hour'. Add it.",
                "16: An environment has a 'machine' or an 'amortisation', not both. Remove one.",
                "16: 'hardware' is an amount in dollars such as 0.18 here, not '1e3'.",
            ])
    }
}
