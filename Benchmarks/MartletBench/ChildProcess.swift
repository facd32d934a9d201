import Foundation

/// A process that this one started, and what the kernel counted for it and for the children that it waited for.
final class ChildProcess {
    struct Ending {
        /// 128 + the signal's number when a signal ended it.
        var exitCode: Int32
        /// User and system time, in milliseconds.
        var cpu: Double
        /// The most that was resident at once, in megabytes.
        var peakMemory: Double
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let id: pid_t
    /// The read end of its standard output.
    private let output: Int32
    private var ending: Ending?
    private var unread: [UInt8] = []

    /// Starts `program`; its standard output is read here, its standard error goes to `log`.
    init(_ program: String, _ arguments: [String], environment: [String: String], log: String) throws {
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw Failure(description: "no pipe for \(program)") }
        _ = fcntl(pipe[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
        posix_spawn_file_actions_addclose(&actions, pipe[1])
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, program, &actions, nil, argv, envp)
        close(pipe[1])
        guard code == 0 else {
            close(pipe[0])
            throw Failure(description: "\(program) does not start: \(String(cString: strerror(code)))")
        }
        self.id = id
        self.output = pipe[0]
    }

    deinit { close(self.output) }

    /// The next line of its output. Blocks; nil at its end, or after `seconds`.
    func line(within seconds: Double) -> String? {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            if let position = self.unread.firstIndex(of: 10) {
                let line = String(decoding: self.unread[..<position], as: UTF8.self)
                self.unread.removeSubrange(...position)
                return line
            }
            let left = (end - ContinuousClock.now) / .milliseconds(1)
            var descriptor = pollfd(fd: self.output, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&descriptor, 1, Int32(left.rounded(.up))) > 0 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(self.output, &buffer, buffer.count)
            guard count > 0 else { return nil }
            self.unread += buffer[..<count]
        }
    }

    /// Reads and drops its output, then waits for its end. Blocks for as long as it runs.
    func wait() -> Ending {
        if let ending { return ending }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while read(self.output, &buffer, buffer.count) > 0 {}
        var status: Int32 = 0
        var usage = rusage()
        while wait4(self.id, &status, 0, &usage) < 0, errno == EINTR {}
        let signal = status & 0x7f
        let ending = Ending(
            exitCode: signal == 0 ? (status >> 8) & 0xff : 128 + signal,
            cpu: usage.ru_utime.milliseconds + usage.ru_stime.milliseconds,
            peakMemory: Double(usage.ru_maxrss) * 1024 / 1e6)
        self.ending = ending
        return ending
    }

    /// Asks it to end, and waits. After `patience` it is killed.
    @discardableResult
    func stop(patience: Double = 20) -> Ending {
        if let ending { return ending }
        kill(self.id, SIGTERM)
        let end = ContinuousClock.now + .seconds(patience)
        while self.line(within: max(0, (end - ContinuousClock.now) / .seconds(1))) != nil {}
        if ContinuousClock.now >= end { kill(self.id, SIGKILL) }
        return self.wait()
    }

    /// Runs a program to its end, `times` times.
    ///
    /// - Throws: when one does not start or exits with anything but 0.
    static func measure(
        _ program: String, _ arguments: [String], environment: [String: String], log: String, times: Int
    ) throws -> (cpu: Samples, wall: Samples) {
        var (cpu, wall) = (Samples(), Samples())
        for _ in 0..<times {
            let start = ContinuousClock.now
            let child = try ChildProcess(program, arguments, environment: environment, log: log)
            let ending = child.wait()
            guard ending.exitCode == 0 else {
                throw Failure(
                    description:
                        "\(program) \(arguments.joined(separator: " ")) exits with \(ending.exitCode); see \(log)")
            }
            cpu.add(ending.cpu)
            wall.add((ContinuousClock.now - start) / .milliseconds(1))
        }
        return (cpu, wall)
    }
}

extension timeval {
    var milliseconds: Double { Double(self.tv_sec) * 1000 + Double(self.tv_usec) / 1000 }
}
