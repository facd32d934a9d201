import Contract
import Digest
import Glibc
import Kernel
import Synchronization
import Testing

@testable import Worker

@Suite struct AttemptTests {
    @Test("source, inputs and parameters reach the command; log, metrics and outputs come back; nothing stays behind")
    func wholeLife() async throws {
        let bench = try Bench()
        let script = """
            import json, os
            p = json.load(open(os.environ["MARTLET_PARAMETERS"]))
            text = open(os.environ["MARTLET_INPUTS"] + "/raw/a b.csv").read()
            os.makedirs(os.environ["MARTLET_OUTPUTS"] + "/model")
            open(os.environ["MARTLET_OUTPUTS"] + "/model/w\\n🐦.txt", "w").write(text * p["times"])
            print("hello")
            print(json.dumps({"step": 2, "loss": 0.5, "note": "n"}))
            """
        bench.plane.add(script, "1,2\n")
        let step = StepSpec(command: .arguments(["python3", "train.py"]), inputs: ["raw"], outputs: ["model"])
        let report = try await bench.run(
            Sample.assignment(
                step: step, parameters: ["times": 2], source: try Sample.tree(["train.py": script]),
                inputs: [AssignedInput(name: "raw", tree: try Sample.tree(["a b.csv": "1,2\n"]))]))
        #expect(report?.outcome == .succeeded && report?.exitCode == 0 && report?.fence == 1)
        #expect(report?.outputs == (try Sample.tree(["model/w\n🐦.txt": "1,2\n1,2\n"])))
        #expect(bench.plane.log(of: 1) == "hello\n{\"step\": 2, \"loss\": 0.5, \"note\": \"n\"}\n")
        let points = bench.plane.state.withLock { $0.metrics[Sample.id(1)] ?? [] }
        #expect(points.map(\.name) == ["loss"] && points.map(\.value) == [0.5] && points.map(\.step) == [2])
        #expect(bench.plane.state.withLock { $0.staged } == [Sample.blob("1,2\n1,2\n").sha256])
        #expect(bench.plane.state.withLock { $0.lastHeartbeat[Sample.id(1)]?.running } == true)
        #expect(bench.leftovers == [] && bench.workbench.roster.isEmpty)
    }

    @Test("the working folder is the source, and the temporary folder is the attempt's own")
    func folders() async throws {
        let bench = try Bench()
        let report = try await bench.run(
            Sample.assignment(step: Sample.shell("pwd; echo $TMPDIR; touch x $TMPDIR/y && ls")))
        #expect(report?.outcome == .succeeded)
        let folder = "\(bench.workbench.attempts)/\(Sample.id(1) as ID<Attempt>)"
        #expect(bench.plane.log(of: 1) == "\(folder)/source\n\(folder)/tmp\nx\n")
    }

    @Test("what is in the cache is not fetched again")
    func cache() async throws {
        let bench = try Bench(slots: 1)
        bench.plane.add("data")
        let input = AssignedInput(name: "raw", tree: try Sample.tree(["a": "data", "b": "data"]))
        let step = Sample.shell("cat $MARTLET_INPUTS/raw/*")
        bench.plane.submit(
            Sample.assignment(1, step: step, inputs: [input]), Sample.assignment(2, step: step, inputs: [input]))
        try await bench.working { _ = await bench.report(of: 2) }
        #expect(bench.plane.report(of: 1)?.outcome == .succeeded && bench.plane.log(of: 2) == "datadata")
        #expect(bench.plane.state.withLock { $0.downloads } == 1)
    }

    @Test("an exit code other than 0 fails the attempt, uploads nothing, and the log tells why")
    func failure() async throws {
        let bench = try Bench()
        let report = try await bench.run(
            Sample.assignment(step: Sample.shell("echo x > $MARTLET_OUTPUTS/y; echo oops >&2; exit 3")))
        #expect(report?.outcome == .failed && report?.exitCode == 3 && report?.outputs == nil)
        #expect(bench.plane.log(of: 1) == "oops\n" && bench.plane.state.withLock { $0.staged.isEmpty })
    }

