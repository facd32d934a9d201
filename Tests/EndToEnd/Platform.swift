import Client
import Contract
import Foundation
import Kernel
import Synchronization

/// A `martletd` of a test: a data folder, the process on it now, and a client. Gone with its owner.
final class Platform: Sendable {
    struct Configuration: Encodable {
        struct LocalWorker: Encodable {
            var slots: Int
            var servingSlots: Int
        }
        var localWorker: LocalWorker?
        var gateway: Bool
        var zones: [String] = ["EU"]

        /// The local worker is left out explicitly where there is to be none.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(self.localWorker, forKey: .localWorker)
            try container.encode(self.gateway, forKey: .gateway)
            try container.encode(self.zones, forKey: .zones)
        }
        enum Key: String, CodingKey { case localWorker, gateway, zones }
    }

    let folder: TemporaryFolder
    private let state: Mutex<(process: Process?, server: String, gateway: String)>
    private let hasGateway: Bool
    /// A file system of its own for the data folder, seen by the process only.
    private let disk: SmallDisk?
    private let flags: [String]

    var data: String { self.folder.path + "/data" }
    /// The data folder as this test reaches it.
    var visibleData: String { (self.disk?.root ?? "") + self.data }
    var server: String { self.state.withLock { $0.server } }
    /// `http://host:port`; empty on a platform without a gateway.
    var gateway: String { self.state.withLock { $0.gateway } }
    var processID: Int32 { self.state.withLock { $0.process?.processIdentifier ?? 0 } }
    var log: String { self.folder.text("martletd.log") }

    /// Starts it on a fresh folder and waits until it is ready.
    ///
    /// - Parameter diskSize: in MiB; nil for a data folder on the disk that everything else lies on.
    init(localSlots: Int? = 2, gateway: Bool = false, diskSize: Int? = nil, flags: [String] = []) async throws {
        self.folder = try TemporaryFolder()
        self.flags = flags
        self.disk = try diskSize.map { [folder] in try SmallDisk(mebibytes: $0, at: folder.path + "/data") }
        self.state = Mutex((nil, "", ""))
        self.hasGateway = gateway
        let configuration = Configuration(
            localWorker: localSlots.map { .init(slots: $0, servingSlots: 2) }, gateway: gateway)
        try self.folder.write(String(decoding: JSONEncoder().encode(configuration), as: UTF8.self), to: "martletd.json")
        try await self.start()
    }

    deinit {
        self.kill()
        Self.killAll(mentioning: self.folder.path)
    }

    /// Starts the process and waits for its ready line, on the port it had before, if it had one.
    func start() async throws {
        let port = self.server.split(separator: ":").last.map(String.init) ?? "0"
        _ = try self.folder.handle("martletd.log")
        let process = Process()
        let line =
            (self.disk?.entry ?? []) + [
                Programs.martletd, "--data", self.data, "--port", port, "--gateway-port", "0", "--config",
                self.folder.path + "/martletd.json",
            ] + self.flags
        process.executableURL = URL(fileURLWithPath: line[0])
        process.arguments = Array(line.dropFirst())
        process.environment = Programs.environment(over: [:])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try self.folder.handle("martletd.log")
        process.standardError = try self.folder.handle("martletd.err")
        try process.run()
        self.state.withLock { $0.process = process }
        let server = try await self.ready("martletd ready ", process)
        self.state.withLock { $0.server = server }
        guard self.hasGateway else { return }
        let gateway = try await self.ready("martletd gateway ready ", process)
        self.state.withLock { $0.gateway = gateway }
    }

    /// The address of a ready line.
    private func ready(_ line: String, _ process: Process) async throws -> String {
        try await eventually("martletd's line '\(line)'") {
            if !process.isRunning {
                throw NeverHappened(description: "martletd ended: \(self.log) \(self.folder.text("martletd.err"))")
            }
            let lines = self.log.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return lines.first { $0.hasPrefix(line) }.map { String($0.dropFirst(line.count)) }
        }
    }

    /// SIGKILL, and waits for the end.
    func kill() {
        guard let process = self.state.withLock({ $0.process }), process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM, and the exit code.
    func terminate() -> Int32 {
        guard let process = self.state.withLock({ $0.process }), process.isRunning else { return -1 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    var token: String {
        let text = (try? String(contentsOfFile: self.visibleData + "/admin.token", encoding: .utf8)) ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var client: Client {
        let token = self.token
        return Client(server: self.server, token: { token })
    }

    /// A `martlet` command against this platform.
    func martlet(_ arguments: String..., in folder: String? = nil) throws -> Programs.Outcome {
        try self.martlet(arguments, in: folder)
    }

    func martlet(_ arguments: [String], in folder: String? = nil) throws -> Programs.Outcome {
        try Programs.run(
            Programs.martlet, arguments, in: folder,
            environment: ["MARTLET_SERVER": self.server, "MARTLET_TOKEN": self.token, "HOME": self.folder.path])
    }

    /// What `martletd journal verify` says of the data folder.
    func verifyJournal() throws -> Programs.Outcome {
        let line = (self.disk?.entry ?? []) + [Programs.martletd, "journal", "verify", "--data", self.data]
        return try Programs.run(line[0], Array(line.dropFirst()))
    }

    /// Every journal line so far, first first.
    func journal() async throws -> [JournalLine] {
        try await self.client.all(Routes.journal).sorted { $0.sequence < $1.sequence }
    }

    func run(_ id: ID<Run>) async throws -> Run {
        try await self.client.call(Routes.getRun, path: ["id": id.description])
    }

    func attempts(_ id: ID<Run>) async throws -> [Attempt] {
        try await self.client.all(Routes.runAttempts, path: ["id": id.description])
    }

    /// Waits until a run has ended.
    func ended(_ id: ID<Run>, within seconds: Double = 60) async throws -> Run {
        try await eventually("\(id) to end", within: seconds) {
            let run = try await self.run(id)
            return run.status.isTerminal ? run : nil
        }
    }

    /// Ends what a crashed control plane left behind: processes whose command line names the test's own folder.
    static func killAll(mentioning path: String) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let id = Int32(entry), id != ProcessInfo.processInfo.processIdentifier,
                let line = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline"),
                String(decoding: line, as: UTF8.self).contains(path)
            else { continue }
            Foundation.kill(id, SIGKILL)
        }
    }
}
