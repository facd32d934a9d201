import Foundation

/// What asking for a plan and searching the catalog take as whole commands, from the shell to the last line.
struct PlacementCommandSuite {
    private static let times = 20
    private static let goal = 30.0

    let programs: Programs

    /// The pipeline of `docs/guides/plan.md`.
    private static let project = """
        project: demo
        steps:
          ingest:
            command: "true"
            estimate: {duration: 30m}
            outputs: {rows: {size: 200GiB}}
            resources: {cpus: 4+, memory: 16GiB+}
            placement: {residency: [EU]}
          train:
            command: "true"
            estimate: {duration: 4h}
            inputs: [rows]
            outputs: {model: {size: 10GiB}}
            resources: {gpu: "A100-80GB:8 | H100:8", cpus: "8+", memory: "32GiB+", spot: allowed}
            placement: {residency: [EU]}
          evaluate:
            command: "true"
            estimate: {duration: 1h}
            inputs: [model, rows]
            resources: {cpus: "8..16", memory: "32GiB+"}
        pipelines:
          nightly:
            nodes:
              ingest: {step: ingest}
              train: {step: train, inputs: {rows: ingest.rows}}
              evaluate: {step: evaluate, inputs: {model: train.model, rows: ingest.rows}}
        """

    func measure() async throws -> [MeasuredRow] {
        progress("placement: commands, \(Self.times) times each")
        let platform = try await Platform(programs: self.programs, configuration: .bare)
        let file = platform.folder.path + "/martlet.yaml"
        try Data(Self.project.utf8).write(to: URL(fileURLWithPath: file))
        let search = [
            "catalog", "search", "--gpu", "H100", "--min-memory", "80GiB", "--region", "eu*", "--spot", "--sort",
            "price",
        ]
        return try self.rows("`martlet catalog search --gpu H100 …`", search, platform, goal: Self.goal)
            + self.rows(
                "`martlet plan nightly --whole-catalog`", ["plan", "nightly", "--whole-catalog", "--file", file],
                platform,
                goal: nil)
    }

    private func rows(
        _ name: String, _ arguments: [String], _ platform: Platform, goal: Double?
    ) throws -> [MeasuredRow] {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": platform.folder.path, "MARTLET_SERVER": platform.server,
            "MARTLET_TOKEN": platform.adminToken,
        ]
        let log = platform.folder.path + "/martlet.log"
        // The first one draws the market and the map, which the server then keeps.
        let first = try ChildProcess.measure(
            self.programs.martlet, arguments, environment: environment, log: log, times: 1)
        let (cpu, wall) = try ChildProcess.measure(
            self.programs.martlet, arguments, environment: environment, log: log, times: Self.times)
        return [
            MeasuredRow(
                ours: Measurement(
                    name: name + ", on the clock", value: wall.median, unit: "ms", goal: goal.map { (.atMost, $0) },
                    note: "median of \(wall.count) (\(wall.range)); the first one \(first.wall.median.short) ms")),
            MeasuredRow(
                ours: Measurement(
                    name: name + ", CPU", value: cpu.median, unit: "ms", goal: goal.map { (.atMost, $0) },
                    note: "median of \(cpu.count) (\(cpu.range)), of the command itself")),
        ]
    }
}
