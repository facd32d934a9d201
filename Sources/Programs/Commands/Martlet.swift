package import ArgumentParser
import Contract
import Kernel
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The command line: one noun, one file.
///
/// A command reads its arguments and, where there is one, a YAML file; asks the control plane through `Client`; and writes what
/// it was told, as a table for people or as the API's own values. It decides nothing that the server decides: where a run goes,
/// what it costs and whether it may are told, not computed here. The one thing it judges itself is `martlet.yaml`, with
/// Contract's validator, so that every error is shown at once with line and column before anything is sent.
///
/// Results go to standard output and nothing else does. An error is one sentence on standard error, and the exit code is that
/// of its fault (design.md, section 7); a run or pipeline that failed is exit code 1. A secret is never an argument.
///
/// Starting up is kept cheap: one event loop thread, no TLS before the first https address, no Foundation beyond its essentials.
package struct Martlet: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Machine learning on every cloud and machine you have, from one place.",
        discussion: "Begin with 'martlet up' on one machine, or 'martlet login' for a control plane that runs already.",
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(name: "Begin:", subcommands: [UpCommand.self, LoginCommand.self]),
            CommandGroup(
                name: "Run:",
                subcommands: [
                    ValidateCommand.self, PlanCommand.self, RunCommand.self, PipelineCommand.self, RunsCommand.self,
                ]),
            CommandGroup(
                name: "Look after:",
                subcommands: [
                    EnvironmentsCommand.self, StoresCommand.self, DatasetsCommand.self, ModelsCommand.self,
                    EndpointsCommand.self, CatalogCommand.self, CostsCommand.self, ApplyCommand.self,
                ]),
            CommandGroup(name: "Serve:", subcommands: [WorkerCommand.self, GatewayCommand.self]),
        ])

    package init() {}

    /// What a run or pipeline that failed ends with: the command did its work, the work did not succeed.
    static let failedWork = ExitCode(1)

    /// Runs the process's command line.
    ///
    /// - Returns: the process's exit code.
    package static func launch(_ arguments: [String]) async -> Int32 {
        // A command waits more than it works; the programs that go on have connections to many sides.
        if !["worker", "gateway"].contains(arguments.first) { HTTPTransport.useOneThread() }
        return await self.run(arguments)
    }

    /// Runs one command line, in the surroundings of `Terminal.current`.
    ///
    /// - Returns: its exit code.
    package static func run(_ arguments: [String]) async -> Int32 {
        let terminal = Terminal.current
        do {
            try self.checkNoun(arguments)
            try await self.execute(arguments)
            return 0
        } catch let fault as any Fault {
            terminal.err(Self.sentence(fault, Style(hasColor: terminal.errHasColor)))
            return fault.kind.exitCode
        } catch is CancellationError {
            return FaultKind.cancelled.exitCode
        } catch {
            return Self.end(error, terminal)
        }
    }

    private static func execute(_ arguments: [String]) async throws {
        let parsed = try self.parseAsRoot(arguments)
        if var command = parsed as? any AsyncParsableCommand { return try await command.run() }
        var command = parsed
        try command.run()
    }

    /// - Throws: `invalid` with the nearest noun or verb when there is none of that name.
    private static func checkNoun(_ arguments: [String]) throws(PlainFault) {
        var place = "martlet"
        var nouns = Self.configuration.subcommands.map { $0.configuration }
        for word in arguments {
            guard !nouns.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
            if let next = nouns.first(where: { $0.commandName == word }) {
                nouns = next.subcommands.map { $0.configuration }
                place += " " + word
                continue
            }
            let near = NearestName.of(word, among: nouns.compactMap(\.commandName)).map { "Did you mean '\($0)'?" }
            throw PlainFault(.invalid, "There is no command '\(place) \(word)'. \(near ?? "See '\(place) --help'.")")
        }
    }

    /// Help, the version, an exit code, or an argument that is wrong.
    private static func end(_ error: any Error, _ terminal: Terminal) -> Int32 {
        let code = self.exitCode(for: error)
        let message = self.fullMessage(for: error)
        if code.isSuccess {
            terminal.line(message)
        } else if !message.isEmpty {
            terminal.note(message)
        }
        return code == .validationFailure ? FaultKind.invalid.exitCode : code.rawValue
    }

    private static func sentence(_ fault: any Fault, _ style: Style) -> String {
        let hint: String
        switch fault.kind {
        case .unauthenticated: hint = " Log in with 'martlet login', or set MARTLET_TOKEN."
        case .cancelled: return fault.message.printable + "\n"
        case .bug: hint = fault.detail.isEmpty ? "" : " (\(fault.detail))"
        case .unavailable:
            if case .unreachable = fault as? TransportError {
                hint = " Start one here with 'martlet up', or name another with --server."
            } else {
                hint = ""
            }
        default: hint = ""
        }
        return "\(style.bad("error:")) \(fault.message.printable)\(hint)\n"
    }
}
