import CProcess
import Contract
import Glibc
import Kernel

/// `martlet exec`: the process between a worker and a command, so that the command can never outlive its worker.
///
/// A worker may be killed at any moment, and then nobody is left to stop what it has started. The shim is: its standard input
/// is a pipe whose other end only the worker holds, and when that end closes, for whatever reason, everything dies at once. (A
/// parent-death signal to the shim would not do: it fires when the *thread* that spawned it ends, and a worker's threads come
/// and go.) The shim is the subreaper of all that the command starts, so nothing gets away by a double fork, and when the
/// command ends it removes what was left behind. The command itself carries the parent-death signal of the shim's only
/// thread, for the case that the shim is killed.
///
/// It reads an `ExecSpec` and then `ExecOrder`s from standard input, hands its standard output and error to the command, and
/// exits with the command's exit code, or 128 + n after signal n. It has one thread, no network and no files of its own.
package enum ExecShim {
    /// A specification longer than this is no command line that the kernel would take.
    private static let longestSpec = 8 << 20

    /// Runs to the end of the command.
    ///
    /// - Parameter arguments: those after `exec`; there are none.
    /// - Returns: the exit code for the process.
    package static func run(arguments: [String]) -> Int32 {
        guard arguments.isEmpty else {
            return self.fail("'martlet exec' takes no arguments: it is started by 'martlet worker'.")
        }
        guard let spec = self.readSpec() else {
            return self.fail("'martlet exec' got no command on its standard input: it is started by 'martlet worker'.")
        }
        guard let lifeline = self.moveLifeline() else { return self.fail("The shim cannot open /dev/null.") }
        setsid()
        _ = martlet_prctl(PR_SET_CHILD_SUBREAPER, 1)
        let signals = self.blockSignals()
        guard signals >= 0 else { return self.fail("The shim cannot watch signals: \(self.lastReason).") }
        let command = ExecChild.start(spec)
        guard command > 0 else { return self.fail("The shim cannot fork: \(self.lastReason).") }
        var watch = ExecWatch(command: command, lifeline: lifeline, signals: signals)
        return watch.run()
    }

    static var lastReason: String { String(cString: strerror(errno)) }

    /// Into the command's log, where whoever runs it looks first.
    static func say(_ sentence: String) {
        let line = Array("martlet: \(sentence)\n".utf8)
        _ = write(2, line, line.count)
    }

    private static func fail(_ sentence: String) -> Int32 {
        self.say(sentence)
        return Int32(ExitCode.shimFailed)
    }

    /// Byte by byte, since what follows the line are orders.
    private static func readSpec() -> ExecSpec? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < self.longestSpec {
            let count = read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return try? Wire.decode(from: line) }
            line.append(byte)
        }
        return nil
    }

    /// Takes standard input away from the command, which reads from `/dev/null`.
    private static func moveLifeline() -> Int32? {
        let lifeline = fcntl(0, F_DUPFD_CLOEXEC, 3)
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard lifeline >= 0, null >= 0, dup2(null, 0) == 0 else { return nil }
        close(null)
        return lifeline
    }

    /// - Returns: a descriptor from which SIGCHLD and the signals that would end the shim are read.
    private static func blockSignals() -> Int32 {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGCHLD, SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
        sigprocmask(SIG_BLOCK, &set, nil)
        return signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    }
}
