package import Contract
import Database
import Journal
package import Kernel

extension Workers {
    /// A posting for less than this much idle time waits for the next one.
    static let idlePostingInterval = TimeSpan.minutes(1)

    /// A request came from this worker that changes nothing else. Costs nothing when it was heard of a moment ago.
    ///
    /// - Throws: `notFound` for a worker that is not known.
    package func note(_ id: ID<Worker>) async throws {
        if let last = self.heard.peek(id), self.time.monotonic - last < .seconds(1) { return }
        try await self.database.write { [self] transaction in
            let lines = try self.seen(id, in: transaction).lines
            if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
        }
    }

    /// Every term begins anew: the control plane could not listen.
    package func restartTerms() { self.heard.restart() }

    /// Marks workers lost from whom nothing came for their environment's term, and posts what idle slots cost.
    package func sweep() async throws {
        try await self.database.write { [self] transaction in
            var lines: [JournalDraft] = []
            let monotonic = self.time.monotonic
            for worker in try WorkerStore.present(in: transaction) {
                guard let row = try EnvironmentStore.find(worker.environment, in: transaction) else { continue }
                let last = self.heard.heard(worker.id, now: monotonic)
                let silent = monotonic - last.at >= row.environment.leaseTerm
                try self.postIdle(worker, price: row.price, force: silent, in: transaction)
                guard silent else { continue }
                var lost = worker
                lost.status = .lost
                try WorkerStore.update(lost, in: transaction)
                transaction.onCommit { self.heard.forget(worker.id) }
                lines.append(self.line("worker.lost", worker, actor: Principal.controlPlane.name))
            }
            if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
        }
    }

    /// Posts total − leased − posted, when it is worth a row. What it cost at earlier prices has accrued.
    private func postIdle(_ worker: Worker, price: Money, force: Bool, in transaction: Transaction) throws {
        let account = try WorkerStore.idleAccount(worker.id, in: transaction)
        let total =
            account.accrued
            + (price * Int64(worker.slots + worker.servingSlots)).perHour(
                forMilliseconds: account.alive.milliseconds)
        let due = total - account.leased - account.posted
        let worthwhile = price.perHour(forMilliseconds: Self.idlePostingInterval.milliseconds)
        guard due > .zero, force || due >= worthwhile else { return }
        try WorkerStore.setIdlePosted(account.posted + due, of: worker.id, in: transaction)
        var random = SystemRandomNumberGenerator()
        let entry = LedgerEntry(
            id: ID(at: self.time.now, using: &random), at: self.time.now, kind: .idle, amount: due,
            environment: worker.environment)
        try self.ledger.post([entry], in: transaction)
    }
}
