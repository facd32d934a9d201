import Contract
import Database
import Kernel

/// The rows of price books.
enum PriceBookStore {
    static let migrations = [
        Migration(
            id: "fleet-0006",
            statements: [
                """
                CREATE TABLE price_books (
                    name TEXT PRIMARY KEY, spec TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
                """
            ]),
        Migration(
            id: "fleet-0007",
            statements: [
                """
                CREATE TABLE price_book_accounts (
                    book TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, due BIGINT NOT NULL,
                    spent BIGINT NOT NULL, PRIMARY KEY (book, kind, name))
                """
            ]),
    ]

    /// How far an entry of a book stands in the ledger.
    struct Account: Sendable {
        var book: String
        /// `commitment` or `credit`.
        var kind: LedgerKind
        var name: String
        /// The beginning of the first hour that is not posted.
        var due: Timestamp
        /// What was posted for it; what was spent of a credit.
        var spent: Money
    }

    /// By name.
    static func all(in reader: any Reading) throws -> [PriceBook] {
        try reader.rows("SELECT spec FROM price_books ORDER BY name").map { try Wire.decode(text: try $0.get(0)) }
    }

    static func find(_ name: String, in reader: any Reading) throws -> PriceBook? {
        try reader.row("SELECT spec FROM price_books WHERE name = \(name)").map { try Wire.decode(text: try $0.get(0)) }
    }

    static func save(_ book: PriceBook, at now: Timestamp, in transaction: Transaction) throws {
        let spec = try Wire.text(book)
        try transaction.execute(
            """
            INSERT INTO price_books (name, spec, created_at, updated_at)
            VALUES (\(book.name), \(spec), \(now), \(now))
            ON CONFLICT (name) DO UPDATE SET spec = \(spec), updated_at = \(now)
            """)
    }

    static func account(
        _ book: String, _ kind: LedgerKind, _ name: String, in reader: any Reading
    ) throws -> Account? {
        try reader.row(
            "SELECT due, spent FROM price_book_accounts WHERE book = \(book) AND kind = \(kind) AND name = \(name)"
        ).map { Account(book: book, kind: kind, name: name, due: try $0.get(0), spent: try $0.get(1)) }
    }

    static func save(_ account: Account, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO price_book_accounts (book, kind, name, due, spent)
            VALUES (\(account.book), \(account.kind), \(account.name), \(account.due), \(account.spent))
            ON CONFLICT (book, kind, name) DO UPDATE SET due = \(account.due), spent = \(account.spent)
            """)
    }
}
