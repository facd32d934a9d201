import ArgumentParser
import Contract
import Gateway
import Kernel
import Logging

struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Answer predictions on this machine by passing them to replicas.",
        discussion: """
            Serves POST /v1/endpoints/NAME/predict and /v2/models/NAME/… to whoever sends a token of role viewer or above, and goes \
            on while the control plane is away. Ends on SIGTERM or Ctrl-C, after what is under way has been answered.
            """)

    @Option(help: ArgumentHelp("The control plane's address.", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("A file that holds a token of role gateway.", valueName: "path"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "host"))
    var host: String = "0.0.0.0"

    @Option(help: ArgumentHelp("The port to listen on; 0 picks a free one.", valueName: "port"))
    var port: Int = 7071

    @Option(
        help: ArgumentHelp("Where it keeps its routes; by default ~/.local/state/martlet/gateway.", valueName: "folder")
    )
    var state: String?

    @Flag(help: "Ask for no token, and listen on 127.0.0.1 only.")
    var insecureLocal = false

    func run() async throws {
        let terminal = Terminal.current
        let server = try self.server ?? Connection(server: nil, tokenFile: nil, variables: terminal.variables).server
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        try await GatewayProgram.run(
            GatewayOptions(
                server: try Connection.checked(server), tokenFile: self.tokenFile.map(FileOptions.absolute),
                host: self.insecureLocal ? "127.0.0.1" : self.host, port: self.port,
                state: StateFolderPath.of(self.state, program: "gateway", terminal.variables),
                insecureLocal: self.insecureLocal))
    }
}
