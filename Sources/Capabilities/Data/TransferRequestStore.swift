import Contract
import Database
import Kernel

/// What one run waits for: all of it, and how much is still missing.
struct TransferRequest: Sendable {
    var run: ID<Run>
    var project: String
    var destination: String
    var blobs: Int
    var size: ByteCount
    var waiting: Int
    var failure: String?
}

/// The rows of requests and of the single transfers that each waits for.
enum TransferRequestStore {
    private static let insertBatch = 128

    static func request(for run: ID<Run>, in reader: any Reading) throws -> TransferRequest? {
        try reader.row("SELECT \(self.columns) FROM transfer_requests WHERE run = \(run)").map(self.decode)
    }

    /// The run waits for nothing any more.
    static func forget(_ run: ID<Run>, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM transfer_waiters WHERE run = \(run)")
        try transaction.execute("DELETE FROM transfer_requests WHERE run = \(run)")
    }

    /// Replaces whatever the run asked for before.
    static func replace(_ request: TransferRequest, transfers: [ID<Transfer>], in transaction: Transaction) throws {
        try self.forget(request.run, in: transaction)
        try transaction.execute(
            """
            INSERT INTO transfer_requests (\(self.columns))
            VALUES (\(request.run), \(request.project), \(request.destination), \(request.blobs), \(request.size),
                    \(request.waiting), \(request.failure))
            """)
        for start in stride(from: 0, to: transfers.count, by: self.insertBatch) {
            let values = transfers[start..<min(start + self.insertBatch, transfers.count)].map {
                "(\(request.run), \($0))" as SQL
            }
            try transaction.execute(
                "INSERT INTO transfer_waiters (run, transfer) VALUES \(SQL.join(values, separator: ", "))")
        }
    }

    /// Counts a transfer that has ended in every request that waits for it, and forgets who waited.
    ///
    /// - Returns: the requests that wait for nothing more.
    static func count(
        _ transfer: ID<Transfer>, failure: String?, in transaction: Transaction
    ) throws -> [TransferRequest] {
        let waiters = "SELECT run FROM transfer_waiters WHERE transfer = \(transfer)" as SQL
        try transaction.execute(
            """
            UPDATE transfer_requests SET waiting = waiting - 1, failure = COALESCE(failure, \(failure))
            WHERE run IN (\(waiters))
            """)
        let complete = try transaction.rows(
            "SELECT \(self.columns) FROM transfer_requests WHERE waiting = 0 AND run IN (\(waiters)) ORDER BY run"
        ).map(self.decode)
        try transaction.execute("DELETE FROM transfer_waiters WHERE transfer = \(transfer)")
        return complete
    }

    private static let columns: SQL = "run, project, destination, blobs, size, waiting, failure"

    private static func decode(_ row: Row) throws -> TransferRequest {
        TransferRequest(
            run: try row.get(0), project: try row.get(1), destination: try row.get(2), blobs: try row.get(3),
            size: try row.get(4), waiting: try row.get(5), failure: try row.get(6))
    }
}
