package import CloudPorts
package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One program of ours beside the control plane, as a process of its own session: the gateway.
///
/// As a local worker it outlives a crash of the control plane, and the next `martletd` adopts it if it was started with
/// the same arguments; one with others is ended first. All that is known of it lies in its folder.
package struct LocalProgram: Sendable {
    private let program: String
    private let folder: String
    private let environment: [String: String]

    private var pidFile: String { "\(self.folder)/process.pid" }

    /// - Parameters:
    ///   - folder: absolute and the program's own; must be named in its arguments, by which it is found again.
    ///   - environment: variables to choose from; only harmless ones are handed on.
    package init(program: String, folder: String, environment: [String: String]) {
        self.program = program
        self.folder = folder
        self.environment = environment.filter {
            LocalComputeDriver.inherited.contains($0.key) || $0.key.hasPrefix("LC_")
        }
    }

    /// Where its standard output and error go.
    package var log: String { "\(self.folder)/output.log" }

    /// Makes the folder and writes a file of mode 0600 into it, such as a token.
    package func write(_ text: String, to name: String) throws(ComputeError) {
        if mkdir(self.folder, 0o700) != 0, errno != EEXIST { throw self.unavailable(errno) }
        let code = SystemCalls.replaceFile("\(self.folder)/\(name)", with: Array(text.utf8))
        if code != 0 { throw self.unavailable(code) }
    }

    /// What it wrote into a file of its folder since it runs, behind its own process number; nil before that.
    package func said(in name: String) -> String? {
        guard let bytes = SystemCalls.readAll("\(self.folder)/\(name)") else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let process = self.running(), parts[0] == String(process.id) else { return nil }
        return String(parts[1].prefix { !$0.isWhitespace })
    }

    /// Starts it, unless it runs with these arguments already.
    ///
    /// - Returns: whether one was started.
    /// - Throws: `refused` when it cannot be started.
    @discardableResult
    package func start(_ arguments: [String]) async throws(ComputeError) -> Bool {
        try await BlockingWork.run { () throws(ComputeError) in
            if let process = self.running() {
                if Array(ProcessStatus.arguments(of: process.id).dropFirst().prefix(arguments.count)) == arguments {
                    return false
                }
                ProcessEnding(process: process).end(grace: .seconds(5))
            }
            if mkdir(self.folder, 0o700) != 0, errno != EEXIST { throw self.unavailable(errno) }
            let started = DetachedProcess(
                program: self.program, arguments: arguments, environment: self.environment, log: self.log
            ).start()
            switch started {
            case .success(let id):
                guard let process = ProcessRecord(running: id) else { return true }
                let code = SystemCalls.replaceFile(self.pidFile, with: Array(process.line.utf8))
                if code != 0 { throw self.unavailable(code) }
                return true
            case .failure(let error):
                throw .refused(environment: "local", reason: "\(self.program) cannot be started: \(error).")
            }
        }
    }

    /// Ends it: SIGTERM, and SIGKILL after `grace`.
    package func stop(grace: TimeSpan) async throws(ComputeError) {
        try await BlockingWork.run { () throws(ComputeError) in
            if let process = self.running() { ProcessEnding(process: process).end(grace: grace) }
            unlink(self.pidFile)
        }
    }

    /// The process that was written down, or one that was started just before a crash and not written down yet.
    private func running() -> ProcessRecord? {
        if let line = SystemCalls.readAll(self.pidFile),
            let process = ProcessRecord(line: String(decoding: line, as: UTF8.self))
        {
            var status: Int32 = 0
            // One that has ended and was ours to collect is still in the process table.
            while waitpid(process.id, &status, WNOHANG) < 0, errno == EINTR {}
            return process.isRunning ? process : nil
        }
        guard access(self.folder, F_OK) == 0 else { return nil }
        let found = ProcessStatus.all().first { id in
            let arguments = ProcessStatus.arguments(of: id)
            return arguments.first == self.program
                && arguments.contains { $0 == self.folder || $0.hasPrefix(self.folder + "/") }
        }
        return found.flatMap { ProcessRecord(running: $0) }
    }

    private func unavailable(_ code: Int32) -> ComputeError {
        .unavailable(environment: "local", reason: "\(self.folder): \(SystemError(code: code))")
    }
}
