import Client
import Contract
import Foundation
import Kernel
import Testing

@Suite(.serialized) struct BringYourOwnTests {
    @Test(
        "martlet run takes a script in a folder without YAML and prints log, metrics and price within a minute",
        .timeLimit(.minutes(2)))
    func ownScript() async throws {
        let platform = try await Platform()
        let folder = try TemporaryFolder()
        let word = UUID().uuidString
        try folder.write(
            """
            import json, os, pathlib
            print("hello from \(word)")
            for step in range(3):
                print(json.dumps({"step": step, "loss": 1 / (step + 1)}))
            pathlib.Path(os.environ["MARTLET_OUTPUTS"], "weights.txt").write_text(open("data/seed.txt").read())
            """, to: "my_train.py")
        try folder.write("42\n", to: "data/seed.txt")

        let began = ContinuousClock.now
        let outcome = try platform.martlet("run", "--", "python3", "my_train.py", in: folder.path)
        #expect(outcome.exitCode == 0, "\(outcome.all)")
        #expect(ContinuousClock.now - began < .seconds(60))
        #expect(outcome.all.contains("hello from \(word)"))
        #expect(outcome.all.contains("$"), "no price in: \(outcome.all)")

        let run = try #require(try await platform.client.all(Routes.listRuns).first)
        #expect(run.status == .succeeded)
        let points = try await platform.client.all(Routes.runMetrics, path: ["id": run.id.description])
        #expect(points.filter { $0.name == "loss" }.map(\.step) == [0, 1, 2])
        let tree = try await platform.client.call(Routes.getTree, path: ["digest": try #require(run.outputs).hex])
        #expect(tree.entries.map(\.path) == ["weights.txt"])
    }

    @Test("a script that fails gives its own exit code's verdict", .timeLimit(.minutes(1)))
    func failing() async throws {
        let platform = try await Platform()
        let folder = try TemporaryFolder()
        try folder.write("raise SystemExit(9)\n", to: "broken.py")
        let outcome = try platform.martlet("run", "--", "python3", "broken.py", in: folder.path)
        #expect(outcome.exitCode != 0)
        let run = try #require(try await platform.client.all(Routes.listRuns).first)
        #expect(run.status == .failed)
        #expect(run.exitCode == 9)
    }
}
