import ArgumentParser
import Client
import Contract
import Kernel

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a step of martlet.yaml, or any command, and follow it.",
        usage: """
            martlet run <step> [--set name=value] [--input name=source]
            martlet run [--cpus count] [--memory size] -- <command> ...
            """,
        discussion: """
            The folder is packed (what .martletignore lists is left out), placed and run; the log is streamed, and at the end \
            metrics, price and place are shown. A command after '--' needs no martlet.yaml: the project is named after the \
            folder. Exit code 1 when the run failed.
            """)

    @Argument(help: ArgumentHelp("The step.", valueName: "step"))
    var step: String?

    @Argument(
        parsing: .postTerminator, help: ArgumentHelp("A command and its arguments, after '--'.", valueName: "command"))
    var command: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A parameter's value, over the step's default.", valueName: "name=value"))
    var parameters: [String] = []

    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            "Where an input comes from: dataset://name@version, or run_…[.output].", valueName: "name=source"))
    var inputs: [String] = []

    @Option(help: ArgumentHelp("Only in this environment; may be repeated.", valueName: "name"))
    var environment: [String] = []

    @Option(help: ArgumentHelp("Cores it needs.", valueName: "count"))
    var cpus: Double?

    @Option(help: ArgumentHelp("Memory it needs, such as 4GiB.", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("Accelerators it needs, such as H100:8.", valueName: "name:count"))
    var gpu: String?

    @Option(help: ArgumentHelp("A container image to run it in.", valueName: "image"))
    var image: String?

    @Option(help: ArgumentHelp("Stop it after this long, such as 2h.", valueName: "span"))
    var timeout: String?

    @Flag(help: "Do not follow it; print its id and return.")
    var detach = false

    @OptionGroup var file: FileOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if self.step == nil, self.command.isEmpty {
            throw ValidationError("Name a step, or write a command after '--', such as: martlet run -- python train.py")
        }
        if self.step != nil, !self.command.isEmpty {
            throw ValidationError("Name a step or write a command, not both.")
        }
    }

    func run() async throws {
        var submission = try self.submission()
        let client = try self.global.client()
        let packer = Packer(client: client, terminal: self.global.terminal)
        submission.source = try await packer.upload(self.folder, rules: .source)
        submission.idempotencyKey = IdempotencyKey.make()
        let head = try await Follow.head(client)
        let run = try await client.call(Routes.submitRun, body: submission, isIdempotent: true)
        if self.detach { return try self.global.show(run) { _ in "\(run.id)\n" } }
        self.global.note("\(run.id) submitted")
        try await RunFollower(client: client, global: self.global, id: run.id).follow(after: head)
    }

    /// Of a command the working directory, of a step the folder of its file.
    private var folder: String { self.step == nil ? self.global.terminal.folder : self.file.folder }

    private func submission() throws -> RunSubmission {
        var submission: RunSubmission
        if let name = self.step {
            let spec = try self.file.project()
            guard let step = spec.steps[name] else { throw Self.unknown(step: name, in: spec) }
            submission = RunSubmission(project: spec.project, name: name, step: step)
        } else {
            let folder = self.folder.split(separator: "/").last.map { String($0).printable } ?? "root"
            let program = self.command.first?.split(separator: "/").last.map { String($0).printable } ?? "command"
            // Whoever types a command wants it run, not what an earlier one left.
            let step = StepSpec(command: .arguments(self.command), cache: false)
            submission = RunSubmission(project: folder.truncated(to: 100), name: program.truncated(to: 100), step: step)
        }
        try self.adjust(&submission.step)
        // The server looks again; here it is told before anything is sent.
        try submission.step.check()
        submission.parameters = try ArgumentPairs.parameters(self.parameters, of: submission.step)
        submission.inputs = try ArgumentPairs.inputs(self.inputs)
        return submission
    }

    private func adjust(_ step: inout StepSpec) throws {
        var resources = step.resources ?? Resources()
        resources.cpus = self.cpus ?? resources.cpus
        resources.memory =
            try self.memory.map { try ArgumentPairs.parse($0, "a size such as 4GiB", ByteCount.init) }
            ?? resources.memory
        resources.gpu = self.gpu ?? resources.gpu
        if resources != Resources() { step.resources = resources }
        step.image = self.image ?? step.image
        step.timeout =
            try self.timeout.map { try ArgumentPairs.parse($0, "a duration such as 90s or 2h", TimeSpan.init) }
            ?? step.timeout
        if !self.environment.isEmpty {
            var placement = step.placement ?? PlacementPolicy()
            placement.environments = self.environment
            step.placement = placement
        }
    }

    private static func unknown(step: String, in spec: ProjectSpec) -> PlainFault {
        let known = spec.steps.keys.sorted()
        let hint =
            NearestName.of(step, among: known).map { "Did you mean '\($0)'?" }
            ?? "There are: \(known.joined(separator: ", "))."
        return PlainFault(.notFound, "There is no step '\(step)'. \(hint)")
    }
}

/// Makes a request that may be sent twice do its work once.
enum IdempotencyKey {
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        return ID<Run>(at: SystemTime().now, using: &random).description
    }
}

/// `name=value` as it is typed.
enum ArgumentPairs {
    /// Values in the types of the step's defaults: for a text default `1` is the text `1`.
    static func parameters(_ pairs: [String], of step: StepSpec) throws -> [String: JSONValue]? {
        if pairs.isEmpty { return nil }
        var values: [String: JSONValue] = [:]
        for pair in pairs {
            let (name, text) = try self.split(pair, "--set")
            guard let standard = step.parameters?[name] else {
                let hint = NearestName.of(name, among: Array((step.parameters ?? [:]).keys)).map {
                    " Did you mean '\($0)'?"
                }
                throw PlainFault(
                    .invalid, "The step has no parameter '\(name)'.\(hint ?? " Give it a default in martlet.yaml.")")
            }
            let value = standard.stringValue != nil ? .string(text) : (try? JSONValue(text: text)) ?? .string(text)
            guard standard.accepts(value) else {
                throw PlainFault(.invalid, "The parameter '\(name)' is \(standard.typeName), not '\(text)'.")
            }
            values[name] = value
        }
        return values
    }

    static func inputs(_ pairs: [String]) throws -> [InputSpec]? {
        if pairs.isEmpty { return nil }
        return try pairs.map { pair in
            let (name, text) = try self.split(pair, "--input")
            return InputSpec(name: name, sources: ["": try self.source(text)])
        }
    }

    private static func source(_ text: String) throws -> InputSource {
        if case .dataset(let name, let version) = InputReference(text) { return .dataset(name: name, version: version) }
        let run = text.prefix { $0 != "." }
        guard let id = ID<Run>(run) else {
            throw PlainFault(
                .invalid, "'\(text)' is no source. Write dataset://name, dataset://name@version, run_… or run_….output."
            )
        }
        return .output(run: id, path: String(text.dropFirst(run.count + 1)))
    }

    private static func split(_ pair: String, _ option: String) throws -> (String, String) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw PlainFault(.invalid, "'\(pair)' is not of the form name=value. Write \(option) name=value.")
        }
        return (String(parts[0]), String(parts[1]))
    }

    static func parse<Value>(_ text: String, _ what: String, _ make: (String) -> Value?) throws -> Value {
        guard let value = make(text) else { throw PlainFault(.invalid, "'\(text)' is not \(what).") }
        return value
    }
}
