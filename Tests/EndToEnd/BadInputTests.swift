import Client
import Contract
import Foundation
import Kernel
import Testing

/// What people get wrong, with the real programs: each is told in a sentence that names it, and nothing is started or lost.
@Suite(.serialized) struct BadInputTests {
    private struct Mistake {
        var arguments: [String]
        var exitCode: Int32
        /// All of them are in what is told.
        var words: [String]
        /// In the file, in place of what is right.
        var change: (right: String, wrong: String)?
    }

    private static let yaml = """
        project: wrong
        steps:
          make:
            command: 'echo x > "$MARTLET_OUTPUTS/thing"'
            outputs: [thing]
            parameters: {count: 3}
            resources: {cpus: 1}
          use:
            command: [cat, thing]
            inputs: [thing]
        pipelines:
          p:
            nodes:
              make: {step: make}
              use: {step: use, inputs: {thing: make.thing}}
        """

    /// The end-to-end test of a sentence is that of its way to the person; each has a test of its own where it is made.
    private static let mistakes = [
        Mistake(arguments: ["run", "mkae"], exitCode: 4, words: ["'mkae'", "Did you mean 'make'?"]),
        Mistake(
            arguments: ["run", "make"], exitCode: 2, words: ["6:5", "'paramters'", "Did you mean 'parameters'?"],
            change: ("parameters:", "paramters:")),
        Mistake(
            arguments: ["pipeline", "run", "p"], exitCode: 2, words: ["14:7", "make → use → make", "Remove one"],
            change: ("make: {step: make}", "make: {step: make, after: [use]}")),
        Mistake(
            arguments: ["run", "make", "--cpus", "0"], exitCode: 2, words: ["0 CPUs", "more than 0"]),
        Mistake(
            arguments: ["run", "make", "--set", "count=many"], exitCode: 2,
            words: ["'count'", "a whole number", "'many'"]),
        Mistake(
            arguments: ["run", "make", "--set", "cuont=4"], exitCode: 2, words: ["'cuont'", "Did you mean 'count'?"]),
        Mistake(
            arguments: ["pipeline", "run", "p"], exitCode: 2, words: ["'thng'", "Did you mean 'thing'?"],
            change: ("make.thing", "make.thng")),
        Mistake(
            arguments: ["pipeline", "run", "p"], exitCode: 2, words: ["'things'", "Did you mean 'thing'?"],
            change: ("inputs: {thing: make.thing}", "inputs: {things: make.thing}")),
        Mistake(
            arguments: ["run", "use", "--input", "thing=dataset://nothing"], exitCode: 2,
            words: ["dataset 'nothing'", "martlet datasets list"]),
        Mistake(
            arguments: ["run", "make"], exitCode: 2, words: ["'../thing'", "without '/' and '..'"],
            change: ("outputs: [thing]", "outputs: [../thing]")),
        Mistake(arguments: ["run", "use", "--file", "../nowhere/martlet.yaml"], exitCode: 4, words: ["nowhere"]),
        Mistake(arguments: ["runs", "show", "run_nonsense"], exitCode: 2, words: ["run_nonsense"]),
        Mistake(arguments: ["datasets", "add", "d", "."], exitCode: 4, words: ["'nostore'", "martlet stores"]),
    ]

    @Test("each mistake is told with its value and what to do next, and nothing is submitted", .timeLimit(.minutes(2)))
    func mistakes() async throws {
        let platform = try await Platform(localSlots: nil)
        for mistake in Self.mistakes {
            let folder = try TemporaryFolder()
            try folder.write(
                mistake.change.map { Self.yaml.replacingOccurrences(of: $0.right, with: $0.wrong) } ?? Self.yaml,
                to: "martlet.yaml")
            var arguments = mistake.arguments
            if arguments.first == "datasets" { arguments += ["--store", "nostore"] }
            let outcome = try platform.martlet(arguments, in: folder.path)
            #expect(outcome.exitCode == mistake.exitCode, "\(arguments): \(outcome.all)")
            for word in mistake.words {
                #expect(outcome.stderr.contains(word), "\(arguments): no \(word) in: \(outcome.stderr)")
            }
            #expect(outcome.stdout.isEmpty, "results only: \(outcome.stdout)")
        }
        #expect(try await platform.client.all(Routes.listRuns).isEmpty)
        #expect(try await platform.client.all(Routes.listPipelineRuns).isEmpty)
        #expect(try await platform.client.all(Routes.listDatasets).isEmpty)
    }

