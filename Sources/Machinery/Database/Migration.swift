import Kernel

/// One step in the making of the schema. Once released it never changes; what comes later is another migration.
package struct Migration: Sendable, Hashable {
    /// `<noun>-<four digits>`, such as `runs-0001`.
    package let id: String
    /// Statements without values, run in order within one transaction. Types are those that SQLite and PostgreSQL share; two
    /// things are SQLite's own and mean nothing elsewhere: `INTEGER NOT NULL PRIMARY KEY` is its row number, a BIGINT, and
    /// `WITHOUT ROWID` keeps small rows in the index of their key, which saves a second tree.
    package let statements: [String]

    package init(id: String, statements: [String]) {
        self.id = id
        self.statements = statements
    }

    /// What is recorded, and compared when it has been applied already.
    fileprivate var text: String { self.statements.joined(separator: ";\n") }
}

extension Database {
    /// Applies, in the order given, the migrations that this database has not seen, each in a transaction of its own.
    ///
    /// - Throws: `changedMigration` when one that was applied reads differently now; `failedMigration` when one cannot be
    ///   applied, and then nothing of it is kept.
    package func migrate(_ migrations: [Migration]) async throws {
        precondition(Set(migrations.map(\.id)).count == migrations.count, "two migrations have the same id")
        try await self.write { transaction in
            try transaction.execute(
                "CREATE TABLE IF NOT EXISTS migrations (id TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL)")
        }
        var isChanged = false
        for migration in [Self.probe] + migrations {
            // A fresh folder has dozens of them. One sync at the end does for all: what a power cut takes before that is applied
            // again by the next start.
            let isNew = try await self.write(durability: .relaxed) { try Self.apply(migration, in: $0) }
            isChanged = isChanged || isNew
        }
        if isChanged { try await self.probe() }
    }

    /// - Returns: whether it was new.
    private static func apply(_ migration: Migration, in transaction: Transaction) throws(DatabaseError) -> Bool {
        if let row = try transaction.row("SELECT text FROM migrations WHERE id = \(migration.id)") {
            guard try row.get(0) == migration.text else { throw .changedMigration(id: migration.id) }
            return false
        }
        do {
            for statement in migration.statements { try transaction.execute(SQL(raw: statement)) }
        } catch  where error.kind != .unavailable {
            throw .failedMigration(id: migration.id, detail: error.detail)
        }
        try transaction.execute("INSERT INTO migrations (id, text) VALUES (\(migration.id), \(migration.text))")
        return true
    }
}
