/// What the exit codes of commands mean, in a person's words.
package enum ExitCode {
    /// The shim itself failed before the command could be tried.
    package static let shimFailed = 125
    /// The program is there but cannot be executed. As `sh` and `env` have it.
    package static let notExecutable = 126
    /// There is no such program.
    package static let notFound = 127

    /// The code for a death by signal, as shells have it.
    package static func killed(by signal: Int32) -> Int { 128 + Int(signal) }

    /// Why a command with this exit code failed; `code` is not 0.
    package static func sentence(for code: Int) -> String {
        switch code {
        case Self.notExecutable: "The command cannot be executed (exit code 126). Look at the log for the reason."
        case Self.notFound: "The command was not found on the worker (exit code 127). Look at the log for its name."
        case 129...192: "The command was killed by \(Self.name(of: code - 128)) (exit code \(code))."
        default: "The command ended with exit code \(code). Look at the log for the reason."
        }
    }

    private static func name(of signal: Int) -> String {
        switch signal {
        case 2: "SIGINT"
        case 6: "SIGABRT"
        case 9: "SIGKILL, perhaps because the machine had no memory left"
        case 11: "SIGSEGV"
        case 15: "SIGTERM"
        default: "signal \(signal)"
        }
    }
}