    @Test("an output that was never written fails the attempt with a sentence that names it and says what is there")
    func missingOutput() async throws {
        let bench = try Bench()
        let step = Sample.shell(
            "touch $MARTLET_OUTPUTS/modle; mkdir $MARTLET_OUTPUTS/empty", outputs: ["model", "empty"])
        let report = try await bench.run(Sample.assignment(step: step))
        #expect(report?.outcome == .failed && report?.exitCode == 0)
        #expect(
            report?.reason
                == "The command wrote nothing to the declared outputs 'empty', 'model' under $MARTLET_OUTPUTS. What is there: 'modle'."
        )
    }

    @Test("an output that is a link out of the folder fails the attempt")
    func escapingOutput() async throws {
        let bench = try Bench()
        let report = try await bench.run(Sample.assignment(step: Sample.shell("ln -s /etc/passwd $MARTLET_OUTPUTS/x")))
        #expect(report?.outcome == .failed && report?.reason?.contains("'x' leads out of the folder") == true)
    }

    @Test("an image on a worker without a container engine is refused in words")
    func image() async throws {
        let bench = try Bench()
        let step = StepSpec(command: .shell("true"), image: "pytorch/pytorch:2.6")
        let report = try await bench.run(Sample.assignment(step: step))
        #expect(report?.outcome == .failed)
        #expect(
            report?.reason
                == "The step asks for the image 'pytorch/pytorch:2.6', but the worker 'bench' has no container engine: "
                + "neither podman nor docker was found. Install one there, or remove 'image' from the step.")
    }

    @Test("an input that lies nowhere fails the attempt, and one that cannot be reached now is waited for")
    func inputs() async throws {
        let bench = try Bench()
        let input = AssignedInput(name: "raw", tree: try Sample.tree(["a": "never uploaded"]))
        let report = try await bench.run(Sample.assignment(step: Sample.shell("true"), inputs: [input]))
        #expect(report?.outcome == .failed && report?.reason?.contains("lies in no store") == true)
    }

    @Test("a command that ignores SIGTERM is killed after its grace when it runs into its timeout")
    func timeout() async throws {
        let bench = try Bench()
        let step = Sample.shell(
            "trap 'echo stopping' TERM; echo on; while :; do sleep 0.01; done", timeout: .milliseconds(300),
            grace: .milliseconds(600))
        let report = try await bench.run(Sample.assignment(step: step))
        #expect(report?.outcome == .timedOut && report?.exitCode == 137)
        #expect(report?.reason == "The command ran longer than its timeout of 300ms and was stopped.")
        // The shell may have a word of its own about the sleep that the signal ended.
        #expect(bench.plane.log(of: 1).hasPrefix("on\n") && bench.plane.log(of: 1).contains("stopping\n"))
    }

    @Test("an order to stop cancels the run: SIGTERM, and whatever the command still says is kept")
    func stop() async throws {
        let bench = try Bench()
        bench.plane.submit(
            Sample.assignment(
                step: Sample.shell(
                    "trap 'echo saved; exit 0' TERM; echo on; while :; do sleep 0.01; done", grace: .seconds(20))))
        try await bench.working {
            #expect(await eventually { bench.plane.log(of: 1) == "on\n" })
            bench.plane.set { $0.orders[Sample.id(1)] = .stop }
            _ = await bench.report(of: 1)
        }
        #expect(bench.plane.report(of: 1)?.outcome == .cancelled && bench.plane.report(of: 1)?.exitCode == 0)
        #expect(bench.plane.log(of: 1).hasSuffix("saved\n"))
    }

    @Test("an attempt whose lease is lost is killed at once and reports nothing")
    func abandon() async throws {
        let bench = try Bench()
        bench.plane.submit(
            Sample.assignment(
                step: Sample.shell(
                    "trap '' TERM; echo $$ > ../../../pid; while :; do sleep 0.01; done", grace: .hours(1))))
        try await bench.working {
            #expect(await eventually { (try? bench.folder.process("pid")) ?? nil != nil })
            bench.plane.set {
                $0.orders[Sample.id(1)] = .abandon
                $0.superseded = [Sample.id(1)]
            }
            #expect(await eventually { bench.workbench.roster.isEmpty })
        }
        let process = try #require(try bench.folder.process("pid"))
        #expect(Glibc.kill(process, 0) == -1 && bench.plane.report(of: 1) == nil && bench.leftovers == [])
    }

    @Test("a late report is refused by the fence, which is final: the slot is free again")
    func fence() async throws {
        let bench = try Bench()
        bench.plane.set { $0.superseded = [Sample.id(1)] }
        bench.plane.submit(
            Sample.assignment(1, step: Sample.shell("echo late > $MARTLET_OUTPUTS/x")),
            Sample.assignment(2, step: Sample.shell("true")))
        try await bench.working {
            _ = await bench.report(of: 2)
            #expect(await eventually { bench.workbench.roster.isEmpty })
        }
        #expect(
            bench.plane.report(of: 1) == nil && bench.plane.report(of: 2)?.outcome == .succeeded
                && bench.leftovers == [])
    }

    @Test("outputs that cannot be committed make the run fail with the reason")
    func refusedCommit() async throws {
        let bench = try Bench()
        bench.plane.set { $0.reportFault = PlainFault(.invalid, "The blob abc is missing.") }
        let report = try await bench.run(Sample.assignment(step: Sample.shell("echo x > $MARTLET_OUTPUTS/x")))
        #expect(
            report?.outcome == .failed
                && report?.reason == "The outputs could not be committed: The blob abc is missing.")
    }

    @Test("a parameter that is missing, and a program that is not there, fail the attempt in words")
    func badCommands() async throws {
        let first = try Bench()
        var report = try await first.run(Sample.assignment(step: Sample.shell("echo {parameters.x}")))
        #expect(report?.outcome == .failed && report?.reason?.contains("{parameters.x}") == true)
        let second = try Bench()
        report = try await second.run(Sample.assignment(step: StepSpec(command: .arguments(["no-such-program"]))))
        #expect(
            report?.outcome == .failed && report?.exitCode == 127 && second.plane.log(of: 1).contains("was not found"))
    }

    @Test("slots bound how many commands run at once")
    func slots() async throws {
        let bench = try Bench(slots: 2)
        let step = Sample.shell(
            "mkdir ../../slot-$$; n=$(ls -d ../../slot-* | wc -l); rmdir ../../slot-$$; [ $n -le 2 ]")
        for number in UInt64(1)...12 { bench.plane.submit(Sample.assignment(number, step: step)) }
        try await bench.working {
            #expect(await eventually(within: .seconds(60)) { bench.plane.state.withLock { $0.reports.count } == 12 })
        }
        #expect(bench.plane.state.withLock { $0.reports.allSatisfy { $0.outcome == .succeeded } })
    }

    @Test("a replica gets a port, is ready when its health check answers, and is stopped without having failed")
    func replica() async throws {
        let bench = try Bench()
        let server = """
            import http.server, os
            class H(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200 if self.path == "/v2/health/ready" else 404); self.end_headers()
                def log_message(self, *a): pass
            http.server.HTTPServer(("", int(os.environ["MARTLET_PORT"])), H).serve_forever()
            """
        bench.plane.submit(
            Sample.assignment(
                kind: .replica,
                step: StepSpec(command: .arguments(["python3", "-c", server]), timeout: .milliseconds(1))))
        try await bench.working {
            #expect(
                await eventually { bench.plane.state.withLock { $0.lastHeartbeat[Sample.id(1)]?.readyPort } != nil })
            bench.plane.set { $0.orders[Sample.id(1)] = .stop }
            _ = await bench.report(of: 1)
        }
        #expect(bench.plane.report(of: 1)?.outcome == .cancelled)
    }

    @Test("a replica that ends by itself has failed")
    func deadReplica() async throws {
        let bench = try Bench()
        let report = try await bench.run(Sample.assignment(kind: .replica, step: Sample.shell("exit 0")))
        #expect(
            report?.outcome == .failed && report?.reason?.contains("a replica must serve until it is stopped") == true)
    }
}
