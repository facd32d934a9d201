import Client
import Contract
import Foundation
import Kernel

/// A machine of a test: a `martlet worker` process that joined an environment by a join file.
final class Machine {
    let environment: String
    private let folder: TemporaryFolder
    private let server: String
    private var process = Process()

    var log: String { self.folder.text("worker.log") }

    /// Issues a join token, starts the worker and waits until it is live.
    init(joining environment: String, of platform: Platform) async throws {
        self.environment = environment
        self.folder = try TemporaryFolder()
        let file = try await platform.client.call(
            Routes.issueJoinToken, path: ["name": environment], body: JoinTokenRequest())
        try self.folder.write(Wire.text(file), to: "join.json")
        self.server = platform.server
        try self.start()
        _ = try await eventually("a live worker in \(environment)") {
            try await platform.client.call(Routes.getEnvironment, path: ["name": environment]).workers
                .first { $0.status == .live }
        }
    }

    /// Starts the worker's process, on the folder that it had before, if it had one.
    func start() throws {
        self.process = Process()
        self.process.executableURL = URL(fileURLWithPath: Programs.martlet)
        self.process.arguments = [
            "worker", "--server", self.server, "--join-file", self.folder.path + "/join.json",
        ]
        self.process.environment = Programs.environment(over: ["HOME": self.folder.path])
        self.process.currentDirectoryURL = URL(fileURLWithPath: self.folder.path)
        self.process.standardInput = FileHandle.nullDevice
        self.process.standardOutput = try self.folder.handle("worker.log")
        self.process.standardError = self.process.standardOutput
        try self.process.run()
    }

    func signal(_ number: Int32) { kill(self.process.processIdentifier, number) }

    /// Waits for the end of the process. 128 and its number for a signal.
    func exitCode() -> Int32 {
        self.process.waitUntilExit()
        let status = self.process.terminationStatus
        return self.process.terminationReason == .uncaughtSignal ? 128 + status : status
    }

    deinit {
        self.signal(SIGCONT)
        self.signal(SIGKILL)
        Platform.killAll(mentioning: self.folder.path)
    }
}

extension Platform {
    /// Declares an environment with a store of its own, its leases short so that tests need not wait long.
    func declare(
        _ name: String, provider: String = "onprem", region: String = "lab", zones: [String], machine: String? = nil,
        hardware: Int64 = 10_000
    ) async throws {
        let store = Store(
            name: name + "-store", type: "file", path: "stores/" + name, provider: provider, region: region,
            zones: zones)
        _ = try await self.client.call(Routes.putStore, path: ["name": store.name], body: store)
        let amortisation = Amortisation(
            hardware: Money(nanodollars: hardware * 1_000_000_000), depreciation: .hours(4 * 365 * 24),
            utilisation: 0.5, watts: 200,
            electricityPerKilowattHour: Money(nanodollars: 200_000_000))
        let environment = Environment(
            name: name, provider: provider, region: region, zones: zones, machine: machine,
            amortisation: machine == nil ? amortisation : nil, slots: 1, servingSlots: 1, store: store.name,
            heartbeat: .milliseconds(300), term: .milliseconds(1500))
        _ = try await self.client.call(Routes.putEnvironment, path: ["name": name], body: environment)
    }
}
