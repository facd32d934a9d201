import ArgumentParser
import Contract
import Kernel
import Logging
import Worker

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run work on this machine for an environment.",
        discussion: """
            The join file comes from 'martlet environments join'. It is needed once: afterwards the worker's own credentials lie in \
            its state folder. Ends on SIGTERM or Ctrl-C, after what runs has ended or been given back.
            """)

    @Option(help: ArgumentHelp("The control plane's address.", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("The file with which it joins.", valueName: "path"))
    var joinFile: String?

    @Option(
        help: ArgumentHelp(
            "Where it keeps credentials, cache and buffers; by default ~/.local/state/martlet/worker.",
            valueName: "folder"))
    var state: String?

    @Option(help: ArgumentHelp("What it is called; the machine's name when left out.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Runs at once; as the environment says when left out.", valueName: "count"))
    var slots: Int?

    @Option(help: ArgumentHelp("Replicas at once; as the environment says when left out.", valueName: "count"))
    var servingSlots: Int?

    @Option(help: ArgumentHelp("The address at which its replicas are reached.", valueName: "host"))
    var address: String?

    @Option(help: ArgumentHelp("How much of sources and inputs it keeps.", valueName: "size"))
    var cacheSize: String?

    func run() async throws {
        let terminal = Terminal.current
        let server = try self.server ?? Connection(server: nil, tokenFile: nil, variables: terminal.variables).server
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var options = WorkerOptions(
            server: try Connection.checked(server), joinFile: self.joinFile.map(FileOptions.absolute),
            state: StateFolderPath.of(self.state, program: "worker", terminal.variables), name: self.name,
            slots: self.slots,
            servingSlots: self.servingSlots, address: self.address)
        if let cacheSize {
            options.cacheSize = try ArgumentPairs.parse(cacheSize, "a size such as 10GiB", ByteCount.init)
        }
        try await WorkerProgram.run(options)
    }
}

/// Where programs that run on keep what must outlive them.
enum StateFolderPath {
    static func of(_ given: String?, program: String, _ variables: [String: String]) -> String {
        if let given { return FileOptions.absolute(given) }
        if let folder = variables["XDG_STATE_HOME"], folder.hasPrefix("/") { return "\(folder)/martlet/\(program)" }
        return "\(variables["HOME"] ?? "/root")/.local/state/martlet/\(program)"
    }
}
