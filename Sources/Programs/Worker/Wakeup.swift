package import Kernel
import Synchronization
import Transport

/// Wakes one waiting task. A call while nobody waits is kept, several calls are one.
package final class Wakeup: Sendable {
    private struct State {
        var isCalled = false
        /// Counts waits, so that one that is over cannot be woken for another.
        var wait = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func call() {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isCalled = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Returns after a call, or when the task is cancelled. One task at a time.
    package func wait() async {
        let wait = self.state.withLock { state in
            state.wait += 1
            return state.wait
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCalled = self.state.withLock { state in
                    precondition(state.waiter == nil, "two tasks wait for one wake-up")
                    if state.isCalled || Task.isCancelled {
                        state.isCalled = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isCalled { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard state.wait == wait else { return nil }
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }

    /// - Returns: false when nothing called within `span`.
    package func wait(atMost span: TimeSpan) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.wait()
                return !Task.isCancelled
            }
            group.addTask {
                try? await Deadline.pause(span)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}
