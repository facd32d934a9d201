import CProcess
import Glibc

/// The shim's loop: waits for orders, for the worker's death and for the command's end, whichever comes first.
struct ExecWatch {
    /// Killing goes in rounds, since a process may be born between looking and killing.
    private static let killRounds = 2000
    /// Between rounds, in milliseconds; with the rounds a bound of 10 s for processes that the kernel holds on to.
    private static let killPause: Int32 = 5

    private let command: pid_t
    private let lifeline: Int32
    private let signals: Int32
    private var exitCode: Int32?

    init(command: pid_t, lifeline: Int32, signals: Int32) {
        self.command = command
        self.lifeline = lifeline
        self.signals = signals
    }

    /// - Returns: the exit code for the shim, once nothing of the command runs any more.
    mutating func run() -> Int32 {
        while self.exitCode == nil {
            var events = [
                pollfd(fd: self.lifeline, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.signals, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&events, 2, -1) < 0, errno != EINTR { self.killAll() }
            if events[1].revents != 0 { self.readSignals() }
            if events[0].revents != 0, self.exitCode == nil { self.readOrder() }
        }
        self.killAll()
        return self.exitCode ?? Int32(ExitCode.killed(by: SIGKILL))
    }

    /// An end of file is the worker's death.
    private mutating func readOrder() {
        var byte: UInt8 = 0
        let count = read(self.lifeline, &byte, 1)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count == 1, let order = ExecOrder(rawValue: byte) else { return self.killAll() }
        switch order {
        case .terminate: kill(-self.command, SIGTERM)
        case .kill: self.killAll()
        }
    }

    private mutating func readSignals() {
        var information = signalfd_siginfo()
        while read(self.signals, &information, MemoryLayout<signalfd_siginfo>.size) > 0 {
            // Somebody wants the shim to end; it does not leave the command behind.
            if information.ssi_signo != UInt32(SIGCHLD) { return self.killAll() }
        }
        _ = self.reap()
    }

    /// Takes the exit codes of all that has ended.
    ///
    /// The command's group is killed while the command is still a zombie: once it is reaped, its number may be another's.
    ///
    /// - Returns: whether any child is left.
    private mutating func reap() -> Bool {
        if self.exitCode == nil, self.hasEnded { kill(-self.command, SIGKILL) }
        while true {
            var status: Int32 = 0
            let child = waitpid(-1, &status, WNOHANG)
            if child == self.command { self.exitCode = Self.exitCode(status) }
            if child == 0 { return true }
            if child < 0, errno != EINTR { return false }
        }
    }

    /// Whether the command waits to be reaped.
    private var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(self.command), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == SIGCHLD
    }

    /// Ends the command's group, its session, and every orphan that came to the shim as their subreaper.
    private mutating func killAll() {
        for _ in 0..<Self.killRounds {
            if self.exitCode == nil { kill(-self.command, SIGKILL) }
            guard self.reap() else { return }
            for process in Self.descendants(of: getpid(), session: self.command) { kill(process, SIGKILL) }
            poll(nil, 0, Self.killPause)
        }
    }

    /// The shim's children and the processes of the command's session.
    private static func descendants(of parent: pid_t, session: pid_t) -> [pid_t] {
        guard let names = try? Disk.names(in: "/proc") else { return [] }
        return names.compactMap { pid_t($0) }.filter { process in
            guard let bytes = try? Disk.read("/proc/\(process)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
            else {
                return false
            }
            // After the name in parentheses: state, parent, group, session.
            let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ").prefix(4)
            guard fields.count == 4 else { return false }
            return pid_t(fields[1]) == parent || pid_t(fields[3]) == session
        }
    }

    private static func exitCode(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : Int32(ExitCode.killed(by: signal))
    }
}
