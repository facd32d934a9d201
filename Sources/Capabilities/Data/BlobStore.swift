import Contract
import Database
import Kernel

/// Which blobs lie in which store, and the trees made of them.
///
/// A tree is its canonical text, whose SHA-256 is its key: 50,000 files are one row of some megabytes rather than 50,000.
/// Digests are looked up some hundred at a time.
enum BlobStore {
    static let migrations = [
        Migration(
            id: "blobs-0001",
            statements: [
                """
                CREATE TABLE blobs (
                    store TEXT NOT NULL, digest TEXT NOT NULL, size BIGINT NOT NULL, stored_at BIGINT NOT NULL,
                    PRIMARY KEY (store, digest))
                """,
                "CREATE INDEX blobs_digest ON blobs (digest)",
                """
                CREATE TABLE trees (
                    digest TEXT PRIMARY KEY NOT NULL, files BIGINT NOT NULL, size BIGINT NOT NULL, text TEXT NOT NULL,
                    saved_at BIGINT NOT NULL)
                """,
            ])
    ]

    /// Digests in one statement: few enough to bind quickly, enough that a large tree takes about a hundred statements.
    private static let lookupBatch = 512
    /// Rows of one insert.
    private static let insertBatch = 128

    /// The sizes of those of `digests` that lie in `store`.
    static func stored(
        _ digests: [ContentDigest], at store: String, in reader: any Reading
    ) throws -> [ContentDigest: ByteCount] {
        var found: [ContentDigest: ByteCount] = [:]
        for batch in self.batches(digests, of: self.lookupBatch) {
            let rows = try reader.rows(
                "SELECT digest, size FROM blobs WHERE store = \(store) AND digest IN \(SQL.list(batch))")
            for row in rows { found[try row.get(0)] = try row.get(1) }
        }
        return found
    }

    /// The stores that have each of `digests`, by name; nowhere is absent.
    static func places(_ digests: [ContentDigest], in reader: any Reading) throws -> [ContentDigest: [String]] {
        var places: [ContentDigest: [String]] = [:]
        for batch in self.batches(digests, of: self.lookupBatch) {
            let rows = try reader.rows(
                "SELECT digest, store FROM blobs WHERE digest IN \(SQL.list(batch)) ORDER BY store")
            for row in rows { places[try row.get(0), default: []].append(try row.get(1)) }
        }
        return places
    }

    static func insert(
        _ blobs: [BlobDescription], at store: String, time: Timestamp, in transaction: Transaction
    ) throws {
        for batch in self.batches(blobs, of: self.insertBatch) {
            let values = batch.map { "(\(store), \($0.sha256), \($0.size), \(time))" as SQL }
            try transaction.execute(
                """
                INSERT INTO blobs (store, digest, size, stored_at) VALUES \(SQL.join(values, separator: ", "))
                ON CONFLICT (store, digest) DO NOTHING
                """)
        }
    }

    /// Forgets a blob that turned out not to be where it was recorded.
    static func delete(_ digest: ContentDigest, at store: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM blobs WHERE store = \(store) AND digest = \(digest)")
    }

    /// How many blobs lie in `store`, and their bytes.
    static func totals(at store: String, in reader: any Reading) throws -> (objects: Int, size: ByteCount) {
        guard let row = try reader.row("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM blobs WHERE store = \(store)")
        else {
            return (0, .zero)
        }
        return (try row.get(0), try row.get(1))
    }

    static func tree(_ digest: ContentDigest, in reader: any Reading) throws -> Tree? {
        guard let row = try reader.row("SELECT text FROM trees WHERE digest = \(digest)") else { return nil }
        guard let tree = Tree(canonicalText: try row.get(0)) else {
            throw PlainFault(
                .bug, "The tree \(digest) cannot be read.", detail: "its row does not hold a canonical text")
        }
        return tree
    }

    static func save(
        _ tree: Tree, text: String, digest: ContentDigest, at time: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO trees (digest, files, size, text, saved_at)
            VALUES (\(digest), \(tree.entries.count), \(tree.size), \(text), \(time)) ON CONFLICT (digest) DO NOTHING
            """)
    }

    private static func batches<Item>(_ items: [Item], of size: Int) -> [ArraySlice<Item>] {
        stride(from: 0, to: items.count, by: size).map { items[$0..<min($0 + size, items.count)] }
    }
}
