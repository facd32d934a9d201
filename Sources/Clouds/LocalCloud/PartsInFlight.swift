import Synchronization

/// The parts whose bytes are being written to their place in `whole`, so that the same part sent twice at once is not
/// written to one place by two.
final class PartsInFlight: Sendable {
    private let parts = Mutex<Set<String>>([])

    /// Whether the part was not there yet.
    func enter(_ part: String) -> Bool { self.parts.withLock { $0.insert(part).inserted } }

    func leave(_ part: String) { _ = self.parts.withLock { $0.remove(part) } }
}
