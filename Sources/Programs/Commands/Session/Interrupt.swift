import Dispatch
import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C while something is followed: the command lets go of it, and says how to take it up again.
enum Interrupt {
    /// Runs `work`; on SIGINT or SIGTERM cancels it and throws a `cancelled` fault with what `words` say.
    static func detaching<Value: Sendable>(
        _ words: @escaping @Sendable () -> String, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in Self.signals() { return nil }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw PlainFault(.cancelled, words()) }
            return value
        }
    }

    /// An element for each signal, until the iterating task is cancelled.
    private static func signals() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let sources = [SIGINT, SIGTERM].map { number in
                // The default action would end the process before the source is told.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return (number, source)
            }
            continuation.onTermination = { _ in
                for (number, source) in sources {
                    source.cancel()
                    signal(number, SIG_DFL)
                }
            }
        }
    }
}
