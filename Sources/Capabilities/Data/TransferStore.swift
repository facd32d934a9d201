import Contract
import Database
import Kernel

extension TransferStatus: SQLConvertible {}

/// The rows of transfers, of the runs that wait for them, and a count per run that makes "has all arrived?" one lookup.
enum TransferStore {
    static let migrations = [
        Migration(
            id: "transfers-0001",
            statements: [
                """
                CREATE TABLE transfers (
                    id TEXT PRIMARY KEY NOT NULL, blob TEXT NOT NULL, size BIGINT NOT NULL, source TEXT NOT NULL,
                    destination TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, run TEXT, project TEXT,
                    requested_at BIGINT NOT NULL, ended_at BIGINT, tries BIGINT NOT NULL, due_at BIGINT NOT NULL)
                """,
                "CREATE UNIQUE INDEX transfers_travelling ON transfers (destination, blob) WHERE status = 'waiting'",
                "CREATE INDEX transfers_due ON transfers (due_at) WHERE status = 'waiting'",
                "CREATE INDEX transfers_run ON transfers (run)",
                """
                CREATE TABLE transfer_waiters (
                    run TEXT NOT NULL, transfer TEXT NOT NULL, PRIMARY KEY (run, transfer))
                """,
                "CREATE INDEX transfer_waiters_transfer ON transfer_waiters (transfer)",
                """
                CREATE TABLE transfer_requests (
                    run TEXT PRIMARY KEY NOT NULL, project TEXT NOT NULL, destination TEXT NOT NULL,
                    blobs BIGINT NOT NULL, size BIGINT NOT NULL, waiting BIGINT NOT NULL, failure TEXT)
                """,
            ])
    ]

    private static let lookupBatch = 512
    private static let insertBatch = 64

    /// Newest first. Ids sort by birth.
    static func transfers(
        of run: String?, before: String?, limit: Int, in reader: any Reading
    ) throws -> [Transfer] {
        let conditions = [run.map { "run = \($0)" as SQL }, before.map { "id < \($0)" as SQL }].compactMap { $0 }
        let filter: SQL = conditions.isEmpty ? "" : "WHERE \(SQL.join(conditions, separator: " AND "))"
        return try reader.rows(
            "SELECT \(self.columns) FROM transfers \(filter) ORDER BY id DESC LIMIT \(limit)"
        ).map(self.decode)
    }

    /// Blobs on their way to `destination`, with the transfer that carries each.
    static func travelling(
        _ blobs: [ContentDigest], to destination: String, in reader: any Reading
    ) throws -> [ContentDigest: ID<Transfer>] {
        var found: [ContentDigest: ID<Transfer>] = [:]
        for batch in self.batches(blobs, of: self.lookupBatch) {
            let rows = try reader.rows(
                """
                SELECT blob, id FROM transfers
                WHERE status = 'waiting' AND destination = \(destination) AND blob IN \(SQL.list(batch))
                """)
            for row in rows { found[try row.get(0)] = try row.get(1) }
        }
        return found
    }

    static func insert(_ transfers: [Transfer], in transaction: Transaction) throws {
        for batch in self.batches(transfers, of: self.insertBatch) {
            let values = batch.map {
                """
                (\($0.id), \($0.blob), \($0.size), \($0.source), \($0.destination), \($0.status), \($0.run), \($0.project),
                \($0.requestedAt), 0, \($0.requestedAt))
                """ as SQL
            }
            try transaction.execute(
                """
                INSERT INTO transfers
                    (id, blob, size, source, destination, status, run, project, requested_at, tries, due_at)
                VALUES \(SQL.join(values, separator: ", "))
                """)
        }
    }

    /// The transfers to make now, oldest first.
    static func due(at time: Timestamp, limit: Int, in reader: any Reading) throws -> [DueTransfer] {
        try reader.rows(
            """
            SELECT \(self.columns), tries FROM transfers WHERE status = 'waiting' AND due_at <= \(time)
            ORDER BY due_at, id LIMIT \(limit)
            """
        ).map { DueTransfer(transfer: try self.decode($0), tries: try $0.get(11)) }
    }

    /// Ends a transfer. Returns false when it was ended before, so that nothing is counted twice.
    static func end(
        _ id: ID<Transfer>, _ status: TransferStatus, reason: String?, at time: Timestamp, in transaction: Transaction
    ) throws -> Bool {
        try transaction.execute(
            """
            UPDATE transfers SET status = \(status), reason = \(reason), ended_at = \(time)
            WHERE id = \(id) AND status = 'waiting'
            """) > 0
    }

    /// Puts a transfer back until `time`, perhaps from another source.
    static func postpone(
        _ id: ID<Transfer>, until time: Timestamp, source: String, reason: String, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE transfers SET tries = tries + 1, due_at = \(time), source = \(source), reason = \(reason)
            WHERE id = \(id) AND status = 'waiting'
            """)
    }

    /// What travelled for `run` and has arrived, summed by way.
    static func moved(
        for run: String, in reader: any Reading
    ) throws -> [(source: String, destination: String, size: ByteCount)] {
        try reader.rows(
            """
            SELECT source, destination, SUM(size) FROM transfers WHERE run = \(run) AND status = 'succeeded'
            GROUP BY source, destination ORDER BY source, destination
            """
        ).map { (try $0.get(0), try $0.get(1), try $0.get(2)) }
    }

    private static let columns: SQL =
        "id, blob, size, source, destination, status, reason, run, project, requested_at, ended_at"

    private static func decode(_ row: Row) throws -> Transfer {
        Transfer(
            id: try row.get(0), blob: try row.get(1), size: try row.get(2), source: try row.get(3),
            destination: try row.get(4), status: try row.get(5), reason: try row.get(6), run: try row.get(7),
            project: try row.get(8), requestedAt: try row.get(9), endedAt: try row.get(10))
    }

    private static func batches<Item>(_ items: [Item], of size: Int) -> [ArraySlice<Item>] {
        stride(from: 0, to: items.count, by: size).map { items[$0..<min($0 + size, items.count)] }
    }
}

/// A transfer whose time has come, and how often it was tried in vain.
struct DueTransfer: Sendable {
    var transfer: Transfer
    var tries: Int
}
