package import Database
import Kernel

/// One row that is written to know whether rows can be written.
package enum ReadinessStore {
    package static let migrations = [
        Migration(
            id: "readiness-0001",
            statements: [
                "CREATE TABLE readiness (id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1), at BIGINT NOT NULL)",
                "INSERT INTO readiness (id, at) VALUES (1, 0)",
            ])
    ]

    static func touch(at now: Timestamp, in transaction: Transaction) throws {
        try transaction.execute("UPDATE readiness SET at = \(now) WHERE id = 1")
    }
}
