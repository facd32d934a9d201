import Contract
import Database
import Digest
import Kernel

/// The journal's SQL.
///
/// `line` is the text that is hashed; `kind`, `subject` and `project` repeat what it says so that listings can filter.
/// `sequence` is SQLite's own row number, which needs no index beside the table; PostgreSQL's counterpart is a BIGINT.
enum JournalStore {
    static let migrations = [
        Migration(
            id: "journal-0001",
            statements: [
                """
                CREATE TABLE journal (
                    sequence INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, project TEXT,
                    line TEXT NOT NULL, hash TEXT NOT NULL)
                """,
                "CREATE INDEX journal_by_subject ON journal (subject, sequence)",
                "CREATE INDEX journal_by_kind ON journal (kind, sequence)",
                "CREATE INDEX journal_by_project ON journal (project, sequence)",
                """
                CREATE TABLE journal_head (
                    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), sequence BIGINT NOT NULL, hash TEXT NOT NULL)
                """,
                "INSERT INTO journal_head (id, sequence, hash) VALUES (1, 0, '\(JournalText.genesis.hex)')",
            ])
    ]

    /// The end of the chain; nil when its row is gone.
    static func head(in reading: some Reading) throws(DatabaseError) -> JournalHead? {
        guard let row = try reading.row("SELECT sequence, hash FROM journal_head WHERE id = 1") else { return nil }
        return JournalHead(sequence: try row.get(0), hash: try row.get(1))
    }

    static func setHead(_ head: JournalHead, in transaction: Transaction) throws(DatabaseError) {
        try transaction.execute(
            "UPDATE journal_head SET sequence = \(head.sequence), hash = \(head.hash) WHERE id = 1")
    }

    static func insert(
        _ draft: JournalDraft, text: String, at head: JournalHead, in transaction: Transaction
    ) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO journal (sequence, kind, subject, project, line, hash)
            VALUES (\(head.sequence), \(draft.kind), \(draft.subject), \(draft.project), \(text), \(head.hash))
            """)
    }

    /// Up to `limit` lines after `sequence`, oldest first.
    static func lines(after sequence: Int64, limit: Int, in reading: some Reading) throws -> [JournalLine] {
        try reading.rows(
            "SELECT sequence, line, hash FROM journal WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)"
        ).map(self.decode)
    }

    /// The hash of one line, nil when there is no such line.
    static func hash(of sequence: Int64, in reading: some Reading) throws(DatabaseError) -> ContentDigest? {
        try reading.row("SELECT hash FROM journal WHERE sequence = \(sequence)")?.get(0)
    }

    /// A row as it is stored, for the verifier: bytes that are no text and hashes that are no hashes come back as they are.
    struct StoredLine: Sendable {
        var sequence: Int64
        var kind: String
        var subject: String
        var project: String?
        var text: [UInt8]
        var hash: String
    }

    /// Up to `limit` stored rows after `sequence`, in order.
    static func stored(
        after sequence: Int64, limit: Int, in reading: some Reading
    ) throws(DatabaseError) -> [StoredLine] {
        let rows = try reading.rows(
            """
            SELECT sequence, kind, subject, project, CAST(line AS BLOB), hash FROM journal
            WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)
            """)
        var lines: [StoredLine] = []
        for row in rows {
            lines.append(
                StoredLine(
                    sequence: try row.get(0), kind: try row.get(1), subject: try row.get(2), project: try row.get(3),
                    text: try row.get(4), hash: try row.get(5)))
        }
        return lines
    }

    /// A line from its `sequence`, `line` and `hash`.
    static func decode(_ row: Row) throws -> JournalLine {
        let text: String = try row.get(1)
        guard let line = JournalText.decode(text, hash: try row.get(2)) else {
            throw JournalError.unreadable(sequence: try row.get(0))
        }
        return line
    }
}
