import ArgumentParser
import Client
import Contract
import Kernel

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Choose the control plane for the commands of this machine.",
        discussion: """
            Asks for the token, or reads it from a file or from standard input. Address and token are kept in \
            ~/.config/martlet/config.json, readable by you only. A token is never an argument.
            """)

    @Option(help: ArgumentHelp("The control plane's address.", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("A file that holds the token; '-' is standard input.", valueName: "path"))
    var tokenFile: String?

    func run() async throws {
        let terminal = Terminal.current
        let server = try Connection.checked(
            self.server ?? terminal.variables["MARTLET_SERVER"] ?? Settings.load(terminal.variables)?.server
                ?? Connection.defaultServer)
        var token = try self.tokenFile.map { try Connection.token(inFile: $0) }
        if token == nil {
            // One that asks for no token says so by answering.
            if let principal = try await Self.whoami(server, token: nil) {
                return try self.keep(server, nil, principal)
            }
            terminal.err("Token for \(server): ")
            token = terminal.readLine(true).map { $0.filter { !$0.isWhitespace } }
        }
        guard let token, !token.isEmpty else {
            throw PlainFault(
                .invalid, "No token was given. The first start of martletd writes one to admin.token in its folder.")
        }
        guard let principal = try await Self.whoami(server, token: token) else {
            throw PlainFault(.forbidden, "\(server) does not know this token. Check that all of it was copied.")
        }
        try self.keep(server, token, principal)
    }

    /// Nil when the control plane wants another token.
    private static func whoami(_ server: String, token: String?) async throws -> Principal? {
        do { return try await Client(server: server, token: { token }).call(Routes.whoami) } catch let fault
            as any Fault
        {
            if fault.kind == .unauthenticated { return nil }
            throw fault
        }
    }

    private func keep(_ server: String, _ token: String?, _ principal: Principal) throws {
        try Settings(server: server, token: token).save(Terminal.current.variables)
        Terminal.current.line("Logged in to \(server) as \(principal.name), role \(principal.role.rawValue).")
    }
}
