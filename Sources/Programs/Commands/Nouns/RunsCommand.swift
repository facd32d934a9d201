import ArgumentParser
import Client
import Contract
import Kernel

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List, read and cancel runs, and fetch what they wrote.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsLogsCommand.self, RunsMetricsCommand.self,
            RunsAttemptsCommand.self, RunsDownloadCommand.self, RunsCancelCommand.self,
        ])
}

struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List runs, newest first.")

    @Option(help: ArgumentHelp("Only runs in this status, such as running or failed.", valueName: "status"))
    var status: RunStatus?

    @Option(help: ArgumentHelp("Only this project's.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("Only this pipeline run's.", valueName: "id"))
    var pipelineRun: ID<PipelineRun>?

    @Option(help: ArgumentHelp("Only this endpoint's replicas.", valueName: "name"))
    var endpoint: String?

    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let runs = try await self.global.client().all(
            Routes.listRuns,
            query: [
                "status": self.status?.rawValue, "project": self.project, "pipelineRun": self.pipelineRun?.description,
                "endpoint": self.endpoint,
            ], limit: self.page.limit)
        let now = SystemTime().now
        try self.global.show(runs, ifEmpty: "No runs. Start one with 'martlet run -- COMMAND'.") { runs in
            var table = Table(
                .init("run"), .init("name"), .init("project"), .init("status"), .init("site"), .init("submitted"),
                .init("duration", .right), .init("cost", .decimal))
            for run in runs {
                table.add([
                    run.id.description, run.node ?? run.name, run.project, run.status.rawValue, run.environment,
                    Words.time(run.submittedAt), Words.duration(from: run.startedAt, to: run.endedAt, now: now),
                    run.cost.description,
                ])
            }
            return table
        }
    }
}

extension RunStatus: ExpressibleByArgument {}

/// The run that a command is about.
struct RunArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The run's id.", valueName: "run"))
    var id: ID<Run>

    var path: [String: String] { ["id": self.id.description] }
}

struct RunsMetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "List the metric points of a run.")

    @OptionGroup var run: RunArgument

    @Option(help: ArgumentHelp("Only this metric.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Show at most this many.", valueName: "count"))
    var limit: Int = 1000

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let points = try await self.global.client().all(
            Routes.runMetrics, path: self.run.path, query: ["name": self.name], limit: max(1, self.limit))
        try self.global.show(points, ifEmpty: "No metrics. Any line of JSON with numbers that a command prints is one.")
        { points in
            var table = Table(.init("metric"), .init("step", .right), .init("value", .decimal), .init("at"))
            for point in points { table.add([point.name, String(point.step), "\(point.value)", Words.time(point.at)]) }
            return table
        }
    }
}

struct RunsAttemptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attempts", abstract: "List the attempts of a run, first first.")

    @OptionGroup var run: RunArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let attempts = try await self.global.client().all(Routes.runAttempts, path: self.run.path)
        let now = SystemTime().now
        try self.global.show(attempts, ifEmpty: "No attempts yet: the run waits for a slot.") { attempts in
            var table = Table(
                .init("#", .right), .init("status"), .init("site"), .init("claimed"), .init("duration", .right),
                .init("exit", .right),
                .init("cost", .decimal), .init("reason"))
            for attempt in attempts {
                table.add([
                    String(attempt.number), attempt.status.rawValue, attempt.environment, Words.time(attempt.claimedAt),
                    Words.duration(from: attempt.startedAt, to: attempt.endedAt, now: now),
                    attempt.exitCode.map(String.init),
                    attempt.cost.description, attempt.reason,
                ])
            }
            return table
        }
    }
}

struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a run; a second time changes nothing.")

    @OptionGroup var run: RunArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let run = try await self.global.client().call(Routes.cancelRun, path: self.run.path, isIdempotent: true)
        try self.global.show(run) { _ in
            run.status == .cancelled
                ? "\(run.id) is cancelled.\n"
                : run.status.isTerminal
                    ? "\(run.id) has ended already: \(run.status.rawValue).\n" : "\(run.id) is being stopped.\n"
        }
    }
}
