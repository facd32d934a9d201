import Contract
import Database
import Kernel

/// The rows of log chunks: the bytes that an attempt's command printed, keyed by the byte at which they start.
enum LogStore {
    static let migrations = [
        Migration(
            id: "runs-0003",
            statements: [
                """
                CREATE TABLE log_chunks (
                    attempt TEXT NOT NULL, start BIGINT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (attempt, start)) WITHOUT ROWID
                """
            ])
    ]

    static func size(of attempt: ID<Attempt>, in reader: any Reading) throws -> Int64? {
        try reader.row("SELECT log_size FROM attempts WHERE id = \(attempt)").map { try $0.get(0) }
    }

    static func append(_ bytes: [UInt8], at start: Int64, to attempt: ID<Attempt>, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO log_chunks (attempt, start, bytes) VALUES (\(attempt), \(start), \(bytes))")
        try transaction.execute("UPDATE attempts SET log_size = \(start + Int64(bytes.count)) WHERE id = \(attempt)")
    }

    /// The chunk in which byte `offset` lies, from there on; nil at the end.
    static func chunk(of attempt: ID<Attempt>, from offset: Int64, in reader: any Reading) throws -> [UInt8]? {
        guard
            let row = try reader.row(
                """
                SELECT start, bytes FROM log_chunks WHERE attempt = \(attempt) AND start <= \(offset)
                ORDER BY start DESC LIMIT 1
                """)
        else { return nil }
        let start: Int64 = try row.get(0)
        let bytes: [UInt8] = try row.get(1)
        let skip = offset - start
        return skip < bytes.count ? Array(bytes[Int(skip)...]) : nil
    }
}
