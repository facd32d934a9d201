import Client
import Contract
import Kernel
import Transport

/// Looks again at something of the control plane whenever the journal has news of it.
enum Follow {
    /// How long a control plane that went away is waited for.
    static let patience = TimeSpan.minutes(5)

    /// The journal's present head, to follow it from there without a gap.
    static func head(_ client: Client) async throws -> Int64 {
        try await client.call(Routes.journal, query: ["limit": "1"]).items.first?.sequence ?? 0
    }

    /// Calls `look` at once, after journal lines, and each `interval`, until it returns something.
    ///
    /// Lines that come while it looks are one more look, however many they are.
    static func until<Value: Sendable>(
        _ client: Client, after head: Int64, every interval: TimeSpan,
        _ look: @escaping @Sendable () async throws -> Value?
    ) async throws -> Value {
        let (wakes, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                if let value = try await self.look(patiently: look) { return value }
                for await _ in wakes { if let value = try await self.look(patiently: look) { return value } }
                throw CancellationError()
            }
            group.addTask {
                for try await _ in client.events(after: head, patience: self.patience) { bell.yield() }
                return nil
            }
            group.addTask {
                while true {
                    try await Deadline.pause(interval)
                    bell.yield()
                }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw CancellationError()
        }
    }

    /// A look that waits out a control plane that restarts.
    private static func look<Value: Sendable>(
        patiently look: @Sendable () async throws -> Value?
    ) async throws -> Value? {
        var reconnection = Reconnection(patience: self.patience)
        while true {
            do { return try await look() } catch let fault as any Fault { try await reconnection.wait(after: fault) }
        }
    }
}
