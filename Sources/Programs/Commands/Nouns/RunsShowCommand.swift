import ArgumentParser
import Client
import Contract
import Kernel

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
        facts.add(
            "residency",
            run.outputResidency.isAny && run.residency.isAny ? nil : "\(run.residency), outputs \(run.outputResidency)")
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
        self.sources.sorted { $0.key < $1.key }.map { key, source in (key.isEmpty ? "" : "\(key): ") + source.line }
            .joined(separator: ", ")
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
