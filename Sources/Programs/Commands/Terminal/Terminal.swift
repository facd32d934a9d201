import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a command reads and writes: what people see, and what they told it by its surroundings.
///
/// A value of closures, so that a test runs any command against texts. Results go to `out` and nothing else does; progress,
/// hints and errors go to `err`.
package struct Terminal: Sendable {
    package var out: @Sendable (String) -> Void
    package var err: @Sendable (String) -> Void
    /// One line of standard input without its end; nil at the end. `secret`: not shown while it is typed.
    package var readLine: @Sendable (_ secret: Bool) -> String?
    /// Whether a person looks at `out`, so that it may be drawn over.
    package var outIsInteractive: Bool
    package var errIsInteractive: Bool
    /// Environment variables.
    package var variables: [String: String]
    /// The working directory.
    package var folder: String
    /// Characters in a line.
    package var columns: Int

    package init(
        out: @escaping @Sendable (String) -> Void, err: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable (_ secret: Bool) -> String? = { _ in nil }, outIsInteractive: Bool = false,
        errIsInteractive: Bool = false, variables: [String: String] = [:], folder: String = "/", columns: Int = 120
    ) {
        self.out = out
        self.err = err
        self.readLine = readLine
        self.outIsInteractive = outIsInteractive
        self.errIsInteractive = errIsInteractive
        self.variables = variables
        self.folder = folder
        self.columns = columns
    }

    /// The one that the present command uses.
    @TaskLocal package static var current = Terminal.process

    /// The process's own.
    private static let process = Terminal(
        out: { Self.write($0, to: 1) }, err: { Self.write($0, to: 2) }, readLine: Self.line,
        outIsInteractive: isatty(1) == 1,
        errIsInteractive: isatty(2) == 1, variables: Self.environment(), folder: Self.workingFolder(),
        columns: Self.width())

    /// Whether results may be coloured. `NO_COLOR` as in no-color.org.
    var outHasColor: Bool { self.outIsInteractive && self.mayColor }
    var errHasColor: Bool { self.errIsInteractive && self.mayColor }
    private var mayColor: Bool { (self.variables["NO_COLOR"] ?? "").isEmpty && self.variables["TERM"] != "dumb" }

    /// A line of progress or a hint.
    func note(_ text: String) { self.err(text + "\n") }
    /// A line of the result.
    func line(_ text: String) { self.out(text + "\n") }

    // MARK: The process

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { writeBytes(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                    continue
                }
                // Whoever read has left: as a program ends that a broken pipe kills.
                if errno == EPIPE, descriptor == 1 { exit(141) }
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func line(secret: Bool) -> String? {
        guard secret, isatty(0) == 1 else { return Swift.readLine(strippingNewline: true) }
        var settings = termios()
        tcgetattr(0, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(0, TCSAFLUSH, &silent)
        defer {
            tcsetattr(0, TCSAFLUSH, &settings)
            Self.write("\n", to: 2)
        }
        return Swift.readLine(strippingNewline: true)
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            pointer += 1
        }
        return variables
    }

    private static func workingFolder() -> String {
        guard let pointer = getcwd(nil, 0) else { return "/" }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private static func width() -> Int {
        var size = winsize()
        return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 120
    }
}

/// `write(2)`, whose name the method above takes.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