    @Test("what a client would have refused is refused by the server too", .timeLimit(.minutes(1)))
    func server() async throws {
        let platform = try await Platform(localSlots: nil)
        func step(_ change: (inout StepSpec) -> Void) -> StepSpec {
            var step = StepSpec(command: .shell("true"))
            change(&step)
            return step
        }
        let steps: [(StepSpec, String)] = [
            (step { $0.command = .shell(" ") }, "The command is empty"),
            (step { $0.command = .shell("echo {parameters.x}") }, "no parameter 'x'"),
            (step { $0.outputs = ["../x"] }, "'../x' cannot be the name of an output"),
            (
                step { $0.outputs = StepOutputs(["x": StepOutput(path: "../y")]) },
                "'../y' is no path under $MARTLET_OUTPUTS"
            ),
            (step { $0.resources = Resources(cpus: 0) }, "0 CPUs cannot be had"),
            (step { $0.resources = Resources(memory: .zero) }, "more than 0 bytes"),
            (step { $0.environmentVariables = ["MARTLET_X": "1"] }, "begin with MARTLET_"),
            (step { $0.timeout = .zero }, "longer than 0"),
            (step { $0.retry = RetryPolicy(limit: 1000) }, "1000 is not a limit"),
        ]
        for (step, words) in steps {
            let fault = await #expect(throws: (any Error).self) {
                let submission = RunSubmission(project: "wrong", name: "wrong", step: step)
                _ = try await platform.client.call(Routes.submitRun, body: submission)
            }
            #expect((fault as? any Fault)?.kind == .invalid)
            #expect((fault as? any Fault)?.message.contains(words) == true, "\(fault.map { "\($0)" } ?? "")")
        }
        #expect(try await platform.client.all(Routes.listRuns).isEmpty)
    }

    @Test("a folder that cannot be packed is refused before a byte travels, with the file that is to blame")
    func folders() async throws {
        let platform = try await Platform(localSlots: nil)
        let linked = try TemporaryFolder()
        try linked.write("", to: "train.py")
        try FileManager.default.createSymbolicLink(
            atPath: linked.path + "/passwords", withDestinationPath: "/etc/passwd")
        let escaping = try platform.martlet("run", "--", "true", in: linked.path)
        #expect(escaping.exitCode == 2)
        #expect(escaping.stderr.contains("'passwords'") && escaping.stderr.contains("'/etc/passwd'"))

        let large = try TemporaryFolder()
        for (name, size) in [("a.bin", 300), ("data/b.bin", 200), ("c.bin", 100), ("small.bin", 1)] {
            try large.write("", to: name)
            // Sparse: it has the size and takes no room.
            truncate("\(large.path)/\(name)", size << 20)
        }
        let began = ContinuousClock.now
        let refused = try platform.martlet("run", "--", "true", in: large.path)
        #expect(refused.exitCode == 2)
        #expect(ContinuousClock.now - began < .seconds(10), "sizes are looked at, not bytes")
        let words = ["601 MiB", "512 MiB", "'a.bin' (300 MiB)", "'data/b.bin' (200 MiB)", "'c.bin' (100 MiB)"]
        for word in words + [".martletignore"] {
            #expect(refused.stderr.contains(word), "no \(word) in: \(refused.stderr)")
        }
        #expect(!refused.stderr.contains("small.bin"))
        #expect(try await platform.client.all(Routes.listRuns).isEmpty)
        let stored = try await platform.client.call(Routes.getStore, path: ["name": "default"])
        #expect(stored.objects == 0)
    }

    @Test("a token that is wrong or has expired is exit code 3 and says whom to ask", .timeLimit(.minutes(1)))
    func tokens() async throws {
        let platform = try await Platform(localSlots: nil)
        let request = TokenRequest(name: "brief", role: .viewer, validFor: .milliseconds(1))
        let brief = try await platform.client.call(Routes.issueToken, body: request)
        _ = try await eventually("the token to expire") {
            SystemTime().now > (brief.token.expires ?? .init(milliseconds: 0)) ? true : nil
        }
        for (secret, words) in [
            ("no-such-token", "The token is wrong"), (brief.secret, "The token of 'brief' expired at"),
        ] {
            let outcome = try Programs.run(
                Programs.martlet, ["runs", "list"],
                environment: [
                    "MARTLET_SERVER": platform.server, "MARTLET_TOKEN": secret, "HOME": platform.folder.path,
                ])
            #expect(outcome.exitCode == 3, "\(outcome.all)")
            #expect(outcome.stderr.contains(words) && outcome.stderr.contains("admin"), "\(outcome.stderr)")
            #expect(!outcome.all.contains(secret))
        }
    }

    @Test("an output that was never written fails the run with what is there instead", .timeLimit(.minutes(1)))
    func outputNeverWritten() async throws {
        let platform = try await Platform(localSlots: 1)
        let folder = try TemporaryFolder()
        try folder.write(Self.yaml.replacingOccurrences(of: "OUTPUTS/thing", with: "OUTPUTS/thong"), to: "martlet.yaml")
        let outcome = try platform.martlet("run", "make", in: folder.path)
        #expect(outcome.exitCode == 1, "\(outcome.all)")
        #expect(outcome.all.contains("'thing'") && outcome.all.contains("thong"), "\(outcome.all)")
        let run = try #require(try await platform.client.all(Routes.listRuns).first)
        #expect(run.status == .failed && run.outputs == nil)
    }

    private static let names = [
        "with space", " leading and trailing ", "quote\"s' and `ticks`", "new\nline", "tab\t", "🦢 emoji/👩🏽‍🔬.txt",
        "ümlaut", "u\u{308}mlaut", "-rf", "$HOME", "back\\slash", "*", "semi;colon", "#hash", "%2F", ".hidden",
    ]

    @Test("files of any name reach the command and come back, byte for byte", .timeLimit(.minutes(2)))
    func anyName() async throws {
        let platform = try await Platform(localSlots: 1)
        let (folder, data, back) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
        for name in Self.names {
            try folder.write("source \(name)", to: "tree/\(name)")
            try data.write("input \(name)", to: name)
        }
        try folder.write(
            """
            project: names
            steps:
              copy:
                command: 'cp -r tree "$MARTLET_INPUTS/data" "$MARTLET_OUTPUTS/"'
                inputs: [data]
                outputs: [tree, data]
            """, to: "martlet.yaml")
        let added = try platform.martlet("datasets", "add", "data", data.path, "--store", "default")
        #expect(added.exitCode == 0, "\(added.all)")
        let outcome = try platform.martlet("run", "copy", "--input", "data=dataset://data", in: folder.path)
        #expect(outcome.exitCode == 0, "\(outcome.all)")
        let run = try #require(try await platform.client.all(Routes.listRuns).first)
        let fetched = try platform.martlet("runs", "download", run.id.description, "--to", back.path + "/out")
        #expect(fetched.exitCode == 0, "\(fetched.all)")
        for name in Self.names {
            #expect(back.text("out/tree/\(name)") == "source \(name)", "\(name.debugDescription)")
            #expect(back.text("out/data/\(name)") == "input \(name)", "\(name.debugDescription)")
        }
        let tree = try await platform.client.call(Routes.getTree, path: ["digest": try #require(run.outputs).hex])
        #expect(tree.entries.count == 2 * Self.names.count)
    }

    @Test("a line of ten megabytes and binary output are in the log, byte for byte", .timeLimit(.minutes(2)))
    func anyLog() async throws {
        let platform = try await Platform(localSlots: 1)
        let folder = try TemporaryFolder()
        try folder.write(
            """
            import os, sys
            sys.stdout.buffer.write(b"x" * 10_000_000 + b"\\n" + bytes(range(256)) * 4 + b"\\n")
            sys.stdout.buffer.flush()
            print('{"loss": 0.5}')
            """, to: "loud.py")
        let outcome = try platform.martlet("run", "--detach", "--", "python3", "loud.py", in: folder.path)
        #expect(outcome.exitCode == 0, "\(outcome.all)")
        let id = try #require(try await platform.client.all(Routes.listRuns).first?.id)
        let run = try await platform.ended(id)
        #expect(run.status == .succeeded, "\(run.reason ?? "")")
        let log = try await platform.client.bytes(Routes.runLogs, path: ["id": id.description])
        let binary = (0..<4).flatMap { _ in (0...255).map { UInt8($0) } }
        let expected =
            [UInt8](repeating: 120, count: 10_000_000) + [10] + binary + [10] + Array("{\"loss\": 0.5}\n".utf8)
        #expect(log == expected, "\(log.count) of \(expected.count) bytes")
        let points = try await platform.client.all(Routes.runMetrics, path: ["id": id.description])
        #expect(points.map(\.value) == [0.5])
    }
}
