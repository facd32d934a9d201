import Glibc
import Worker

/// The way into `martlet exec`, the process between a worker and a command.
package enum ExecEntry {
    /// Becomes the exec shim, and does not return, when this program was started as one.
    ///
    /// Comes before anything else in main: the shim must have one thread only, since it forks.
    package static func takeOver() {
        guard CommandLine.arguments.dropFirst().first == "exec" else { return }
        exit(ExecShim.run(arguments: Array(CommandLine.arguments.dropFirst(2))))
    }
}
