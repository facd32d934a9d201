import Dispatch
import Foundation
import GRDB

/// A thread that owns one SQLite connection until its loop returns. SQLite blocks, so it stays off Swift's own threads.
struct ConnectionThread: Sendable {
    /// How a connection is opened.
    enum Purpose: Sendable { case write, read }

    /// How long a statement waits for another program that holds the database, in seconds: a backup's last step is
    /// shorter, and a caller's patience is longer.
    private static let busySeconds = 5.0

    private let ended: DispatchGroup

    /// Opens the connection, so that a bad path is reported here, then runs `loop` on a thread of its own.
    init(
        path: String, purpose: Purpose, name: String, loop: @escaping @Sendable (Connection) -> Void
    ) throws(DatabaseError) {
        let queue: DatabaseQueue
        do { queue = try DatabaseQueue(path: path, configuration: Self.configuration(purpose)) } catch {
            throw DatabaseError(error, path: path)
        }
        let ended = DispatchGroup()
        ended.enter()
        self.ended = ended
        let thread = Thread {
            queue.inDatabase { database in
                // The queue has just opened it and nobody else can close it.
                guard let connection = try? Connection(database: database, path: path) else { return }
                loop(connection)
            }
            try? queue.close()
            ended.leave()
        }
        thread.name = name
        thread.start()
    }

    /// Blocks until the loop has returned and the connection is closed.
    func join() { self.ended.wait() }

    private static func configuration(_ purpose: Purpose) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.allowsUnsafeTransactions = true
        // `LIKE` tells capitals from small letters, as PostgreSQL's does; `LOWER` on both sides where it must not.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA case_sensitive_like = ON") }
        switch purpose {
        case .write:
            configuration.journalMode = .wal
            configuration.prepareDatabase { database in
                // 32 MiB of pages; the log is folded into the file every 32 MiB and kept below 64 MiB. What a savepoint
                // would put back stays in memory: in a file it doubles what a commit writes.
                for pragma in [
                    "cache_size = -32768", "wal_autocheckpoint = 8192", "journal_size_limit = 67108864",
                    "temp_store = MEMORY",
                ] {
                    try database.execute(sql: "PRAGMA \(pragma)")
                }
            }
        case .read:
            configuration.readonly = true
            configuration.prepareDatabase { database in
                // Sorting must not fail because the disk is full: reads go on then.
                for pragma in ["cache_size = -4096", "temp_store = MEMORY"] {
                    try database.execute(sql: "PRAGMA \(pragma)")
                }
            }
        }
        return configuration
    }
}
