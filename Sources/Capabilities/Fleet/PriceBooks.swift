package import Contract
package import Database
import Journal
import Kernel

/// What was agreed with the clouds, as it was declared.
///
/// Declaring a book prices every environment anew in the same transaction, so that a plan made afterwards and the leases opened
/// afterwards know the same prices; leases that are open keep theirs. All books hold together. A book is emptied by declaring
/// it without entries; it has no other end, since what was paid by it stays in the ledger.
package struct PriceBooks: Sendable {
    package static let migrations = PriceBookStore.migrations

    let environments: Environments
    let ledger: any LedgerPosting
    let spend: any SpendSource

    package init(environments: Environments, ledger: any LedgerPosting, spend: any SpendSource) {
        self.environments = environments
        self.ledger = ledger
        self.spend = spend
    }

    /// Creates or changes a book; the same declaration twice changes nothing.
    ///
    /// - Throws: `invalid`, naming every entry that cannot be.
    package func declare(_ book: PriceBook, dryRun: Bool, by principal: Principal) async throws -> ApplyResult {
        if let fault = book.validate().fault { throw fault }
        return try await self.environments.database.write { [environments] transaction in
            let before = try PriceBookStore.find(book.name, in: transaction)
            let result = try ApplyResult.between(kind: "PriceBook", name: book.name, before: before, after: book)
            guard !dryRun, result.change != .unchanged else { return result }
            let now = environments.time.now
            try PriceBookStore.save(book, at: now, in: transaction)
            try Self.openAccounts(of: book, before: before, at: now, in: transaction)
            let repriced = try environments.reprice(at: now, in: transaction)
            let draft = JournalDraft(
                kind: "price-book.declared", subject: book.name, project: nil, actor: principal.name,
                body: ["change": .string(result.change.rawValue), "repriced": .integer(Int64(repriced.count))])
            try environments.journal.append([draft] + repriced, at: now, in: transaction)
            return result
        }
    }

    /// By name.
    package static func all(in reader: any Reading) throws -> [PriceBook] { try PriceBookStore.all(in: reader) }

    /// By name.
    package func list() async throws -> [PriceBook] {
        try await self.environments.database.read { try PriceBookStore.all(in: $0) }
    }

    /// - Throws: `notFound`, naming those there are.
    package func get(_ name: String) async throws -> PriceBook {
        try await self.environments.database.read { reader in
            guard let book = try PriceBookStore.find(name, in: reader) else {
                throw FleetError.unknownPriceBook(name, known: try PriceBookStore.all(in: reader).map(\.name))
            }
            return book
        }
    }
}
