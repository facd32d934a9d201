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

struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one run.")

    @OptionGroup var run: RunArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let run = try await self.global.client().call(Routes.getRun, path: self.run.path)
        try self.global.show(run) { Self.facts(run).text($0) }
    }

    static func facts(_ run: Run) -> Facts {
        var facts = Facts()
        facts.add("run", run.id)
        facts.add("name", run.name)
        facts.add("project", run.project)
        facts.add("user", run.user)
        facts.add("status", RunFollower.line(run))
        facts.add("exit code", run.exitCode)
        facts.add("attempts", run.attempt)
        facts.add("command", run.step.command.line)
        for (name, value) in run.parameters.sorted(by: { $0.key < $1.key }) { facts.add("  \(name)", value.plain) }
        for input in run.inputs { facts.add("input \(input.name)", input.line) }
        facts.add("residency", run.outputResidency.isAny && run.residency.isAny ? nil : "\(run.residency), outputs \(run.outputResidency)")
        facts.add("pipeline run", run.pipelineRun)
        facts.add("node", run.node)
        facts.add("endpoint", run.endpoint)
        facts.add("address", run.url)
        facts.add("source", run.source)
        facts.add("outputs", run.outputs)
        facts.add("submitted", Words.time(run.submittedAt))
        facts.add("started", run.startedAt.map(Words.time))
        facts.add("ended", run.endedAt.map(Words.time))
        facts.add("duration", Words.duration(from: run.startedAt, to: run.endedAt, now: SystemTime().now))
        facts.add("cost", run.cost.exact)
        return facts
    }
}

extension Command {
    /// As one would type it.
    var line: String {
        switch self {
        case .shell(let text): text
        case .arguments(let arguments):
            arguments.map { $0.contains(where: \.isWhitespace) || $0.isEmpty ? "'\($0)'" : $0 }.joined(separator: " ")
        }
    }
}

extension InputSpec {
    /// Its sources in words.
    var line: String {
        self.sources.sorted { $0.key < $1.key }.map { key, source in (key.isEmpty ? "" : "\(key): ") + source.line }.joined(separator: ", ")
    }
}

extension InputSource {
    fileprivate var line: String {
        switch self {
        case .dataset(let name, let version): "dataset://\(name)" + (version.map { "@\($0)" } ?? "")
        case .output(let run, let path): path.isEmpty ? "\(run)" : "\(run).\(path)"
        case .model(let name, let version): "model \(name) version \(version)"
        case .tree(let digest, _): "tree \(digest)"
        }
    }
}

struct RunsLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Print what a run printed.")

    @OptionGroup var run: RunArgument

    @Flag(name: .shortAndLong, help: "Go on until the run ends.")
    var follow = false

    @Option(help: ArgumentHelp("The attempt's number; the latest when left out.", valueName: "number"))
    var attempt: Int?

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let client = try self.global.client()
        let id = self.run.id
        if self.follow {
            let follower = RunFollower(client: client, global: self.global, id: id)
            let attempt = self.attempt
            return try await Interrupt.detaching(
                { "Left \(id), which goes on. End it with 'martlet runs cancel \(id)'." },
                { try await follower.printLog(attempt: attempt) })
        }
        var decoder = UTF8Chunks()
        for try await chunk in try await client.log(of: id, attempt: self.attempt).body {
            self.global.terminal.out(decoder.take(chunk))
        }
        self.global.terminal.out(decoder.finish())
    }
}

/// Text out of bytes that may be cut within a character.
struct UTF8Chunks {
    private var rest: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) -> String {
        let all = self.rest + bytes
        // A character has at most four bytes; its first one says how many.
        let tail = all.indices.suffix(3).last { all[$0] & 0xC0 == 0xC0 }
        var end = all.count
        if let tail {
            let length = all[tail] >= 0xF0 ? 4 : all[tail] >= 0xE0 ? 3 : 2
            if tail + length > all.count { end = tail }
        }
        self.rest = Array(all[end...])
        return String(decoding: all[..<end], as: UTF8.self)
    }

    mutating func finish() -> String {
        defer { self.rest = [] }
        return String(decoding: self.rest, as: UTF8.self)
    }
}

struct RunsMetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "metrics", abstract: "List the metric points of a run.")

    @OptionGroup var run: RunArgument

    @Option(help: ArgumentHelp("Only this metric.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Show at most this many.", valueName: "count"))
    var limit: Int = 1000

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let points = try await self.global.client().all(
            Routes.runMetrics, path: self.run.path, query: ["name": self.name], limit: max(1, self.limit))
        try self.global.show(points, ifEmpty: "No metrics. Any line of JSON with numbers that a command prints is one.") { points in
            var table = Table(.init("metric"), .init("step", .right), .init("value", .decimal), .init("at"))
            for point in points { table.add([point.name, String(point.step), "\(point.value)", Words.time(point.at)]) }
            return table
        }
    }
}

struct RunsAttemptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "attempts", abstract: "List the attempts of a run, first first.")

    @OptionGroup var run: RunArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let attempts = try await self.global.client().all(Routes.runAttempts, path: self.run.path)
        let now = SystemTime().now
        try self.global.show(attempts, ifEmpty: "No attempts yet: the run waits for a slot.") { attempts in
            var table = Table(
                .init("#", .right), .init("status"), .init("site"), .init("claimed"), .init("duration", .right), .init("exit", .right),
                .init("cost", .decimal), .init("reason"))
            for attempt in attempts {
                table.add([
                    String(attempt.number), attempt.status.rawValue, attempt.environment, Words.time(attempt.claimedAt),
                    Words.duration(from: attempt.startedAt, to: attempt.endedAt, now: now), attempt.exitCode.map(String.init),
                    attempt.cost.description, attempt.reason,
                ])
            }
            return table
        }
    }
}

struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Cancel a run; a second time changes nothing.")

    @OptionGroup var run: RunArgument
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let run = try await self.global.client().call(Routes.cancelRun, path: self.run.path, isIdempotent: true)
        try self.global.show(run) { _ in
            run.status == .cancelled ? "\(run.id) is cancelled.\n"
                : run.status.isTerminal ? "\(run.id) has ended already: \(run.status.rawValue).\n" : "\(run.id) is being stopped.\n"
        }
    }
}
