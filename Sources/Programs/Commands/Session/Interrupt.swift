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
            let watches = [SIGINT, SIGTERM].map { number in SignalWatch(number) { continuation.yield(number) } }
            continuation.onTermination = { _ in for watch in watches { watch.cancel() } }
        }
    }
}

/// One signal that is told instead of acted upon, until it is cancelled.
// SAFETY: the source is immutable, and libdispatch's sources may be cancelled from any thread.
private struct SignalWatch: @unchecked Sendable {
    private let number: Int32
    private let source: any DispatchSourceSignal

    init(_ number: Int32, _ handle: @escaping @Sendable () -> Void) {
        // The default action would end the process before the source is told.
        signal(number, SIG_IGN)
        self.number = number
        self.source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        self.source.setEventHandler(handler: handle)
        self.source.resume()
    }

    func cancel() {
        self.source.cancel()
        signal(self.number, SIG_DFL)
    }
}
