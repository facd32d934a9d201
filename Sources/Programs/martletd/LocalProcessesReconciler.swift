import Access
import CloudPorts
import Contract
import Digest
import Fleet
import Kernel
import LocalCloud
import Logging
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Keeps the worker and the gateway of this machine running, as processes of sessions of their own.
///
/// They outlive a crash of the control plane; the next one finds them by their files and goes on with them, unless it
/// listens elsewhere now. One that has ended is started again at the next look. On a graceful shutdown they are told to
/// stop while the server still answers them, unless the operator wants them left.
struct LocalProcessesReconciler: Service {
    /// How often they are looked at.
    static let period = Duration.seconds(2)
    /// What a worker's join token is good for: it is used at once.
    static let joinTokenLife = TimeSpan.minutes(5)
    static let gatewayGrace = TimeSpan.seconds(5)
    /// Between two looks whether the gateway listens; it does within some tens of milliseconds.
    static let gatewayLook = Duration.milliseconds(20)
    static let workerName = "local"

    let wiring: Wiring
    private let workers: LocalComputeDriver
    private let gateway: LocalProgram
    private let program: String

    init(wiring: Wiring) {
        self.wiring = wiring
        let variables = ProcessInfo.processInfo.environment
        self.program = Self.programBeside()
        self.workers = LocalComputeDriver(
            program: self.program, folder: wiring.options.files.workers, environment: variables)
        self.gateway = LocalProgram(
            program: self.program, folder: wiring.options.files.gateway, environment: variables)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.wiring.address.untilReady()
            await self.moveIfNeeded()
            var announced: String?
            while !Task.isCancelled {
                await self.attempt("worker") { try await self.keepWorker() }
                await self.attempt("gateway") { try await self.keepGateway() }
                announced = await self.announceGateway(unless: announced)
                try? await ContinuousClock().sleep(for: Self.period)
            }
        }
        guard !self.wiring.options.leaveLocal else { return }
        await self.stop()
    }

    private func stop() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.attempt("worker") { try await self.workers.release(Self.workerName) }
            }
            group.addTask {
                await self.attempt("gateway") { try await self.gateway.stop(grace: Self.gatewayGrace) }
            }
        }
    }

    /// A worker that was started by a server at another address would never find this one.
    private func moveIfNeeded() async {
        guard let server = self.wiring.address.local else { return }
        let file = self.wiring.options.files.localServer
        let before = PrivateFile.read(file).map { String(decoding: $0, as: UTF8.self) }
        guard before != server else { return }
        if before != nil { await self.stop() }
        await self.attempt("address") { try PrivateFile.write(server, to: file) }
    }

    private func keepWorker() async throws {
        guard self.wiring.options.configuration.localWorker != nil, let server = self.wiring.address.local else {
            return
        }
        let isRunning = try await self.workers.observe().contains { $0.name == Self.workerName && $0.status != .gone }
        guard !isRunning else { return }
        let join = try await self.wiring.workers.issueJoinToken(
            environment: Wiring.localEnvironment, validFor: Self.joinTokenLife)
        try await self.workers.launch(
            WorkerLaunch(
                name: Self.workerName, environment: Wiring.localEnvironment, server: server,
                joinFile: try Wire.text(join)))
    }

    private func keepGateway() async throws {
        guard self.wiring.options.configuration.gateway, let server = self.wiring.address.local else { return }
        let folder = self.wiring.options.files.gateway
        try await self.keepGatewayToken()
        let access = self.wiring.options.insecureLocal ? ["--insecure-local"] : ["--host", self.wiring.options.host]
        try await self.gateway.start(
            ["gateway", "--server", server, "--token-file", "\(folder)/token", "--state", folder] + access
                + ["--port", String(self.wiring.options.gatewayPort)])
    }

    /// Says where the gateway listens as soon as it does; that may be elsewhere after it was started again.
    ///
    /// - Returns: where it listens; nil when it does not yet.
    private func announceGateway(unless announced: String?) async -> String? {
        guard self.wiring.options.configuration.gateway else { return nil }
        let end = ContinuousClock.now + Self.period
        while !Task.isCancelled, ContinuousClock.now < end {
            if let address = self.gateway.said(in: "address") {
                if address != announced { Output.say("martletd gateway ready \(address)") }
                return address
            }
            try? await ContinuousClock().sleep(for: Self.gatewayLook)
        }
        return nil
    }

    /// The gateway's token lies in a file that it reads again when it is refused.
    private func keepGatewayToken() async throws {
        let path = "\(self.wiring.options.files.gateway)/token"
        if let bytes = PrivateFile.read(path) {
            let secret = String(decoding: bytes, as: UTF8.self).prefix { !$0.isWhitespace }
            do {
                _ = try await self.wiring.access.authenticate(String(secret))
                return
            } catch let fault as any Fault where fault.kind == .unauthenticated {}
        }
        let issued = try await self.wiring.access.issue(
            TokenRequest(name: "gateway \(Wiring.localEnvironment)", role: .gateway), by: .controlPlane)
        try self.gateway.write(issued.secret + "\n", to: "token")
    }

    private func attempt(_ what: String, _ work: () async throws -> Void) async {
        do { try await work() } catch is CancellationError {} catch let fault as any Fault {
            self.wiring.logger.warning("local \(what): \(fault.message) [\(fault.detail)]")
        } catch {
            self.wiring.logger.warning("local \(what): \(error)")
        }
    }

    /// `martlet` beside the program that runs.
    private static func programBeside() -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        return folder + "/martlet"
    }
}
