import Foundation
import Testing

/// The demo is evidence, so it is a test.
@Suite(.serialized) struct DemoTests {
    @Test(
        "the demo takes real data to a served and costed model, through a dead worker and a cut cable",
        .timeLimit(.minutes(10)))
    func demo() throws {
        let folder = try TemporaryFolder()
        let demo = folder.path + "/demo"
        let outcome = try Programs.run(
            "/bin/bash", [Programs.root + "/scripts/demo", "--folder", demo, "--then-stop"])
        #expect(outcome.exitCode == 0, "\(outcome.all)")
        for sentence in [
            "SIGKILL to the worker of", "declared lost", "live again", "none of them went the same way twice",
            "steady again", "still cost $", "steps from the cache", "the same machine time", "The sums: runs $",
            "The journal is intact", "exit 1",
        ] {
            #expect(outcome.stdout.contains(sentence), "no '\(sentence)' in:\n\(outcome.stdout)")
        }
        let rows = folder.text("demo/predictions.csv").split(separator: "\n").dropFirst()
        #expect(rows.count == 500)
        let failed = rows.count { $0.split(separator: ",", omittingEmptySubsequences: false)[1] != "200" }
        #expect(failed == 0, "\(failed) of 500 predictions failed")
    }
}
