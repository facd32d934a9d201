import Contract
import Foundation
import Hummingbird
import Kernel
import NIOCore
import Synchronization
import Testing

@testable import Commands

@Suite struct FollowTests {
    /// A control plane that takes everything, runs what it is sent, and tells of it as the real one does.
    struct Stage: Sendable {
        let submissions = Submissions()
        let outcome: RunStatus
        let looks = Counter()

        final class Submissions: Sendable {
            let all = Mutex<[RunSubmission]>([])
            let uploads = Mutex<[String]>([])
        }

        func serve(_ router: Router<BasicRequestContext>) {
            router.answer(.get, "api/v1/journal") { _, _ in Page<JournalLine>(items: []) }
            router.get("api/v1/events") { _, _ in
                Response(
                    status: .ok,
                    body: .init { writer in
                        for sequence in Int64(1)...3 {
                            let line = JournalLine(
                                sequence: sequence, at: Timestamp(milliseconds: 0), actor: "a", kind: "run.started",
                                subject: "s",
                                project: nil, body: .null, hash: "")
                            try await writer.write(ByteBuffer(bytes: try line.serverSentEvent()))
                        }
                        try await writer.finish(nil)
                    })
            }
            router.answer(.post, "api/v1/uploads") { request, _ in
                let wanted = try await request.decoded(UploadRequest.self)
                let host = request.head.authority ?? ""
                let missing = wanted.blobs.map { blob in
                    (
                        blob.sha256.hex,
                        PresignedRequest(
                            method: "PUT", url: "http://\(host)/blobs/\(blob.sha256.hex)?sig=s", headers: [:],
                            expires: Timestamp(milliseconds: 0))
                    )
                }
                return UploadGrant(missing: Dictionary(uniqueKeysWithValues: missing))
            }
            router.put("blobs/:digest") { request, context in
                _ = try await request.body.collect(upTo: 1 << 20)
                let digest = context.parameters.get("digest") ?? ""
                self.submissions.uploads.withLock { $0.append(digest) }
                return Response(status: .ok)
            }
            router.answer(.post, "api/v1/runs") { request, _ in
                let submission = try await request.decoded(RunSubmission.self)
                self.submissions.all.withLock { $0.append(submission) }
                return Samples.run(1, .queued)
            }
            router.answer(.get, "api/v1/runs/:id") { _, _ in
                switch self.looks.increment() {
                case 1: Samples.run(1, .queued, reason: "no free slot")
                case 2: Samples.run(1, .running)
                default:
                    Samples.run(1, self.outcome, cost: 1_230_000, reason: self.outcome == .failed ? "exit code 3" : nil)
                }
            }
            router.get("api/v1/runs/:id/logs") { _, _ in
                Response(
                    status: .ok,
                    body: .init { writer in
                        for (id, event, data) in [
                            ("1:6", "log", "hello\n"), ("2:0", "retry", "2"), ("2:6", "log", "again\n"),
                            ("2:6", "end", self.outcome.rawValue),
                        ] {
                            try await writer.write(
                                ByteBuffer(string: "id: \(id)\nevent: \(event)\ndata: \(try Wire.text(data))\n\n"))
                        }
                        try await writer.finish(nil)
                    })
            }
            router.answer(.get, "api/v1/runs/:id/metrics") { _, _ in
                Page(
                    items: [1.5, 0.25].enumerated().map {
                        MetricPoint(
                            name: "loss", value: $0.element, step: Int64($0.offset), at: Timestamp(milliseconds: 0))
                    })
            }
        }
    }

    final class Counter: Sendable {
        private let count = Mutex(0)
        func increment() -> Int {
            self.count.withLock {
                $0 += 1
                return $0
            }
        }
    }

