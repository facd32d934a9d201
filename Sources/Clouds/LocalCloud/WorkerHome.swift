#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder of one local worker: everything that is known of it.
struct WorkerHome: Sendable {
    let folder: String
    let name: String

    var path: String { "\(self.folder)/\(self.name)" }
    var joinFile: String { "\(self.path)/join.json" }
    var state: String { "\(self.path)/state" }
    var log: String { "\(self.path)/worker.log" }
    private var pidFile: String { "\(self.path)/worker.pid" }

    /// The homes in `folder`, by name.
    static func all(in folder: String) -> [WorkerHome] {
        let names = (SystemCalls.names(in: folder) ?? []).map { String(decoding: $0, as: UTF8.self) }
        return names.filter { !$0.hasPrefix(".") }.sorted().map { WorkerHome(folder: folder, name: $0) }
    }

    /// The process that was written down, whether it runs or not.
    var recorded: ProcessRecord? {
        SystemCalls.readAll(self.pidFile).flatMap { ProcessRecord(line: String(decoding: $0, as: UTF8.self)) }
    }

    /// The worker, if it runs: the one that was written down, or one that was started and not yet written down.
    func running() -> ProcessRecord? {
        guard let process = self.recorded else { return self.unrecorded() }
        self.collect(process.id)
        return process.isRunning ? process : nil
    }

    /// Makes the folder and writes the join file.
    ///
    /// - Returns: 0, or the error code.
    func prepare(joinFile: String) -> Int32 {
        unlink(self.pidFile)
        for folder in [self.folder, self.path, self.state] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            return errno
        }
        return SystemCalls.replaceFile(self.joinFile, with: Array(joinFile.utf8))
    }

    func record(_ process: ProcessRecord) -> Int32 {
        SystemCalls.replaceFile(self.pidFile, with: Array(process.line.utf8))
    }

    /// Removes what says that there is a worker, and its one-time token. Its cache and its log stay.
    func forget() {
        unlink(self.pidFile)
        unlink(self.joinFile)
    }

    /// A child that has ended stays in the process table until its parent asks. One that we adopted is not ours to ask for.
    private func collect(_ id: pid_t) {
        var status: Int32 = 0
        while waitpid(id, &status, WNOHANG) < 0, errno == EINTR {}
    }

    /// No two workers share a state folder, so its path in the arguments names the worker.
    private func unrecorded() -> ProcessRecord? {
        guard access(self.state, F_OK) == 0 else { return nil }
        for id in ProcessStatus.all() {
            let arguments = ProcessStatus.arguments(of: id)
            guard arguments.contains("worker"), let flag = arguments.lastIndex(of: "--state"),
                flag + 1 < arguments.count,
                arguments[flag + 1] == self.state, let process = ProcessRecord(running: id)
            else { continue }
            _ = self.record(process)
            return process
        }
        return nil
    }
}
