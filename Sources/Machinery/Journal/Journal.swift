package import Contract
package import Database
package import Digest
package import Kernel
import Synchronization

/// Everything that happens, one line each, in the order in which it was committed.
///
/// Audit trail, lineage, live page updates and webhooks are readers of this one log. A line is written in the transaction
/// of the change it tells of (`append`, last in the body), so neither exists without the other. Lines are numbered
/// without gaps and chained: each hash covers the one before and the exact stored text. The end of the chain is kept
/// once more outside the database (`HeadFile`), so that neither a changed line nor a cut tail goes unseen
/// (`JournalVerifier`).
///
/// It knows no nouns: kinds and bodies are its writers' business. Heartbeats, log lines, metric points and predictions are
/// not lines. It fails as the database does; opening fails when the end of the chain is not the one last seen.
/// A line costs some 20 µs of the write loop; a follower sleeps until there is something to read.
package final class Journal: Sendable {
    /// A line is a fact with its key figures, not a document, in bytes.
    package static let maximumLineBytes = 256 << 10
    /// Lines a follower reads at a time.
    package static let followedPage = 256

    package static let migrations = JournalStore.migrations

    /// Whether there were lines but no head file at the start: a cut tail would not have been noticed. Worth a warning.
    package let headFileWasMissing: Bool
    let database: Database
    private let headFile: HeadFile
    private let followers: Mutex<Followers>

    /// Opens the journal of a database that has been migrated.
    ///
    /// - Parameters:
    ///   - path: the head file, outside the database; made when it is missing.
    ///   - key: authenticates the head file; the same at every start.
    /// - Throws: `cutTail`, `rewritten` or `headFileForged` when the journal is not the one last seen.
    package init(database: Database, headFile path: String, key: HMACKey) async throws {
        let contents = try HeadFile.read(path: path, key: key)
        let head = try await database.read { reader in
            try Self.check(contents, path: path, in: reader)
        }
        let file = try HeadFile(path: path, key: key)
        try file.write(head)
        try file.sync()
        self.database = database
        self.headFile = file
        self.headFileWasMissing = contents == .missing && head.sequence > 0
        self.followers = Mutex(Followers(head: head.sequence))
    }

    /// Writes lines at the end of the chain. Call it last in a transaction.
    ///
    /// - Throws: `tooLong`, and what the database throws.
    package func append(_ drafts: [JournalDraft], at: Timestamp, in transaction: Transaction) throws {
        guard !drafts.isEmpty else { return }
        guard transaction.durability == .durable else { throw JournalError.relaxed }
        guard var head = try JournalStore.head(in: transaction) else { throw JournalError.unreadable(sequence: 0) }
        let time = at.description
        for draft in drafts {
            let text = JournalText.encode(draft, sequence: head.sequence + 1, at: time)
            guard text.count <= Self.maximumLineBytes else {
                throw JournalError.tooLong(kind: draft.kind, bytes: text.count)
            }
            head = JournalHead(sequence: head.sequence + 1, hash: JournalText.hash(after: head.hash, text: text))
            try JournalStore.insert(draft, text: String(decoding: text, as: UTF8.self), at: head, in: transaction)
        }
        try JournalStore.setHead(head, in: transaction)
        transaction.onCommit(replacing: "journal") { [head] in self.committed(head) }
    }

    /// The number of the last committed line; 0 when there is none.
    package var head: Int64 { self.followers.withLock { $0.head } }

    /// Up to `limit` lines after `sequence`, oldest first.
    ///
    /// - Parameter kindPrefix: what the kind begins with; nil is every line.
    package func lines(
        after sequence: Int64, kindPrefix: String? = nil, limit: Int, in reading: some Reading
    ) throws -> [JournalLine] {
        guard let kindPrefix else { return try JournalStore.lines(after: sequence, limit: limit, in: reading) }
        return try JournalStore.lines(after: sequence, kindPrefix: kindPrefix, limit: limit, in: reading)
    }

    /// A page of the lines that pass `filter`, newest first.
    ///
    /// - Throws: `invalid` when the cursor is not one that this gave out.
    package func page(
        _ filter: JournalFilter = JournalFilter(), _ request: PageRequest, in reading: some Reading
    ) throws -> Page<JournalLine> {
        var before = Int64.max
        if let cursor = request.cursor {
            guard let sequence = Int64(cursor), sequence > 0 else {
                throw PlainFault(
                    .invalid, "The cursor '\(cursor)' is not one of this listing. Leave it out to start anew.")
            }
            before = sequence
        }
        let lines = try JournalStore.lines(before: before, filter: filter, limit: request.limit + 1, in: reading)
        guard lines.count > request.limit else { return Page(items: lines) }
        let items = Array(lines.prefix(request.limit))
        return Page(items: items, next: items.last.map { String($0.sequence) })
    }

    /// Waits until there is a line after `sequence`, or the task is cancelled.
    ///
    /// - Returns: the number of the last committed line.
    package func wait(past sequence: Int64) async -> Int64 {
        let id = self.followers.withLock { $0.makeID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation before this finds nothing to wake, but shows here; one after it finds the waiter.
                let head: Int64? = self.followers.withLock { followers in
                    if followers.head > sequence || Task.isCancelled { return followers.head }
                    followers.waiting[id] = Followers.Waiter(past: sequence, continuation: continuation)
                    return nil
                }
                if let head { continuation.resume(returning: head) }
            }
        } onCancel: {
            let (waiter, head) = self.followers.withLock { ($0.waiting.removeValue(forKey: id), $0.head) }
            waiter?.continuation.resume(returning: head)
        }
    }

    /// Every line after `sequence`, then each new one as it is committed, without end until the task is cancelled.
    package func follow(after sequence: Int64) -> JournalFollower {
        JournalFollower(journal: self, after: sequence)
    }

    /// Runs on the thread that commits, once per group, in order.
    private func committed(_ head: JournalHead) {
        // A head file that cannot be written lags, which the verifier tolerates; the next commit tries again.
        try? self.headFile.write(head)
        for waiter in self.followers.withLock({ $0.advance(to: head.sequence) }) {
            waiter.continuation.resume(returning: head.sequence)
        }
    }

    /// Compares the end of the chain with the head file.
    private static func check(
        _ contents: HeadFile.Contents, path: String, in reader: Reader
    ) throws -> JournalHead {
        guard let head = try JournalStore.head(in: reader) else { throw JournalError.unreadable(sequence: 0) }
        switch contents {
        case .missing: break
        case .forged: throw JournalError.headFileForged(path: path)
        case .head(let seen) where seen.sequence > head.sequence:
            throw JournalError.cutTail(last: head.sequence, headFile: seen.sequence, path: path)
        case .head(let seen):
            guard seen.sequence > 0 else { break }
            guard try JournalStore.hash(of: seen.sequence, in: reader) == seen.hash else {
                throw JournalError.rewritten(sequence: seen.sequence)
            }
        }
        return head
    }
}
