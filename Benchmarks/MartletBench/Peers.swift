import Foundation

/// Other people's programs, each in a Python environment of its own that `scripts/bench` makes.
struct Peers {
    /// `<folder>/<peer>/bin/…`; `<folder>/<peer>.missing` says why there is none.
    let folder: String

    /// - Returns: the program's path, or the reason why it is not there.
    func program(_ name: String, of peer: String) -> Result<String, Absence> {
        let path = "\(self.folder)/\(peer)/bin/\(name)"
        guard let reason = self.text("\(peer).missing") else {
            let isThere = FileManager.default.isExecutableFile(atPath: path)
            return isThere ? .success(path) : .failure(Absence(reason: "not installed"))
        }
        return .failure(Absence(reason: reason))
    }

    /// Its name with the version that was installed.
    func title(_ name: String, of peer: String) -> String { "\(name) \(self.text("\(peer).version") ?? "")".trimmed }

    struct Absence: Error {
        var reason: String
    }

    private func text(_ name: String) -> String? {
        (try? String(contentsOfFile: "\(self.folder)/\(name)", encoding: .utf8))?.trimmed
    }
}

/// A peer's command line and server, in a home folder of their own.
final class PeerPlatform {
    /// A server that is not ready after so many seconds is given up.
    private static let patience = 180.0
    /// A server that needs nothing from this machine but a file is ready by then, or waits for a network that is not there.
    private static let localPatience = 60.0

    let title: String
    let program: String
    let home: TemporaryFolder
    /// Milliseconds from its start until it answered.
    private(set) var readyAfter = 0.0
    /// Where its server listens, when it was told.
    private(set) var port: UInt16 = 0
    private let stopArguments: [String]
    private var server: ChildProcess?

    private init(title: String, program: String, stop: [String]) throws {
        self.title = title
        self.program = program
        self.home = try TemporaryFolder()
        self.stopArguments = stop
    }

    deinit { self.stop() }

    var environment: [String: String] {
        let folder = (self.program as NSString).deletingLastPathComponent
        return [
            "PATH": "\(folder):/usr/local/bin:/usr/bin:/bin", "HOME": self.home.path, Platform.tag: self.home.path,
            "SKYPILOT_DISABLE_USAGE_COLLECTION": "1", "LANG": "C.UTF-8",
        ]
    }

    var log: String { self.home.path + "/log" }
    var processes: [pid_t] { ProcessTable.tagged(Platform.tag, self.home.path) }

    /// SkyPilot with its API server, which its own command starts and which it leaves running.
    static func skyPilot(_ peers: Peers) throws -> PeerPlatform {
        let platform = try PeerPlatform(
            title: peers.title("SkyPilot", of: "skypilot"), program: try peers.program("sky", of: "skypilot").get(),
            stop: ["api", "stop"])
        let (_, wall) = try ChildProcess.measure(
            platform.program, ["api", "start"], environment: platform.environment, log: platform.log, times: 1)
        platform.readyAfter = wall.median
        return platform
    }

    /// dstack with its server, ready when it answers and has written down how its command line finds it.
    static func dstack(_ peers: Peers) throws -> PeerPlatform {
        let platform = try PeerPlatform(
            title: peers.title("dstack", of: "dstack"), program: try peers.program("dstack", of: "dstack").get(),
            stop: [])
        let port = try HTTPConnection.freePort()
        let start = ContinuousClock.now
        platform.server = try ChildProcess(
            platform.program, ["server", "--port", "\(port)", "-y"], environment: platform.environment,
            log: platform.log)
        while !Self.answers(port) || !FileManager.default.fileExists(atPath: platform.home.path + "/.dstack/config.yml")
        {
            guard ContinuousClock.now - start < .seconds(Self.localPatience) else {
                throw Peers.Absence(
                    reason:
                        "its server was not ready after \(Self.localPatience.short) s; it asks the network for prices first"
                )
            }
            usleep(20_000)
        }
        platform.readyAfter = (ContinuousClock.now - start) / .milliseconds(1)
        return platform
    }

    /// MLflow's server at its best: one worker, one SQLite file, no jobs.
    static func mlflow(_ peers: Peers) throws -> PeerPlatform {
        let platform = try PeerPlatform(
            title: peers.title("MLflow", of: "mlflow"), program: try peers.program("mlflow", of: "mlflow").get(),
            stop: [])
        platform.port = try HTTPConnection.freePort()
        let start = ContinuousClock.now
        var environment = platform.environment
        environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
        platform.server = try ChildProcess(
            platform.program,
            [
                "server", "--workers", "1", "--port", "\(platform.port)", "--backend-store-uri",
                "sqlite:///\(platform.home.path)/mlflow.db", "--artifacts-destination",
                platform.home.path + "/artifacts",
            ], environment: environment, log: platform.log)
        while !Self.answers(platform.port, "/health") {
            guard ContinuousClock.now - start < .seconds(Self.patience) else {
                throw Peers.Absence(reason: "its server was not ready after \(Self.patience.short) s")
            }
            usleep(20_000)
        }
        platform.readyAfter = (ContinuousClock.now - start) / .milliseconds(1)
        return platform
    }

    func stop() {
        if let server {
            server.stop()
        } else {
            _ = try? ChildProcess.measure(
                self.program, self.stopArguments, environment: self.environment, log: self.log, times: 1)
        }
        for id in self.processes { kill(id, SIGKILL) }
    }

    private static func answers(_ port: UInt16, _ path: String = "/") -> Bool {
        guard let connection = try? HTTPConnection(port: port) else { return false }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
        guard (try? connection.send(request)) != nil else { return false }
        var byte: UInt8 = 0
        return read(connection.descriptor, &byte, 1) == 1
    }
}

extension Peers {
    /// Does `work` with a peer's platform; a peer that is missing or fails becomes its reason.
    func figures(_ name: String, count: Int, _ work: () throws -> [PeerFigure]) -> [PeerFigure] {
        func failed(_ reason: String) -> [PeerFigure] {
            progress("\(name) is skipped: \(reason)")
            return Array(repeating: PeerFigure(program: name, value: nil, note: reason), count: count)
        }
        do { return try work() } catch let absence as Absence { return failed(absence.reason) } catch {
            return failed("\(error)")
        }
    }
}
