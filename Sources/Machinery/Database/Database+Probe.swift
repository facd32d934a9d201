import Kernel

/// Whether the disk takes what is written: asked when nobody writes, so that a control plane without traffic notices a
/// full disk, and that there is room again.
extension Database {
    static let probe = Migration(
        id: "database-0001",
        statements: [
            "CREATE TABLE probe (id BIGINT NOT NULL PRIMARY KEY, count BIGINT NOT NULL)",
            "INSERT INTO probe (id, count) VALUES (1, 0)",
        ])

    /// Writes and commits a small change of its own. Needs `migrate` to have run.
    ///
    /// - Throws: `unavailable` when the disk is full, broken or read-only; `statistics.isWritable` says so as well.
    package func probe() async throws {
        try await self.write { transaction in
            try transaction.execute("UPDATE probe SET count = count + 1 WHERE id = 1")
        }
    }
}
