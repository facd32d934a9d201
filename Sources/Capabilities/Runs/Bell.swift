import Synchronization

/// Wakes those who wait for something to happen to a key. A ring that comes while nobody waits is not lost: waiters compare
/// the count they saw before they looked.
///
/// In memory only, since who waits is a connection; what happened is in the database. Holds a number for each key ever rung,
/// and forgets the oldest half beyond `maximumKeys`, which wakes their waiters for nothing.
final class Bell: Sendable {
    private static let maximumKeys = 10_000

    private struct State {
        var rings: [String: UInt64] = [:]
        var total: UInt64 = 0
        var waiters: [String: [UInt64: CheckedContinuation<Void, Never>]] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    /// How often `key` was rung; read it before looking, wait with it after.
    func count(_ key: String) -> UInt64 { self.state.withLock { $0.rings[key] ?? 0 } }

    func ring(_ key: String) {
        let woken: [CheckedContinuation<Void, Never>] = self.state.withLock { state in
            state.total += 1
            state.rings[key] = state.total
            guard state.rings.count > Self.maximumKeys else {
                return state.waiters.removeValue(forKey: key).map { Array($0.values) } ?? []
            }
            state.rings.removeAll()
            defer { state.waiters.removeAll() }
            return state.waiters.values.flatMap(\.values)
        }
        for waiter in woken { waiter.resume() }
    }

    /// Returns when `key` was rung after `count` was read, or when the task is cancelled.
    func wait(_ key: String, past count: UInt64) async {
        let id = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = self.state.withLock { state in
                    if Task.isCancelled || (state.rings[key] ?? 0) != count { return true }
                    state.waiters[key, default: [:]][id] = continuation
                    return false
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters[key]?.removeValue(forKey: id) }
            waiter?.resume()
        }
    }

    /// As `wait`, but at most for `span`.
    func wait(_ key: String, past count: UInt64, atMost span: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(key, past: count) }
            group.addTask { try? await ContinuousClock().sleep(for: span) }
            await group.next()
            group.cancelAll()
        }
    }
}
