#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A command line to be started as a process of its own session, which outlives whoever started it.
struct DetachedProcess: Sendable {
    var program: String
    var arguments: [String]
    var environment: [String: String]
    /// Its standard output and error are appended to this file.
    var log: String

    /// Starts it.
    ///
    /// It leads a session and a process group of its own, inherits no descriptor, reads nothing, and begins with every
    /// signal at its default, whatever this process has blocked.
    ///
    /// - Returns: its number, or the error code.
    func start() -> Result<pid_t, SystemError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, self.log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for descriptor in Self.inheritable() { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.configure(&attributes)

        let arguments = ([self.program] + self.arguments).map { strdup($0) } + [nil]
        let variables = self.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, self.program, &actions, &attributes, arguments, variables)
        return code == 0 ? .success(id) : .failure(SystemError(code: code))
    }

    private static func configure(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Self.newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    #if canImport(Glibc)
        /// `POSIX_SPAWN_SETSID` of glibc 2.26, which its headers show only to `_GNU_SOURCE`.
        private static let newSession: Int32 = 0x80
        private static let descriptors = "/proc/self/fd"
    #else
        private static let newSession = Int32(POSIX_SPAWN_SETSID)
        private static let descriptors = "/dev/fd"
    #endif

    /// What would be inherited. We open everything close-on-exec; a library may not.
    private static func inheritable() -> [Int32] {
        SystemCalls.numbers(in: self.descriptors).filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }
}

/// An error code of the system.
struct SystemError: Error, CustomStringConvertible {
    var code: Int32

    var description: String { String(cString: strerror(self.code)).lowercased() }
}
