import Client
import Contract
import Foundation
import Kernel
import Testing

/// The scripts of `Tests/EndToEnd/mlflow`: an unmodified MLflow client against the real control plane.
@Suite(.serialized) struct MLflowClientTests {
    private static let scripts = Programs.root + "/Tests/EndToEnd/mlflow"

    @Test(
        "MLflow's own client is served", .timeLimit(.minutes(3)),
        arguments: try FileManager.default.contentsOfDirectory(atPath: Self.scripts).filter { $0.hasSuffix(".py") }
            .sorted())
    func script(_ name: String) async throws {
        // A script says in a line of its own which flags its server needs.
        let text = try String(contentsOfFile: Self.scripts + "/" + name, encoding: .utf8)
        let flags = text.firstMatch(of: /# martletd: (.+)/).map { $0.1.split(separator: " ").map(String.init) } ?? []
        let platform = try await Platform(localSlots: nil, flags: ["--insecure-local"] + flags)
        let outcome = try Programs.run(
            Programs.python, [Self.scripts + "/" + name], in: platform.folder.path,
            environment: ["MLFLOW_TRACKING_URI": platform.server, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"])
        #expect(outcome.exitCode == 0, "\(outcome.all) \(platform.folder.text("martletd.err"))")
    }

    @Test("the experiment Default is there when the server is ready", .timeLimit(.minutes(1)))
    func defaultExperiment() async throws {
        let platform = try await Platform(localSlots: nil, flags: ["--insecure-local"])
        let url = platform.server + "/api/2.0/mlflow/experiments/get?experiment_id=0"
        let read = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
        let outcome = try Programs.run(Programs.python, ["-c", read, url])
        #expect(outcome.stdout.contains("\"name\": \"Default\""), "\(outcome.all)")
    }

    @Test("a step's run is its MLflow run: its code logs to it, and what ran is there to read", .timeLimit(.minutes(2)))
    func step() async throws {
        let platform = try await Platform()
        let folder = try TemporaryFolder()
        try folder.write(
            """
            import mlflow
            with mlflow.start_run() as run:
                mlflow.log_param("depth", 3)
                mlflow.set_tag("colour", "green")
            print("logged to", run.info.run_id)
            """, to: "train.py")
        let outcome = try platform.martlet("run", "--", Programs.python, "train.py", in: folder.path)
        #expect(outcome.exitCode == 0, "\(outcome.all)")
        let run = try #require(try await platform.client.all(Routes.listRuns).first)
        #expect(outcome.all.contains("logged to \(run.id.hexadecimal)"))

        try folder.write(
            """
            import os, mlflow
            run = mlflow.get_run("\(run.id.hexadecimal)")
            project = mlflow.get_experiment(run.info.experiment_id)
            assert project.name == "\(run.project)", project.name
            assert run.info.status == "FINISHED" and run.info.end_time, run.info
            assert run.data.params["depth"] == "3" and run.data.tags["colour"] == "green", run.data
            assert run.data.tags["martlet.environment"] == "local", run.data.tags
            assert run.data.tags["martlet.run"] == "\(run.id)", run.data.tags
            assert float(run.data.tags["martlet.cost"]) >= 0
            """, to: "look.py")
        // What tracking says of a step follows the journal.
        _ = try await eventually("the step's end in its MLflow run") { () -> Bool? in
            let look = try Programs.run(
                Programs.python, ["look.py"], in: folder.path,
                environment: [
                    "MLFLOW_TRACKING_URI": platform.server, "MLFLOW_TRACKING_TOKEN": platform.token,
                ])
            guard look.exitCode == 0 else { throw NeverHappened(description: look.all) }
            return true
        }
    }
}
