import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The wish of whoever started this process that it end: SIGTERM, or SIGINT from a terminal.
enum Termination {
    /// Returns when it is asked for. The default action of both signals is switched off from the first call on.
    static func wait() async {
        let (asked, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield() }
            source.activate()
            return source
        }
        for await _ in asked { break }
        for source in sources { source.cancel() }
    }
}
