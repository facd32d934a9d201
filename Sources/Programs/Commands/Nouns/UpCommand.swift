import ArgumentParser
import Contract
import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct UpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Start a control plane on this machine.",
        discussion: """
            Starts the program martletd that lies beside this one and becomes it, until Ctrl-C. Commands on this machine then use \
            it, unless they are logged in elsewhere.
            """)

    @Option(help: ArgumentHelp("Where everything is kept; by default ~/.local/share/martlet.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("The port of API and pages.", valueName: "port"))
    var port: Int = 7070

    @Option(help: ArgumentHelp("The port of the gateway for predictions.", valueName: "port"))
    var gatewayPort: Int = 7071

    @Option(help: ArgumentHelp("A configuration file for martletd.", valueName: "path"))
    var config: String?

    @Flag(help: "Ask for no token, and listen on this machine only.")
    var insecureLocal = false

    func run() throws {
        let terminal = Terminal.current
        let program = Self.besideThis("martletd")
        guard access(program, X_OK) == 0 else {
            throw PlainFault(.notFound, "There is no '\(program)'. Put martletd beside martlet, or start it yourself.")
        }
        let folder = self.data.map(FileOptions.absolute) ?? Self.defaultData(terminal.variables)
        try LocalFile.makeFolder(folder)
        var arguments = [
            "martletd", "--data", folder, "--port", String(self.port), "--gateway-port", String(self.gatewayPort),
        ]
        if let config { arguments += ["--config", FileOptions.absolute(config)] }
        if self.insecureLocal { arguments.append("--insecure-local") }
        try self.logIn(folder, terminal)
        let pointers = arguments.map { strdup($0) } + [nil]
        execv(program, pointers)
        throw PlainFault(.unavailable, "'\(program)' cannot be started: \(String(cString: strerror(errno))).")
    }

    /// Lets the commands of this machine find it and its token, unless they are logged in somewhere else.
    private func logIn(_ folder: String, _ terminal: Terminal) throws {
        guard self.port != 0 else { return }
        let server = "http://127.0.0.1:\(self.port)"
        let kept = try? Settings.load(terminal.variables)
        if let kept, kept.server != server || kept.token != nil {
            if kept.server != server { terminal.note("Commands on this machine stay logged in to \(kept.server).") }
            return
        }
        let settings = Settings(server: server, tokenFile: self.insecureLocal ? nil : folder + "/admin.token")
        try settings.save(terminal.variables)
        terminal.note("Commands on this machine use \(server) from now on.")
    }

    static func besideThis(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return name }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) + "/" + name
    }

    private static func defaultData(_ variables: [String: String]) -> String {
        if let folder = variables["XDG_DATA_HOME"], folder.hasPrefix("/") { return folder + "/martlet" }
        return (variables["HOME"] ?? "/root") + "/.local/share/martlet"
    }
}
