import ArgumentParser
import Kernel
import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martletd --data DIR`: serves until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve. What martletd does by itself.")

    @Option(help: ArgumentHelp("The folder that keeps everything; made when it is missing.", valueName: "dir"))
    var data: String

    @Option(help: "The port of API and pages; 0 takes a free one.")
    var port = 7070

    @Option(help: "The port of the gateway that is started here; 0 takes a free one.")
    var gatewayPort = 7071

    @Option(help: ArgumentHelp("A JSON file; DIR/martletd.json when absent and there.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Keep MLflow's artifacts as plain files in this folder; DIR/mlflow-artifacts when absent.",
            valueName: "dir"))
    var mlflowArtifacts: String?

    @Flag(help: "Let MLflow's clients in by user name and password, with MLflow's permissions, or by token.")
    var basicAuth = false

    @Flag(help: "Ask for no token, and listen on 127.0.0.1 only.")
    var insecureLocal = false

    @Flag(help: "On SIGTERM leave the local worker and gateway running; the next start adopts them.")
    var leaveLocal = false

    func validate() throws {
        for port in [self.port, self.gatewayPort] where !(0...65_535).contains(port) {
            throw ValidationError("\(port) is not a port. Give a number from 0 to 65535.")
        }
        if self.mlflowArtifacts?.isEmpty == true {
            throw ValidationError("--mlflow-artifacts names no folder. Give the folder that keeps the files.")
        }
        if self.data.isEmpty { throw ValidationError("--data names no folder. Give the folder that keeps everything.") }
    }

    func run() async throws {
        // A reader of our output that went away is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        ProcessLimits.raiseOpenFiles()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        do {
            let options = try ServeOptions(
                data: self.data, port: self.port, gatewayPort: self.gatewayPort, configFile: self.config,
                insecureLocal: self.insecureLocal, leaveLocal: self.leaveLocal, mlflowArtifacts: self.mlflowArtifacts,
                basicAuth: self.basicAuth)
            try await ControlPlaneProcess(options: options).run()
        } catch let fault as any Fault {
            Output.complain(fault)
            throw ExitCode(fault.kind.exitCode)
        }
    }
}

/// What the kernel allows this process.
enum ProcessLimits {
    /// Each connection is an open file, and the usual soft limit of 1024 is below what we allow.
    static func raiseOpenFiles() {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
