package import CloudPorts
import Contract
package import Kernel
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Workers as processes of this machine: what `martletd` starts by itself, so that one machine is a whole platform.
///
/// A worker is `martlet worker --server URL --join-file FILE --state DIR` in a session of its own: it outlives a crash of
/// the control plane and goes on with its work, and the next `martletd` adopts it. All that is known of one lies in its
/// folder: a pid file with the moment of its start, so that a stranger who got the same number is never signalled; one
/// that was started just before a crash, and not yet written down, is found by its state folder in the process table.
///
/// It knows nothing of what a worker does. It fails as `refused` when the program cannot be started, with the system's
/// words, and as `unavailable` when the folder cannot be written.
package struct LocalComputeDriver: ComputeDriver {
    /// Variables of our own environment that a worker gets. No other: they may hold secrets, and workers hold none.
    static let inherited: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
    ]

    private let program: String
    private let folder: String
    private let grace: TimeSpan
    private let environment: [String: String]
    /// Held while a worker is looked for and started, so that two calls do not start two.
    private let starting = Starting()

    /// - Parameters:
    ///   - program: the path of `martlet`.
    ///   - folder: absolute; each worker has a folder in it.
    ///   - grace: what a worker gets between SIGTERM and SIGKILL; it must end its own commands within.
    ///   - environment: variables to choose from.
    package init(program: String, folder: String, grace: TimeSpan = .seconds(15), environment: [String: String]) {
        self.program = program
        self.folder = folder
        self.grace = grace
        self.environment = environment.filter { Self.inherited.contains($0.key) || $0.key.hasPrefix("LC_") }
    }

    package func launch(_ launch: WorkerLaunch) async throws(ComputeError) {
        guard ResourceName.isValid(launch.name) else {
            throw .refused(environment: launch.environment, reason: "'\(launch.name)' is not a name for a worker.")
        }
        let home = WorkerHome(folder: self.folder, name: launch.name)
        try await BlockingWork.run { () throws(ComputeError) in
            try self.starting.lock.withLock { _ throws(ComputeError) in
                if home.running() != nil { return }
                try self.start(launch, in: home)
            }
        }
    }

    package func observe() async throws(ComputeError) -> [LaunchObservation] {
        try await BlockingWork.run { () throws(ComputeError) in
            WorkerHome.all(in: self.folder).compactMap { home in
                if let process = home.running() {
                    return LaunchObservation(name: home.name, status: .running, handle: "process \(process.id)")
                }
                guard let process = home.recorded else { return nil }
                return LaunchObservation(name: home.name, status: .gone, handle: "process \(process.id)")
            }
        }
    }

    package func release(_ name: String) async throws(ComputeError) {
        guard ResourceName.isValid(name) else { return }
        let home = WorkerHome(folder: self.folder, name: name)
        try await BlockingWork.run { () throws(ComputeError) in
            if let process = home.running() {
                ProcessEnding(process: process).end(grace: self.grace)
                if process.isRunning {
                    throw ComputeError.unavailable(environment: name, reason: "process \(process.id) does not end")
                }
            }
            home.forget()
        }
    }

    private func start(_ launch: WorkerLaunch, in home: WorkerHome) throws(ComputeError) {
        let code = home.prepare(joinFile: launch.joinFile)
        if code != 0 {
            throw .unavailable(environment: launch.environment, reason: "\(home.path): \(SystemError(code: code))")
        }
        let worker = DetachedProcess(
            program: self.program,
            arguments: ["worker", "--server", launch.server, "--join-file", home.joinFile, "--state", home.state],
            environment: self.environment, log: home.log)
        switch worker.start() {
        case .success(let id):
            // One that has ended already leaves nothing to write down; the next launch starts another.
            guard let process = ProcessRecord(running: id) else { return }
            let code = home.record(process)
            if code != 0 {
                throw .unavailable(environment: launch.environment, reason: "\(home.path): \(SystemError(code: code))")
            }
        case .failure(let error):
            throw .refused(environment: launch.environment, reason: "\(self.program) cannot be started: \(error).")
        }
    }
}

/// A lock that copies of the driver share.
private final class Starting: Sendable {
    let lock = Mutex(())
}
