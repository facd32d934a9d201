package import Contract
import Database
import Fleet
import Journal
package import Kernel

extension Runs {
    /// Renews the leases of a worker's attempts, notes which run and which replicas are ready, and says which to stop.
    package func heartbeat(_ request: HeartbeatRequest, by worker: ID<Worker>) async throws -> HeartbeatResponse {
        try await self.database.write { transaction in
            let seen = try self.workers.seen(worker, in: transaction)
            var lines = seen.lines
            let verdicts = try request.attempts.map { beat in
                AttemptVerdict(
                    attempt: beat.attempt, order: try self.beat(beat, of: seen.worker, &lines, in: transaction))
            }
            if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
            return HeartbeatResponse(attempts: verdicts)
        }
    }

    private func beat(
        _ beat: AttemptHeartbeat, of worker: Worker, _ lines: inout [JournalDraft], in transaction: Transaction
    ) throws -> AttemptVerdict.Order {
        guard let attempt = try AttemptStore.find(beat.attempt, in: transaction), attempt.worker == worker.id,
            attempt.number == beat.fence, !attempt.status.isTerminal,
            let change = try self.leases.renew(attempt.lease, in: transaction)
        else { return .abandon }
        var row = try self.row(attempt.run, in: transaction)
        try self.charge(change.posted, to: &row, in: transaction)
        let note = RunNote(actor: worker.id.description)
        if beat.running, attempt.status == .starting {
            let now = self.time.now
            row.run.startedAt = now
            row.run.reason = nil
            lines += try self.advance(&row, by: .started(fence: beat.fence), note, in: transaction)
            try AttemptStore.start(attempt.id, at: now, in: transaction)
            lines.append(self.line("run.started", row.run, note, ["environment": .string(attempt.environment)]))
        }
        if let port = beat.readyPort, row.run.kind == .replica {
            let url = "http://\(worker.address.contains(":") ? "[\(worker.address)]" : worker.address):\(port)"
            if row.run.url != url {
                row.run.url = url
                try RunStore.update(row, in: transaction)
                lines.append(self.line("replica.ready", row.run, note, ["url": .string(url)]))
            }
        }
        return row.stopOrdered ? .stop : .continue
    }
}
