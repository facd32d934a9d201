import ArgumentParser
import Kernel

/// `martletd`: the control plane. Serves when no subcommand is named.
@main
struct MartletdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martletd",
        abstract: "The control plane of Martlet: API, pages, scheduler, ledger.",
        discussion: """
            Keeps everything in one folder and starts a worker and a gateway on this machine by itself. The first start \
            prints an admin token and writes it to DIR/admin.token.
            """,
        version: "martletd 0.1.0",
        subcommands: [ServeCommand.self, JournalCommand.self, CatalogCommand.self],
        defaultSubcommand: ServeCommand.self)

    static func main() async {
        do {
            var command = try self.parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            let code = self.exitCode(for: error)
            // A wrong argument is `invalid`, as everywhere.
            guard code == .validationFailure else { self.exit(withError: error) }
            Output.complain(PlainFault(.invalid, "\(self.message(for: error)) See 'martletd --help'."))
            self.exit(withError: ExitCode(FaultKind.invalid.exitCode))
        }
    }
}
