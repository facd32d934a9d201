import Contract
import Database
import Journal
import Kernel

extension PriceBooks {
    /// Hours of one entry that one look posts at most: a month, so that a long downtime is made up for in a few looks.
    static let maximumHours = 744
    /// An hour is offered to credits this long after its end, when everything of it has been posted by every replica.
    static let settling = TimeSpan.minutes(5)
    /// What commitments cost belongs to no environment; reports show this.
    static let nowhere = "-"

    /// Prices the environments anew, since workers and commitments come and go, and posts the hours that are due: of
    /// commitments what they cost, used or not, of credits what they pay. Each hour of an entry is posted once.
    package func settle() async throws {
        try await self.environments.database.write { transaction in
            let now = self.environments.time.now
            let repriced = try self.environments.reprice(at: now, in: transaction)
            let books = try PriceBookStore.all(in: transaction)
            for book in books {
                for commitment in book.commitments {
                    try self.post(commitment, of: book.name, at: now, in: transaction)
                }
            }
            // What would be lost first is spent first.
            let credits = books.flatMap { book in book.credits.map { (book: book.name, credit: $0) } }
                .sorted { ($0.credit.end, $0.book, $0.credit.name) < ($1.credit.end, $1.book, $1.credit.name) }
            for (book, credit) in credits { try self.post(credit, of: book, at: now, in: transaction) }
            if !repriced.isEmpty { try self.environments.journal.append(repriced, at: now, in: transaction) }
        }
    }

    /// The bill begins with the hour in which an entry was declared, or begins later: what was paid before is not ours to post.
    static func openAccounts(
        of book: PriceBook, before: PriceBook?, at now: Timestamp, in transaction: Transaction
    ) throws {
        func open(_ kind: LedgerKind, _ name: String, from: Timestamp, wasThere: Bool) throws {
            let first = max(from, now.hour(since: from))
            let known = try PriceBookStore.account(book.name, kind, name, in: transaction)
            if wasThere, known != nil { return }
            let account = PriceBookStore.Account(
                book: book.name, kind: kind, name: name, due: max(known?.due ?? first, first),
                spent: known?.spent ?? .zero)
            try PriceBookStore.save(account, in: transaction)
        }
        for commitment in book.commitments {
            let wasThere = before?.commitments.contains { $0.name == commitment.name } ?? false
            try open(.commitment, commitment.name, from: commitment.from, wasThere: wasThere)
        }
        for credit in book.credits {
            let wasThere = before?.credits.contains { $0.name == credit.name } ?? false
            try open(.credit, credit.name, from: credit.start, wasThere: wasThere)
        }
    }

    private func post(
        _ commitment: Commitment, of book: String, at now: Timestamp, in transaction: Transaction
    ) throws {
        guard var account = try PriceBookStore.account(book, .commitment, commitment.name, in: transaction) else {
            return
        }
        account.due = max(account.due, commitment.from)
        var entries: [LedgerEntry] = []
        while account.due <= now, account.due < commitment.until, entries.count < Self.maximumHours {
            entries.append(
                Self.entry(
                    .commitment, commitment.pricePerHour, Self.nowhere, commitment.name, at: account.due))
            account.spent += commitment.pricePerHour
            account.due = account.due + .hours(1)
        }
        guard !entries.isEmpty else { return }
        try self.ledger.post(entries.filter { $0.amount != .zero }, in: transaction)
        try PriceBookStore.save(account, in: transaction)
    }

    /// By whole hours of the clock, the same for all credits, so that what one has paid is seen by the next: no spend is paid twice.
    private func post(_ credit: Credit, of book: String, at now: Timestamp, in transaction: Transaction) throws {
        guard var account = try PriceBookStore.account(book, .credit, credit.name, in: transaction) else { return }
        account.due = max(account.due, credit.start)
        let providers = Dictionary(
            uniqueKeysWithValues: try EnvironmentStore.all(in: transaction).map {
                ($0.environment.name, $0.environment.provider)
            })
        var hours = 0
        while account.due + .hours(1) + Self.settling <= now, account.due < credit.end, hours < Self.maximumHours {
            let spend = try self.spend.spend(
                from: account.due, until: account.due + .hours(1), in: transaction)
            for (environment, amount) in spend.sorted(by: { $0.key < $1.key }) where amount > .zero {
                guard let provider = providers[environment], credit.pays(provider) else { continue }
                let paid = min(amount, max(.zero, credit.amount - account.spent))
                guard paid > .zero else { continue }
                try self.ledger.post(
                    [Self.entry(.credit, .zero - paid, environment, credit.name, at: account.due)], in: transaction)
                account.spent += paid
            }
            account.due = account.due + .hours(1)
            hours += 1
        }
        if hours > 0 { try PriceBookStore.save(account, in: transaction) }
    }

    private static func entry(
        _ kind: LedgerKind, _ amount: Money, _ environment: String, _ name: String, at time: Timestamp
    ) -> LedgerEntry {
        var random = SystemRandomNumberGenerator()
        return LedgerEntry(
            id: ID(at: time, using: &random), at: time, kind: kind, amount: amount, environment: environment,
            step: name)
    }
}

extension Credit {
    /// The whole hour in which it begins.
    fileprivate var start: Timestamp {
        self.from.map { $0.hour(since: Timestamp(milliseconds: 0)) } ?? Timestamp(milliseconds: 0)
    }

    fileprivate var end: Timestamp { self.until ?? Timestamp(milliseconds: .max) }

    /// Machines of one's own are nobody's to give credit for.
    fileprivate func pays(_ provider: String) -> Bool {
        self.provider.map { $0 == provider } ?? PriceBook.providers.contains(provider)
    }
}

extension Timestamp {
    /// The beginning of the hour that this is in, counted from `start`; `start` itself when this is before it.
    fileprivate func hour(since start: Timestamp) -> Timestamp {
        let span = max(0, self.milliseconds - start.milliseconds)
        let hour = TimeSpan.hours(1).milliseconds
        return start + .milliseconds(span / hour * hour)
    }
}
