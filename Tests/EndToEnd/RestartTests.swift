import Client
import Contract
import Foundation
import Kernel
import Testing

/// Programs that are stopped and started again while a run is at work.
@Suite(.serialized) struct RestartTests {
    /// A run that ends when the test says so, and writes down its process and its place when it begins.
    private struct GatedRun {
        let gate: TemporaryFolder
        let id: ID<Run>

        init(on platform: Platform) async throws {
            self.gate = try TemporaryFolder()
            let command = """
                echo $$ > "\(self.gate.path)/$MARTLET_ENVIRONMENT"
                until [ -e "\(self.gate.path)/go" ]; do read -t 0.05 _ < /dev/zero || true; done
                echo done > "$MARTLET_OUTPUTS/end"
                """
            let step = StepSpec(command: .shell(command), cache: false)
            self.id = try await platform.client.call(
                Routes.submitRun, body: RunSubmission(project: "restart", name: "gated", step: step)
            ).id
        }

        /// Waits until it computes there.
        @discardableResult
        func process(in environment: String) async throws -> Int32 {
            try await eventually("the run to compute in \(environment)") {
                Int32(self.gate.text(environment).trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }

        func open() throws { try self.gate.write("", to: "go") }
    }

    private static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 }

    private static func worker(in environment: String, of platform: Platform) async throws -> Worker? {
        try await platform.client.call(Routes.getEnvironment, path: ["name": environment]).workers.first
    }

    @Test(
        "a worker that is told to stop lets its command end, takes nothing more and exits with 0",
        .timeLimit(.minutes(2)))
    func drains() async throws {
        let platform = try await Platform(localSlots: nil)
        try await platform.declare("lab", zones: ["EU"])
        let machine = try await Machine(joining: "lab", of: platform)
        let run = try await GatedRun(on: platform)
        try await run.process(in: "lab")
        machine.signal(SIGTERM)
        _ = try await eventually("the worker to drain") {
            try await Self.worker(in: "lab", of: platform)?.status == .draining ? true : nil
        }
        let next = try await GatedRun(on: platform)
        try run.open()
        #expect(machine.exitCode() == 0, "\(machine.log)")
        let ended = try await platform.run(run.id)
        #expect(ended.status == .succeeded, "the report came before the end: \(ended.reason ?? "")")
        #expect(try await platform.attempts(run.id).map(\.status) == [.succeeded])
        #expect(try await platform.run(next.id).status == .queued)
        #expect(try await platform.attempts(next.id).isEmpty)

        // Started again it takes what waited.
        try next.open()
        try machine.start()
        #expect(try await platform.ended(next.id).status == .succeeded)
    }

    @Test("a worker that is told twice gives its run back, and another one takes it", .timeLimit(.minutes(2)))
    func handsBack() async throws {
        let platform = try await Platform(localSlots: nil)
        try await platform.declare("first", zones: ["EU"], hardware: 1_000)
        try await platform.declare("second", zones: ["EU"], hardware: 100_000)
        let first = try await Machine(joining: "first", of: platform)
        let second = try await Machine(joining: "second", of: platform)
        let run = try await GatedRun(on: platform)
        let command = try await run.process(in: "first")
        first.signal(SIGTERM)
        _ = try await eventually("the worker to drain") {
            try await Self.worker(in: "first", of: platform)?.status == .draining ? true : nil
        }
        first.signal(SIGTERM)
        #expect(first.exitCode() == 0, "\(first.log)")
        #expect(!Self.isAlive(command))
        try await run.process(in: "second")
        try run.open()
        let ended = try await platform.ended(run.id)
        #expect(ended.status == .succeeded && ended.environment == "second")
        let attempts = try await platform.attempts(run.id)
        #expect(attempts.map(\.status) == [.failed, .succeeded], "given back, not lost: \(attempts.map(\.reason))")
        _ = second
    }

    @Test(
        "a worker that is killed comes back on its folder as the same one, and the run is tried again",
        .timeLimit(.minutes(2)))
    func killed() async throws {
        let platform = try await Platform(localSlots: nil)
        try await platform.declare("lab", zones: ["EU"])
        let machine = try await Machine(joining: "lab", of: platform)
        let before = try #require(try await Self.worker(in: "lab", of: platform))
        let run = try await GatedRun(on: platform)
        let command = try await run.process(in: "lab")
        machine.signal(SIGKILL)
        #expect(machine.exitCode() == 128 + SIGKILL)
        _ = try await eventually("the command to die with its worker") { Self.isAlive(command) ? nil : true }
        try run.gate.write("", to: "lab")
        try machine.start()
        #expect(try await run.process(in: "lab") != command)
        try run.open()
        #expect(try await platform.ended(run.id).status == .succeeded)
        let attempts = try await platform.attempts(run.id)
        #expect(attempts.map(\.status) == [.lost, .succeeded])
        #expect(Set(attempts.map(\.worker)) == [before.id], "no second join token was used")
        let workers = try await platform.client.call(Routes.getEnvironment, path: ["name": "lab"]).workers
        #expect(workers.map(\.id) == [before.id])
    }

    @Test(
        "a martletd that is killed and started again goes on with its worker and gateway and their work",
        .timeLimit(.minutes(2)))
    func adopts() async throws {
        let platform = try await Platform(localSlots: 1, gateway: true)
        let run = try await GatedRun(on: platform)
        let command = try await run.process(in: "local")
        let before = try await eventually("worker and gateway to run") {
            let found = Self.locals(of: platform)
            return found.count == 2 ? found : nil
        }
        platform.kill()
        #expect(Self.isAlive(command))
        try await platform.start()
        // It has looked at them when a new run can be placed beside them and the old one ends as if nothing had been.
        try run.open()
        let ended = try await platform.ended(run.id)
        #expect(ended.status == .succeeded, "\(ended.reason ?? "")")
        #expect(try await platform.attempts(run.id).map(\.status) == [.succeeded], "the first attempt went on")
        let next = try await GatedRun(on: platform)
        try next.open()
        #expect(try await platform.ended(next.id).status == .succeeded)
        #expect(Self.locals(of: platform) == before)
        #expect(platform.terminate() == 0)
        _ = try await eventually("both to end with it") { Self.locals(of: platform).isEmpty ? true : nil }
    }

    /// The worker and the gateway that a control plane started, by their numbers: those that lead a session.
    private static func locals(of platform: Platform) -> Set<Int32> {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return Set(
            entries.compactMap { Int32($0) }.filter { id in
                let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
                let words = String(decoding: line, as: UTF8.self).split(separator: "\0")
                return words.contains { $0.hasPrefix(platform.data + "/local") } && getsid(id) == id
                    && words.contains { $0 == "worker" || $0 == "gateway" }
            })
    }
}
