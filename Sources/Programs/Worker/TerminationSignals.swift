import Dispatch
import Glibc

/// SIGTERM and SIGINT as they come. While one of these exists, they no longer end the process by themselves.
// SAFETY: the sources are set once and touched again only in deinit, when nobody else holds them.
final class TerminationSignals: @unchecked Sendable {
    private let received = Wakeup()
    private let sources: [any DispatchSourceSignal]

    init() {
        let received = self.received
        self.sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { received.call() }
            source.resume()
            return source
        }
    }

    deinit {
        for source in self.sources { source.cancel() }
        for number in [SIGTERM, SIGINT] { signal(number, SIG_DFL) }
    }

    /// Returns after the next signal, or when the task is cancelled. One task at a time.
    func wait() async { await self.received.wait() }
}