    @Test("a command in a folder without YAML is packed, run, followed, measured and priced")
    func command() async throws {
        let stage = Stage(outcome: .succeeded)
        try await withControlPlane {
            stage.serve($0)
        } _: { person in
            try person.write("print(1)", to: "my train.py")
            try person.write("secret", to: ".git/config")
            let outcome = await person.run(
                "run", "--cpus", "0.5", "--memory", "2GiB", "--timeout", "5m", "--", "python", "my train.py",
                "--epochs", "3")
            #expect(outcome.code == 0)
            #expect(outcome.out == "hello\nagain\n")
            for words in [
                "1 file, 8 B uploaded", "queued: no free slot", "running on onprem", "attempt 2:",
                "loss    0.25       2",
            ] {
                #expect(outcome.err.contains(words), "\(outcome.err)")
            }
            #expect(
                outcome.err.hasSuffix(
                    "✓ train succeeded in 2.5 s on onprem, cost $0.00123  run_00000000000000000000000001\n"))
            let submission = try #require(stage.submissions.all.withLock { $0.first })
            #expect(submission.step.command == .arguments(["python", "my train.py", "--epochs", "3"]))
            #expect(submission.step.resources == Resources(cpus: 0.5, memory: .gibibytes(2)))
            #expect(submission.step.timeout == .minutes(5))
            #expect(submission.project == String(person.folder.split(separator: "/").last ?? ""))
            #expect(submission.source?.entries.map(\.path) == ["my train.py"])
            #expect(submission.idempotencyKey != nil)
            #expect(stage.submissions.uploads.withLock { $0 } == submission.source?.entries.map(\.sha256.hex))
        }
    }

    @Test("a step of the file is run with the values that are given")
    func step() async throws {
        let stage = Stage(outcome: .failed)
        try await withControlPlane {
            stage.serve($0)
        } _: { person in
            try person.write(
                "project: p\nsteps: {train: {command: x, parameters: {lr: 0.1, name: a, n: 1}, inputs: [raw, other]}}",
                to: "sub/martlet.yaml")
            let outcome = await person.run(
                "run", "train", "-f", "sub/martlet.yaml", "--set", "lr=1", "--set", "name=1", "--input",
                "raw=dataset://digits@2",
                "--input", "other=run_00000000000000000000000005.split", "--environment", "aws")
            #expect(outcome.code == 1)
            #expect(outcome.err.contains("✗ train failed in 2.5 s on onprem, cost $0.00123: exit code 3"))
            let submission = try #require(stage.submissions.all.withLock { $0.first })
            #expect(submission.parameters == ["lr": 1, "name": "1"])
            #expect(submission.step.placement?.environments == ["aws"])
            #expect(
                submission.inputs == [
                    InputSpec(name: "raw", sources: ["": .dataset(name: "digits", version: 2)]),
                    InputSpec(name: "other", sources: ["": .output(run: ID(raw: 5), path: "split")]),
                ])
            for (arguments, words) in [
                (["trian"], "Did you mean 'train'?"), (["train", "--set", "lrr=1"], "Did you mean 'lr'?"),
                (["train", "--set", "n=1.5"], "is a whole number"), (["train", "--input", "raw=x"], "is no source"),
                (["train", "--memory", "much"], "is not a size"),
            ] {
                let refused = await person.run(["run"] + arguments + ["-f", "sub/martlet.yaml"])
                #expect(refused.err.contains(words))
                #expect([2, 4].contains(refused.code))
            }
        }
    }

    @Test("with JSON wanted, standard output is the run alone")
    func json() async throws {
        let stage = Stage(outcome: .succeeded)
        try await withControlPlane {
            stage.serve($0)
        } _: { person in
            let outcome = await person.run("run", "-o", "json", "--", "true")
            let run = try Wire.decode(Run.self, text: outcome.out)
            #expect(run.status == .succeeded)
            #expect(outcome.err.contains("hello\n"))
            let detached = await person.run("run", "--detach", "--", "true")
            #expect(detached.out == "run_00000000000000000000000001\n")
        }
    }

    @Test(
        "a pipeline is followed to its end, line by line, and its end is the exit code",
        arguments: [PipelineStatus.succeeded, .failed, .cancelled])
    func pipeline(end: PipelineStatus) async throws {
        let stage = Stage(outcome: .succeeded)
        let looks = Counter()
        try await withControlPlane { router in
            stage.serve(router)
            router.answer(.post, "api/v1/pipeline-runs") { request, _ in
                let submission = try await request.decoded(PipelineSubmission.self)
                #expect(submission.pipeline == "main" && submission.source?.entries.count == 1)
                return Samples.pipeline(.running, .waiting)
            }
            router.answer(.get, "api/v1/pipeline-runs/:id") { _, _ in
                switch looks.increment() {
                case 1: Samples.pipeline(.running, .waiting)
                case 2: Samples.pipeline(.running, .running)
                default: Samples.pipeline(end, end == .succeeded ? .succeeded : end == .failed ? .failed : .cancelled)
                }
            }
        } _: { person in
            try person.write(
                "project: p\nsteps: {t: {command: x}}\npipelines: {main: {nodes: {train: {step: t}}}}",
                to: "martlet.yaml")
            let outcome = await person.run("pipeline", "run")
            #expect(outcome.code == [.succeeded: 0, .failed: 1, .cancelled: 130][end])
            let mark = end == .succeeded ? "✓" : "✗"
            #expect(outcome.out.contains("● train running on onprem\n"))
            #expect(outcome.out.contains("\(mark) train \(end.rawValue) on onprem in 1.5 s, cost $0.000000005"))
            #expect(outcome.out.contains("\(mark) main \(end.rawValue) in 2.0 s, cost $0.000000005"))
            #expect(outcome.err.contains("martlet runs logs") == (end == .failed))
        }
    }
}
