package import Kernel
import Synchronization

/// When each lease or worker was last heard of, in monotonic time, which means nothing after a restart and so lies in no row.
///
/// Who is not in it has just been met: its term begins now. Holds one entry for each live lease or worker.
package final class HeardClock<Entity: Identified>: Sendable {
    private let heard = Mutex<[ID<Entity>: TimeSpan]>([:])

    package init() {}

    /// When `id` was last heard; for one not met before since the start, `now`, which is remembered.
    package func heard(_ id: ID<Entity>, now: TimeSpan) -> (at: TimeSpan, isNew: Bool) {
        self.heard.withLock { table in
            if let at = table[id] { return (at, false) }
            table[id] = now
            return (now, true)
        }
    }

    /// When `id` was last heard; nil for one not met since the start.
    package func peek(_ id: ID<Entity>) -> TimeSpan? { self.heard.withLock { $0[id] } }

    package func note(_ id: ID<Entity>, at now: TimeSpan) {
        self.heard.withLock { $0[id] = max(now, $0[id] ?? now) }
    }

    package func forget(_ id: ID<Entity>) {
        self.heard.withLock { _ = $0.removeValue(forKey: id) }
    }

    /// Forgets everybody, so that every term begins anew.
    package func restart() {
        self.heard.withLock { $0.removeAll() }
    }
}
