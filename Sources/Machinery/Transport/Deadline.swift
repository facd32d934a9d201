package import Kernel
import NIOCore
import NIOPosix

/// Waiting, on the event loop's timers: unlike those of `Task.sleep`, they are gone as soon as they are cancelled, so a
/// thousand requests a second do not leave a thousand timers behind each second.
package enum Deadline {
    /// Waits. Returns early only by throwing `CancellationError`.
    package static func pause(_ span: TimeSpan) async throws {
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(
            in: .milliseconds(max(0, span.milliseconds))
        ) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch { throw CancellationError() }
    }

    /// What `work` returns, if it does so within `span`; else it is cancelled and `late` thrown.
    package static func race<Value: Sendable>(
        _ span: TimeSpan, else late: @autoclosure @Sendable () -> any Error,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await self.pause(span)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw late() }
            return value
        }
    }
}
