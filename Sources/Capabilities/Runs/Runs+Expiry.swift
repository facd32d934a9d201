import Contract
import Data
import Database
import Fleet
import Journal
import Kernel

extension Runs {
    /// Declares attempts lost whose lease's term has passed.
    func expireLeases() async throws {
        let overdue = try await self.database.read { try self.leases.overdue(in: $0) }
        guard !overdue.isEmpty else { return }
        try await self.database.write { transaction in
            var lines: [JournalDraft] = []
            for lease in overdue { try self.expire(lease, &lines, in: transaction) }
            if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
        }
    }

    private func expire(_ lease: Lease, _ lines: inout [JournalDraft], in transaction: Transaction) throws {
        guard let change = try self.leases.expire(lease.id, in: transaction),
            let attempt = try AttemptStore.find(lease.attempt, in: transaction)
        else { return }
        var row = try self.row(attempt.run, in: transaction)
        try self.charge(change.posted, to: &row, in: transaction)
        let note = RunNote(
            actor: Principal.controlPlane.name,
            reason: "Nothing was heard of the worker in \(attempt.environment) for the lease's term.")
        lines += try self.advance(&row, by: .failed(fence: attempt.number, .lost), note, in: transaction)
    }

    /// Removes what attempts staged and never committed.
    func discardStaging() async throws {
        let discards = try await self.database.read { try AttemptStore.discards(limit: 32, in: $0) }
        for discard in discards {
            let store = try await self.database.read { try self.environments.find(discard.environment, in: $0)?.store }
            if let store { try await self.stores.discardStaging(attempt: discard.attempt, at: store) }
            try await self.database.write { try AttemptStore.removeDiscard(discard.attempt, in: $0) }
        }
    }
}
