#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process, told apart from any later one that gets its number: the moment it was started belongs to it.
struct ProcessRecord: Hashable, Sendable {
    var id: pid_t
    /// Boot and moment, as the kernel writes them. Empty where the kernel does not say.
    var birth: String

    /// The process with this number as it runs now; nil when there is none, or it has ended and was not yet collected.
    init?(running id: pid_t) {
        guard id > 1, let status = ProcessStatus(of: id), status.isAlive else { return nil }
        self.id = id
        self.birth = status.birth
    }

    /// From a line of a pid file: `<number> <birth>`.
    init?(line: String) {
        let parts = line.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, let id = pid_t(parts[0]), id > 1 else { return nil }
        self.id = id
        self.birth = String(parts[1])
    }

    var line: String { "\(self.id) \(self.birth)\n" }

    /// Whether this very process still runs.
    var isRunning: Bool { ProcessRecord(running: self.id) == self }
}

/// What the kernel says of a process.
struct ProcessStatus: Sendable {
    var isAlive: Bool
    var birth: String
    var group: pid_t

    #if os(Linux)
        /// From `/proc/<id>/stat` (proc(5)): the state is field 3, the process group 5, the start in clock ticks 22. Field 2
        /// is the program's name in brackets and may hold anything, so counting starts after the last bracket.
        init?(of id: pid_t) {
            guard let bytes = SystemCalls.readAll("/proc/\(id)/stat"), let close = bytes.lastIndex(of: 0x29) else {
                return nil
            }
            let fields = String(decoding: bytes[(close + 1)...], as: UTF8.self).split(separator: " ")
            guard fields.count > 19, let group = pid_t(fields[2]) else { return nil }
            self.isAlive = fields[0] != "Z" && fields[0] != "X"
            self.birth = "\(Self.boot)/\(fields[19])"
            self.group = group
        }

        /// Ticks start anew at each boot, so a pid file from before one must not match.
        private static let boot: String = {
            let bytes = SystemCalls.readAll("/proc/sys/kernel/random/boot_id") ?? []
            return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        }()

        /// Every process that runs now.
        static func all() -> [pid_t] { SystemCalls.numbers(in: "/proc") }

        /// The arguments it was started with.
        static func arguments(of id: pid_t) -> [String] {
            (SystemCalls.readAll("/proc/\(id)/cmdline") ?? []).split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    #else
        /// Without `/proc` only the number tells processes apart.
        init?(of id: pid_t) {
            guard kill(id, 0) == 0 || errno == EPERM else { return nil }
            self.isAlive = true
            self.birth = "unknown"
            self.group = getpgid(id)
        }

        static func all() -> [pid_t] { [] }
        static func arguments(of id: pid_t) -> [String] { [] }
    #endif
}
