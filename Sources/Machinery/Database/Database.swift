package import Logging

/// The state of the control plane: one SQLite file, one writer, a few readers.
///
/// A body is a synchronous closure: it gets a `Reader` or a `Transaction`, and nothing awaits inside one. Bodies of `write`
/// run one after another on the thread that owns the writing connection; what is queued shares one commit (`WriteLoop`),
/// so that thousands of small changes a second cost some hundred syncs. Bodies of `read` run side by side on
/// connections of their own, each within one view of the data, and neither wait for the writer nor hold it up.
///
/// It knows no nouns: capabilities bring their SQL (`*Store.swift`) and their migrations. It leaks no driver: SQL is text
/// with bound values, portable types only, errors are `DatabaseError`. It fails as `unavailable` when the disk is full,
/// broken or read-only, keeps answering reads meanwhile, and goes on by itself when there is room again. What was
/// acknowledged is on disk: after a crash it is there.
///
/// Costs: some 10 µs of the writer's thread for a small change and 0.15 ms for a commit's sync; 5 threads.
package final class Database: Sendable {
    /// Changes that may wait: about a second of work; beyond that their callers are better told to come back.
    package static let maximumQueuedChanges = 16_384

    /// The database file.
    package let path: String
    private let loop: WriteLoop
    private let writer: ConnectionThread
    private let readers: ReadPool

    /// Opens the file, or makes it. Blocks for some milliseconds.
    package init(path: String, logger: Logger) throws(DatabaseError) {
        let loop = WriteLoop(queue: JobQueue(limit: Self.maximumQueuedChanges, what: "changes"), logger: logger)
        self.path = path
        self.loop = loop
        self.writer = try ConnectionThread(path: path, purpose: .write, name: "write") { loop.run(on: $0) }
        do { self.readers = try ReadPool(path: path) } catch {
            loop.queue.close()
            throw error
        }
    }

    deinit {
        self.readers.stop()
        self.loop.queue.close()
    }

    /// Runs `body` within one view of the database.
    ///
    /// - Throws: what `body` throws; `overloaded` when too many wait; `closed`.
    package func read<T: Sendable>(_ body: @Sendable @escaping (Reader) throws -> T) async throws -> T {
        try await self.readers.read(body)
    }

    /// Runs `body` and returns its value once the change is committed.
    ///
    /// It is carried out even if the calling task is cancelled, so that what cleans up can still write.
    ///
    /// - Parameter durability: what the answer promises; `relaxed` for what may be lost in a power cut.
    /// - Throws: what `body` throws, and then nothing of it is kept; `unavailable` when the commit failed.
    @discardableResult
    package func write<T: Sendable>(
        durability: Durability = .durable, _ body: @Sendable @escaping (Transaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            let change = Change(
                durability: durability,
                run: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            do { try self.loop.queue.push(change) } catch { continuation.resume(throwing: error) }
        }
    }

    /// Counts of the write loop, whether the disk takes what is written, and how long the queues are.
    package var statistics: DatabaseStatistics {
        var statistics = self.loop.statistics
        statistics.queuedChanges = self.loop.queue.count
        statistics.queuedQueries = self.readers.queued
        return statistics
    }

    /// Carries out what is queued and closes the file. Blocks until that is done; further calls are refused as `closed`.
    package func close() {
        self.readers.stop()
        self.readers.join()
        self.loop.queue.close()
        self.writer.join()
    }
}
