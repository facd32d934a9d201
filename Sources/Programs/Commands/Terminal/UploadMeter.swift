import Kernel
import Synchronization

/// How far an upload has come: a line that is drawn over on a terminal, and nothing but its end elsewhere.
final class UploadMeter: Sendable {
    private static let width = 24

    private let total: ByteCount
    private let terminal: Terminal
    private let state = Mutex((done: ByteCount.zero, shown: Int64(-1)))

    init(total: ByteCount, terminal: Terminal) {
        self.total = total
        self.terminal = terminal
    }

    /// Counts bytes that are stored. Draws at each per cent only.
    func add(_ size: ByteCount) {
        guard self.terminal.errIsInteractive, self.total > .zero else { return }
        let line = self.state.withLock { state -> String? in
            state.done += size
            let percent = min(100, state.done.bytes * 100 / self.total.bytes)
            guard percent != state.shown else { return nil }
            state.shown = percent
            return self.line(percent, state.done)
        }
        if let line { self.terminal.err(line) }
    }

    /// Ends with a sentence in the line's place.
    func finish(_ text: String) {
        self.terminal.err((self.terminal.errIsInteractive ? "\r\u{1B}[K" : "") + text + "\n")
    }

    private func line(_ percent: Int64, _ done: ByteCount) -> String {
        let full = Int(percent) * Self.width / 100
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
        return "\r\u{1B}[Kuploading \(bar) \(percent) %  \(done) of \(self.total)"
    }
}
