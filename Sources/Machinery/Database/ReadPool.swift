/// Connections that answer queries side by side, each on a thread of its own, never blocked by the writer.
struct ReadPool: Sendable {
    /// Connections. A short query must get through while long ones run; more would only share the same cores.
    static let connections = 4
    /// Queries that may wait: seconds of work; beyond that their callers have gone.
    static let maximumQueued = 16_384

    private let queue: JobQueue<Query>
    private let threads: [ConnectionThread]

    /// Runs a body within one view of the database.
    typealias Query = @Sendable (Connection) -> Void

    init(path: String) throws(DatabaseError) {
        let queue = JobQueue<Query>(limit: Self.maximumQueued, what: "queries")
        self.queue = queue
        var threads: [ConnectionThread] = []
        do {
            for number in 1...Self.connections {
                let thread = try ConnectionThread(path: path, purpose: .read, name: "read-\(number)") { connection in
                    while let query = queue.next() { query(connection) }
                }
                threads.append(thread)
            }
        } catch {
            queue.close()
            throw error
        }
        self.threads = threads
    }

    func read<T: Sendable>(_ body: @Sendable @escaping (Reader) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            do {
                try self.queue.push { connection in
                    continuation.resume(with: Result { try Self.answer(body, on: connection) })
                }
            } catch { continuation.resume(throwing: error) }
        }
    }

    /// Queries that wait.
    var queued: Int { self.queue.count }

    /// Refuses further queries; those that wait are still answered.
    func stop() { self.queue.close() }

    /// Blocks until every connection is closed.
    func join() {
        for thread in self.threads { thread.join() }
    }

    private static func answer<T>(_ body: (Reader) throws -> T, on connection: Connection) throws -> T {
        try connection.run("BEGIN DEFERRED")
        do {
            let value = try body(Reader(connection: connection))
            try connection.run("COMMIT")
            return value
        } catch {
            connection.rollback()
            throw error
        }
    }
}
