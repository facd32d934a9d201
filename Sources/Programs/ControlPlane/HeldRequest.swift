import ServiceLifecycle

extension PeerPresence {
    /// Runs `work` and cancels it when the client leaves or the server begins to stop.
    ///
    /// - Throws: what `work` throws; `CancellationError` when it was cancelled and threw nothing of its own.
    func whilePresent<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await work() }
                group.addTask {
                    await self.departure()
                    return nil
                }
                defer { group.cancelAll() }
                // What the work returns after the client has left still counts: it may be a commit.
                while let next = try await group.next() {
                    if let value = next { return value }
                    group.cancelAll()
                }
                throw CancellationError()
            }
        } onGracefulShutdown: {
            self.leave()
        }
    }
}
