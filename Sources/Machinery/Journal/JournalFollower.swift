package import Contract

import Database

/// The lines of a journal from one number on, without end. Reads pages from the database when there is something to
/// read and sleeps otherwise, so that a slow reader costs no memory.
package struct JournalFollower: AsyncSequence, Sendable {
    package typealias Element = JournalLine

    let journal: Journal
    let after: Int64

    init(journal: Journal, after: Int64) {
        self.journal = journal
        self.after = after
    }

    package func makeAsyncIterator() -> Iterator { Iterator(journal: self.journal, sequence: self.after) }

    /// Hands out one line after another.
    package struct Iterator: AsyncIteratorProtocol {
        private let journal: Journal
        /// The last line that was read.
        private var sequence: Int64
        private var page: ArraySlice<JournalLine> = []

        init(journal: Journal, sequence: Int64) {
            self.journal = journal
            self.sequence = sequence
        }

        /// The next line; nil once the task is cancelled.
        ///
        /// - Throws: what the database throws; the iterator may be asked again.
        package mutating func next() async throws -> JournalLine? {
            while self.page.isEmpty {
                let head = await self.journal.wait(past: self.sequence)
                if Task.isCancelled { return nil }
                guard head > self.sequence else { continue }
                let (journal, sequence) = (self.journal, self.sequence)
                self.page = try await journal.database.read { reader in
                    try journal.lines(after: sequence, limit: Journal.followedPage, in: reader)[...]
                }
                if let last = self.page.last { self.sequence = last.sequence }
            }
            return self.page.popFirst()
        }
    }
}

/// Who waits for a line, and which line is the last.
struct Followers {
    struct Waiter {
        let past: Int64
        let continuation: CheckedContinuation<Int64, Never>
    }

    private(set) var head: Int64
    var waiting: [UInt64: Waiter] = [:]
    private var nextID: UInt64 = 0

    init(head: Int64) { self.head = head }

    mutating func makeID() -> UInt64 {
        self.nextID += 1
        return self.nextID
    }

    /// Moves the head and hands out those who waited for it.
    mutating func advance(to sequence: Int64) -> [Waiter] {
        self.head = max(self.head, sequence)
        let head = self.head
        let due = self.waiting.filter { $0.value.past < head }
        for id in due.keys { self.waiting[id] = nil }
        return Array(due.values)
    }
}
