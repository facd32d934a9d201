import Client
import Contract
import Foundation
import Kernel
import Testing

@Suite(.serialized) struct LateWorkerTests {
    @Test("a worker that was stopped past its lease cannot commit when it goes on", .timeLimit(.minutes(3)))
    func lateCommit() async throws {
        let platform = try await Platform(localSlots: nil)
        try await platform.declare("first", zones: ["EU"], hardware: 1_000)
        try await platform.declare("second", zones: ["EU"], hardware: 100_000)
        let first = try await Machine(joining: "first", of: platform)
        let second = try await Machine(joining: "second", of: platform)

        // It goes on only when a file that the test makes is there, so the moment of each commit is the test's.
        let gate = try TemporaryFolder()
        let step = StepSpec(
            command: .shell(
                """
                echo started > "\(gate.path)/$MARTLET_ENVIRONMENT"
                until [ -e "\(gate.path)/go-$MARTLET_ENVIRONMENT" ]; do read -t 0.05 _ < /dev/zero || true; done
                echo "$MARTLET_ENVIRONMENT" > "$MARTLET_OUTPUTS/who"
                """), cache: false)
        let run = try await platform.client.call(
            Routes.submitRun, body: RunSubmission(project: "late", name: "late", step: step))

        _ = try await eventually("the run to compute in the first place") { gate.text("first").isEmpty ? nil : true }
        first.signal(SIGSTOP)
        _ = try await eventually("the run to compute in the second place") { gate.text("second").isEmpty ? nil : true }
        let lost = try await platform.attempts(run.id)
        #expect(lost.map(\.status) == [.lost, .running] || lost.map(\.status) == [.lost, .starting])

        // The late one goes on first and writes its output; the one that holds the run is still at work.
        try gate.write("", to: "go-first")
        first.signal(SIGCONT)
        _ = try await eventually("the late worker to be heard again") {
            try await platform.client.call(Routes.getEnvironment, path: ["name": "first"]).workers
                .first { $0.status == .live }
        }
        try gate.write("", to: "go-second")
        let ended = try await platform.ended(run.id)

        #expect(ended.status == .succeeded)
        #expect(ended.environment == "second")
        let attempts = try await platform.attempts(run.id)
        #expect(attempts.map(\.status) == [.lost, .succeeded])
        #expect(try await platform.journal().count { $0.kind == "run.succeeded" } == 1)
        // Both attempts are paid for, and the run's cost is their sum.
        #expect(attempts.allSatisfy { $0.cost > .zero })
        #expect(attempts.map(\.cost).total() == ended.cost)
        _ = second
    }
}
