import CProcess
import Glibc
import Kernel

/// The command's own process, from `fork` to `exec`.
enum ExecChild {
    /// Few programs need more; the kernel's soft default of 1024 is too few for data loaders.
    private static let openFiles: rlim_t = 65_536
    /// The kernel takes the command before the worker when memory runs out. 0 is neutral, 1000 is first.
    private static let outOfMemoryScore = "500"

    /// - Returns: the process id, or -1 with `errno`. Does not return in the child.
    static func start(_ spec: ExecSpec) -> pid_t {
        let shim = getpid()
        let child = martlet_fork()
        guard child == 0 else { return child }
        setsid()
        // The shim's only thread is its main thread, so this fires when the shim dies and never before.
        _ = martlet_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
        if getppid() != shim { _exit(Int32(ExitCode.shimFailed)) }
        self.resetSignals()
        self.limit(spec)
        self.execute(spec)
    }

    /// What is ignored or blocked stays so across `exec`, and Python for one wants to know of a broken pipe.
    private static func resetSignals() {
        for signal in [SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD] { Glibc.signal(signal, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }

    /// Limits hold for each process of the command by itself; the kernel offers no more without control groups.
    private static func limit(_ spec: ExecSpec) {
        self.set(Int32(RLIMIT_CORE.rawValue), to: rlimit(rlim_cur: 0, rlim_max: 0))
        var files = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        self.set(
            Int32(RLIMIT_NOFILE.rawValue),
            to: rlimit(rlim_cur: min(files.rlim_max, self.openFiles), rlim_max: files.rlim_max))
        if let memory = spec.memory {
            let bytes = rlim_t(max(0, memory.bytes))
            self.set(Int32(RLIMIT_DATA.rawValue), to: rlimit(rlim_cur: bytes, rlim_max: bytes))
        }
        if let file = fopen("/proc/self/oom_score_adj", "we") {
            fputs(self.outOfMemoryScore, file)
            fclose(file)
        }
    }

    private static func set(_ resource: Int32, to limit: rlimit) {
        var limit = limit
        setrlimit(__rlimit_resource_t(UInt32(resource)), &limit)
    }

    private static func execute(_ spec: ExecSpec) -> Never {
        guard chdir(spec.folder) == 0 else {
            ExecShim.say("The working directory '\(spec.folder)' cannot be entered: \(ExecShim.lastReason).")
            _exit(Int32(ExitCode.notExecutable))
        }
        clearenv()
        for (name, value) in spec.environment { setenv(name, value, 1) }
        var arguments: [UnsafeMutablePointer<CChar>?] = spec.arguments.map { strdup($0) }
        arguments.append(nil)
        execvp(spec.arguments.first ?? "", arguments)
        let code = errno
        let program = spec.arguments.first ?? ""
        if code == ENOENT {
            let path = spec.environment["PATH"] ?? ""
            ExecShim.say("'\(program)' was not found. Looked in \(program.contains("/") ? spec.folder : path).")
            _exit(Int32(ExitCode.notFound))
        }
        ExecShim.say("'\(program)' cannot be executed: \(String(cString: strerror(code))).")
        _exit(Int32(ExitCode.notExecutable))
    }
}
