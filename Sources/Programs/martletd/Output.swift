import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `martletd` says to whoever started it: whole lines, at once, past any buffer, so that a script that waits for the
/// ready line sees it.
enum Output {
    static func say(_ line: String) { self.write(line, to: STDOUT_FILENO) }

    /// A fault as a person should read it, on standard error.
    static func complain(_ fault: any Fault) {
        let detail = fault.detail.isEmpty ? "" : " [\(fault.detail)]"
        self.write("martletd: \(fault.message)\(detail)", to: STDERR_FILENO)
    }

    /// A reader that went away is no reason to fail.
    private static func write(_ line: String, to descriptor: Int32) {
        let bytes = Array((line + "\n").utf8)
        #if canImport(Glibc)
            _ = Glibc.write(descriptor, bytes, bytes.count)
        #else
            _ = Darwin.write(descriptor, bytes, bytes.count)
        #endif
    }
}
