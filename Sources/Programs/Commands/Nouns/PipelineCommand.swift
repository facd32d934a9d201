import ArgumentParser
import Client
import Contract
import Kernel

struct PipelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "Run pipelines, and look after their runs.",
        subcommands: [
            PipelineRunCommand.self, PipelineListCommand.self, PipelineShowCommand.self, PipelineCancelCommand.self,
        ])
}

struct PipelineRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline and follow it to its end.",
        discussion:
            "Nodes whose command, source, parameters and inputs are unchanged are taken from the cache. Exit code 1 when it failed."
    )

    @Argument(help: ArgumentHelp("The pipeline; may be left out when there is only one.", valueName: "pipeline"))
    var pipeline: String?

    @Flag(help: "Do not follow it; print its id and return.")
    var detach = false

    @OptionGroup var file: FileOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let spec = try self.file.project()
        let name = try spec.pipelineName(self.pipeline)
        let client = try self.global.client()
        let source = try await Packer(client: client, terminal: self.global.terminal).upload(
            self.file.folder, rules: .source)
        let head = try await Follow.head(client)
        let run = try await client.call(
            Routes.submitPipeline,
            body: PipelineSubmission(spec: spec, pipeline: name, source: source, idempotencyKey: IdempotencyKey.make()),
            isIdempotent: true)
        if self.detach { return try self.global.show(run) { _ in "\(run.id)\n" } }
        self.global.note("\(run.id) started")
        try await PipelineFollower(client: client, global: self.global, id: run.id).follow(after: head)
    }
}

struct PipelineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List pipeline runs, newest first.")

    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let runs = try await self.global.client().all(Routes.listPipelineRuns, limit: self.page.limit)
        let now = SystemTime().now
        try self.global.show(runs, ifEmpty: "No pipeline runs. Start one with 'martlet pipeline run NAME'.") { runs in
            var table = Table(
                .init("pipeline run"), .init("pipeline"), .init("project"), .init("status"), .init("nodes", .right),
                .init("started"),
                .init("duration", .right), .init("cost", .decimal))
            for run in runs {
                table.add([
                    run.id.description, run.pipeline, run.project, run.status.rawValue,
                    "\(run.nodes.filter(\.status.isGood).count)/\(run.nodes.count)", Words.time(run.startedAt),
                    Words.duration(from: run.startedAt, to: run.endedAt, now: now), run.cost.description,
                ])
            }
            return table
        }
    }
}

/// The pipeline run that a command is about.
struct PipelineRunArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The pipeline run's id.", valueName: "pipeline run"))
    var id: ID<PipelineRun>

    var path: [String: String] { ["id": self.id.description] }
}

struct PipelineShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one pipeline run with its nodes.")

    @OptionGroup var run: PipelineRunArgument

    @Flag(name: .shortAndLong, help: "Go on until it ends.")
    var follow = false

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let client = try self.global.client()
        if self.follow {
            let head = try await Follow.head(client)
            return try await PipelineFollower(client: client, global: self.global, id: self.run.id).follow(after: head)
        }
        let run = try await client.call(Routes.getPipelineRun, path: self.run.path)
        try self.global.show(run) { PipelineTree(style: $0).text(run, now: SystemTime().now) }
    }
}

struct PipelineCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a pipeline run and its runs.")

    @OptionGroup var run: PipelineRunArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let run = try await self.global.client().call(Routes.cancelPipelineRun, path: self.run.path, isIdempotent: true)
        try self.global.show(run) { _ in
            "\(run.id) is \(run.status == .running ? "being stopped" : run.status.rawValue).\n"
        }
    }
}
