import Kernel
import Logging
import Synchronization

/// One caller's change on its way to the disk.
struct Change: Sendable {
    let durability: Durability
    /// Runs the body and returns how to answer its caller once the change is committed.
    let run: @Sendable (Transaction) throws -> @Sendable () -> Void
    /// Answers the caller that nothing of it was kept.
    let fail: @Sendable (any Error) -> Void
}

/// The only writer: takes what is queued, gives each change a savepoint, and commits them together.
///
/// A commit costs one sync of the disk however many changes share it. A change that fails undoes its savepoint and tells
/// its caller; the others do not notice. When the commit itself fails, or SQLite gives the transaction up (full disk),
/// every caller of the group is told so and nothing is acknowledged.
final class WriteLoop: Sendable {
    /// Changes in one commit: more would only delay the first of them.
    static let maximumChanges = 256
    /// How long a group may take in more of what waits already. A page that several changes touch is written once for them
    /// all, so long groups cost less; a change never waits longer than this for its neighbours.
    static let maximumGather = Duration.milliseconds(10)

    let queue: JobQueue<Change>
    private let logger: Logger
    private let counts = Mutex(DatabaseStatistics())

    init(queue: JobQueue<Change>, logger: Logger) {
        self.queue = queue
        self.logger = logger
    }

    var statistics: DatabaseStatistics { self.counts.withLock { $0 } }

    /// Commits group after group until the queue is closed and empty.
    func run(on connection: Connection) {
        var level: Durability?
        while let first = self.queue.next() {
            do {
                if level != first.durability {
                    try connection.pragma(first.durability == .durable ? "synchronous = FULL" : "synchronous = NORMAL")
                    level = first.durability
                }
                try connection.run("BEGIN IMMEDIATE")
            } catch {
                self.refuse(first, because: error)
                continue
            }
            self.commitGroup(startingWith: first, on: connection)
        }
    }

    /// Fails `first` and the group that would have been its own: each would wait as long for the same error.
    private func refuse(_ first: Change, because error: DatabaseError) {
        var refused = [first]
        while refused.count < Self.maximumChanges, let next = self.queue.poll() { refused.append(next) }
        self.note(failure: error, of: refused.count)
        for change in refused { change.fail(error) }
    }

    private func commitGroup(startingWith first: Change, on connection: Connection) {
        var group = Group()
        var next: Change? = first
        let start = ContinuousClock.now
        while let change = next {
            group.run(change, on: connection)
            guard group.loss == nil, group.count < Self.maximumChanges, ContinuousClock.now - start < Self.maximumGather
            else { break }
            // A durable change never joins a relaxed group: the level of sync cannot change within a transaction.
            next = self.queue.poll { first.durability == .durable || $0.durability == .relaxed }
        }
        if group.loss == nil {
            do { try connection.run("COMMIT") } catch { group.loss = error }
        }
        if let loss = group.loss {
            connection.rollback()
            self.note(failure: loss, of: group.count)
            for member in group.members { member.change.fail(loss) }
        } else {
            if let failure = group.failure { self.note(failure: failure, of: group.count - group.members.count) }
            self.noteCommit(of: group.members.count, first.durability, afterFailure: group.failure != nil)
            CommitAction.perform(group.actions)
            for member in group.members { member.answer() }
        }
        // Last, so that whoever hears of a failure finds it in the statistics.
        for failed in group.failed { failed.change.fail(failed.error) }
    }

    private func noteCommit(of changes: Int, _ durability: Durability, afterFailure: Bool) {
        let recovered = self.counts.withLock { counts in
            counts.commits += 1
            counts.changes += changes
            counts.unsyncedChanges = durability == .durable ? 0 : counts.unsyncedChanges + changes
            guard changes > 0, !afterFailure, !counts.isWritable else { return false }
            counts.isWritable = true
            return true
        }
        if recovered { self.logger.notice("the database can be written again") }
    }

    private func note(failure: DatabaseError, of changes: Int) {
        let isNew = self.counts.withLock { counts in
            counts.failedChanges += changes
            guard failure.kind == .unavailable else { return false }
            defer { counts.isWritable = false }
            return counts.isWritable
        }
        if isNew {
            self.logger.error(
                "the database cannot be written",
                metadata: ["reason": "\(failure.message)", "detail": "\(failure.detail)"])
        }
    }
}

extension WriteLoop {
    /// The changes of one transaction, as they go.
    private struct Group {
        /// How many bodies ran.
        var count = 0
        /// Those whose savepoints stand.
        var members: [(change: Change, answer: @Sendable () -> Void)] = []
        var actions: [CommitAction] = []
        /// Those that undid themselves.
        var failed: [(change: Change, error: any Error)] = []
        /// The last failure of the database that cost one body its change.
        var failure: DatabaseError?
        /// Why the whole transaction is gone.
        var loss: DatabaseError?

        private static let beginAnew = ["ROLLBACK", "BEGIN IMMEDIATE"]
        private static let undoLast = ["ROLLBACK TO change", "RELEASE change"]

        mutating func run(_ change: Change, on connection: Connection) {
            self.count += 1
            let transaction = Transaction(connection: connection, durability: change.durability)
            defer { transaction.close() }
            do {
                // The first change needs none: without it the transaction is empty.
                let isFirst = self.members.isEmpty
                if !isFirst { try connection.run("SAVEPOINT change") }
                let answer = try change.run(transaction)
                try transaction.confirm()
                if !isFirst { try connection.run("RELEASE change") }
                self.members.append((change, answer))
                self.actions += transaction.actions
            } catch {
                self.undo(change, because: error, on: connection)
            }
        }

        private mutating func undo(_ change: Change, because error: any Error, on connection: Connection) {
            let ofDatabase = error as? DatabaseError
            if let ofDatabase, ofDatabase.kind == .unavailable { self.failure = ofDatabase }
            if connection.isInsideTransaction {
                do {
                    for step in self.members.isEmpty ? Self.beginAnew : Self.undoLast { try connection.run(step) }
                } catch { self.loss = error }
            } else {
                self.loss = ofDatabase ?? .statement(detail: "a body ended the transaction: \(error)")
            }
            self.failed.append((change, error))
        }
    }
}
