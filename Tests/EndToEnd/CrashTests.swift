import Client
import Contract
import Foundation
import Kernel
import Synchronization
import Testing

/// `kill -9` of the control plane at random moments: nothing that was acknowledged is lost, nothing is committed twice.
@Suite(.serialized) struct CrashTests {
    static let runs = Programs.isSoak ? 1000 : 200
    static let kills = Programs.isSoak ? 250 : 50

    @Test("kill -9 at random moments loses nothing and commits nothing twice", .timeLimit(.minutes(30)))
    func survivesKills() async throws {
        let platform = try await Platform(localSlots: 4)
        let kills = Mutex(0)
        async let submitted = Self.submit(to: platform) { kills.withLock { $0 } }
        var random = SystemRandomNumberGenerator()
        var moments: [Timestamp] = []
        for _ in 0..<Self.kills {
            let moment = Int.random(in: 5...400, using: &random)
            // The random moment itself: nothing to wait for but time.
            try await Task.sleep(for: .milliseconds(moment))
            platform.kill()
            moments.append(SystemTime().now)
            kills.withLock { $0 += 1 }
            try await platform.start()
        }
        let ids = try await submitted
        #expect(Set(ids).count == Self.runs)

        for (index, id) in ids.enumerated() {
            let run = try await platform.ended(id, within: 300)
            #expect(run.status == .succeeded, "\(id): \(run.reason ?? "")")
            let attempts = try await platform.attempts(id)
            #expect(attempts.count { $0.status == .succeeded } == 1, "\(id) was committed by more than one attempt")
            let tree = try await platform.client.call(Routes.getTree, path: ["digest": run.outputs?.hex ?? ""])
            #expect(tree.entries.map(\.path) == ["n-\(index)"])
        }
        let struck = try await Self.unfinished(at: moments, platform)
        #expect(struck.count { $0 > 0 } > Self.kills / 2, "most kills struck nothing: \(struck)")
        try await Self.audit(platform)
    }

    /// How many runs were acknowledged and not ended at each of the moments.
    private static func unfinished(at moments: [Timestamp], _ platform: Platform) async throws -> [Int] {
        let lines = try await platform.journal()
        let ends = Dictionary(
            lines.filter { $0.kind == "run.succeeded" }.map { ($0.subject, $0.at) },
            uniquingKeysWith: { first, _ in first })
        return moments.map { moment in
            lines.count { $0.kind == "run.submitted" && $0.at < moment && (ends[$0.subject] ?? moment) >= moment }
        }
    }

    /// Submits all runs, each until it is acknowledged, spread over all kills. They take up to 600 ms.
    private static func submit(
        to platform: Platform, kills: @Sendable () -> Int
    ) async throws -> [ID<Run>] {
        var ids: [ID<Run>] = []
        for index in 0..<Self.runs {
            let due = index * Self.kills / Self.runs
            _ = try await eventually("kill \(due)", within: 120) { kills() >= due ? true : nil }
            let command = "sleep 0.\(index % 7)\nprintf \(index) > \"$MARTLET_OUTPUTS/n-\(index)\""
            let step = StepSpec(command: .shell(command), cache: false)
            let submission = RunSubmission(project: "crash", name: "step", step: step, idempotencyKey: "crash-\(index)")
            ids.append(
                try await eventually("run \(index) to be acknowledged", within: 120) {
                    try await platform.client.call(Routes.submitRun, body: submission, isIdempotent: true).id
                })
        }
        return ids
    }

    /// The journal verifies, tells each success once, and the sums are equal.
    private static func audit(_ platform: Platform) async throws {
        let succeeded = try await platform.journal().filter { $0.kind == "run.succeeded" }
        #expect(succeeded.count == Self.runs)
        #expect(Set(succeeded.map(\.subject)).count == Self.runs)
        let runs = try await platform.client.all(Routes.listRuns).filter { $0.project == "crash" }
        #expect(runs.count == Self.runs)
        var ofLeases = Money.zero
        for run in runs {
            ofLeases =
                ofLeases
                + (try await platform.client.all(Routes.runLeases, path: ["id": run.id.description])).map(\.cost)
                .total()
        }
        let ledger = try await platform.client.all(Routes.ledger).filter { $0.run != nil }.map(\.amount).total()
        #expect(runs.map(\.cost).total() == ledger)
        #expect(ofLeases == ledger)
        #expect(platform.terminate() == 0)
        let verdict = try Programs.run(Programs.martletd, ["journal", "verify", "--data", platform.data])
        #expect(verdict.exitCode == 0, "\(verdict.all)")
    }
}
