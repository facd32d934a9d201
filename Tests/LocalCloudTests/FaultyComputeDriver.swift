import CloudPorts
import Foundation
import Kernel
import Synchronization

/// A driver of workers that breaks one sentence of the contract, to prove that the suite notices.
struct FaultyComputeDriver: ComputeDriver {
    /// What is broken; its raw value is the check that must notice.
    enum Fault: String, CaseIterable, Sendable {
        case hidesLaunches = "what was launched is observed at once and runs"
        case startsAnew = "a second launch of a name changes nothing and succeeds"
        case startsAlways = "racing launches of a name start one worker"
        case releasesAll = "workers of different names are apart"
        case neverGone = "a worker that ended by itself is gone, and may be launched again"
        case failsReleaseOfNothing = "a release succeeds where nothing is"
        case releasesNothing = "after a release nothing of the worker runs"
        case keepsItInMemory = "a new driver knows what the one before launched"
    }

    let base: any ComputeDriver
    let fault: Fault
    let program: StandIn
    private let launched = Launched()

    init(base: any ComputeDriver, fault: Fault, program: StandIn) {
        self.base = base
        self.fault = fault
        self.program = program
    }

    func launch(_ launch: WorkerLaunch) async throws(ComputeError) {
        if self.fault == .startsAnew { try await self.base.release(launch.name) }
        try await self.base.launch(launch)
        self.launched.names.withLock { _ = $0.insert(launch.name) }
        if self.fault == .startsAlways { self.start(launch.name) }
    }

    func observe() async throws(ComputeError) -> [LaunchObservation] {
        let found = try await self.base.observe()
        switch self.fault {
        case .hidesLaunches: return []
        case .neverGone:
            return found.map { LaunchObservation(name: $0.name, status: .running, handle: $0.handle) }
        case .keepsItInMemory:
            let known = self.launched.names.withLock { $0 }
            return found.filter { known.contains($0.name) }
        default: return found
        }
    }

    func release(_ name: String) async throws(ComputeError) {
        let found = try await self.base.observe()
        switch self.fault {
        case .releasesNothing: return
        case .releasesAll: for worker in found { try await self.base.release(worker.name) }
        case .failsReleaseOfNothing where !found.contains { $0.name == name }:
            throw .refused(environment: "local", reason: "there is no '\(name)'")
        default: try await self.base.release(name)
        }
    }

    /// One more worker on the same state folder.
    private func start(_ name: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: self.program.program)
        process.arguments = ["worker", "--state", "\(self.program.workers)/\(name)/state"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try? process.run()
    }
}

/// What a driver should not keep in memory.
private final class Launched: Sendable {
    let names = Mutex<Set<String>>([])
}
