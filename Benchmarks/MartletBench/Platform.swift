import Client
import Contract
import Foundation
import Kernel

/// A `martletd` on a data folder of its own, and clients of it. Gone with its owner.
final class Platform {
    /// What it starts besides itself.
    enum Configuration: String {
        /// A worker and a gateway, as without any configuration.
        case standard = "{}"
        case bare = #"{"localWorker": null, "gateway": false}"#
    }

    /// Marks everything that belongs to one platform, wherever it is started.
    static let tag = "MARTLET_BENCH"

    /// A start that takes longer has failed.
    private static let patience = 60.0

    let folder: TemporaryFolder
    let process: ChildProcess
    let server: String
    /// From the start of the process to its ready line, in milliseconds.
    let readyAfter: Double
    let adminToken: String

    init(programs: Programs, configuration: Configuration) async throws {
        self.folder = try TemporaryFolder()
        let configurationFile = self.folder.path + "/martletd.json"
        try Data(configuration.rawValue.utf8).write(to: URL(fileURLWithPath: configurationFile))
        let log = self.folder.path + "/martletd.log"
        let start = ContinuousClock.now
        self.process = try ChildProcess(
            programs.martletd,
            [
                "--data", self.folder.path + "/data", "--port", "0", "--gateway-port", "0", "--config",
                configurationFile,
            ],
            environment: [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.folder.path, Self.tag: self.folder.path,
            ], log: log)
        self.server = try Self.ready(self.process, log: log)
        self.readyAfter = (ContinuousClock.now - start) / .milliseconds(1)
        self.adminToken = try String(contentsOfFile: self.folder.path + "/data/admin.token", encoding: .utf8).trimmed
    }

    deinit { self.process.stop() }

    var port: UInt16 { UInt16(self.server.split(separator: ":").last ?? "") ?? 0 }

    var client: Client {
        let token = self.adminToken
        return Client(server: self.server, token: { token })
    }

    /// It, and what it started.
    var processes: [pid_t] { ProcessTable.tagged(Self.tag, self.folder.path) }

    private static func ready(_ process: ChildProcess, log: String) throws -> String {
        while let line = process.line(within: self.patience) {
            if line.hasPrefix("martletd ready ") { return String(line.dropFirst("martletd ready ".count)) }
        }
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        process.stop(patience: 1)
        throw ChildProcess.Failure(description: "martletd does not get ready: \(said.suffix(2000))")
    }
}
