import Contract
import Data
import Database
import Fleet
import Journal
import Kernel

/// What is said about a change besides the change: who, why, with what.
struct RunNote {
    var actor: String
    var reason: String?
    var exitCode: Int?
    var outputs: ContentDigest?
    /// The attempt it is about, where the caller has read it already.
    var attempt: AttemptStore.Holder?
}

extension Runs {
    /// Hands an event to the run's machine and carries out what it decides. The row is written; the caller journals the lines.
    func advance(
        _ row: inout RunRow, by event: RunMachine.Event, _ note: RunNote, in transaction: Transaction
    ) throws -> [JournalDraft] {
        var machine = row.machine
        let effects = machine.handle(event)
        row.take(machine)
        var lines: [JournalDraft] = []
        for effect in effects { lines += try self.perform(effect, on: &row, note, in: transaction) }
        try RunStore.update(row, in: transaction)
        return lines
    }

    private func perform(
        _ effect: RunMachine.Effect, on row: inout RunRow, _ note: RunNote, in transaction: Transaction
    ) throws -> [JournalDraft] {
        let now = self.time.now
        switch effect {
        case .openAttempt: return []
        case .closeAttempt(let number, let status):
            return try self.closeAttempt(number, status, of: &row, note, in: transaction)
        case .commitOutputs:
            row.run.outputs = note.outputs
            row.run.reason = nil
            return []
        case .retry(let delay):
            row.notBefore = now + delay
            if let environment = row.run.environment { row.avoid.insert(environment) }
            row.run.environment = nil
            row.run.startedAt = nil
            row.run.reason = "\(note.reason ?? "The attempt failed.") Tried again in \(delay)."
            return [self.line("run.retried", row.run, note, ["after": .string(delay.description)])]
        case .orderStop(let number):
            return [self.line("run.stop-ordered", row.run, note, ["attempt": .integer(Int64(number))])]
        case .finished(let status):
            row.run.endedAt = now
            row.run.exitCode = note.exitCode
            if status != .succeeded { row.run.reason = note.reason }
            let id = row.run.id.description
            transaction.onCommit { self.logBell.ring(id) }
            return [self.finishedLine(status, row.run, note)]
        case .refused(let fence):
            return [self.line("attempt.refused", row.run, note, ["fence": .integer(Int64(fence))])]
        }
    }

    private func closeAttempt(
        _ number: Int, _ status: AttemptStatus, of row: inout RunRow, _ note: RunNote, in transaction: Transaction
    ) throws -> [JournalDraft] {
        row.run.url = nil
        guard let attempt = try self.attempt(number, of: row.run.id, note, in: transaction) else { return [] }
        try AttemptStore.end(
            attempt.id, status: status, reason: note.reason, exitCode: note.exitCode, at: self.time.now, in: transaction
        )
        if let change = try self.leases.release(attempt.lease, in: transaction) {
            row.run.cost += change.posted
        }
        if status != .succeeded, row.run.kind == .batch {
            try AttemptStore.addDiscard(attempt.id, environment: attempt.environment, in: transaction)
        }
        let id = row.run.id.description
        transaction.onCommit { self.logBell.ring(id) }
        guard status == .lost else { return [] }
        return [
            self.line(
                "attempt.lost", row.run, note,
                ["attempt": .string(attempt.id.description), "environment": .string(attempt.environment)])
        ]
    }

    private func attempt(
        _ number: Int, of run: ID<Run>, _ note: RunNote, in reader: any Reading
    ) throws -> AttemptStore.Holder? {
        if let known = note.attempt, known.run == run, known.number == number { return known }
        return try AttemptStore.find(run: run, number: number, in: reader)
    }

    /// Adds to a run's cost, also where nothing else of its row is written.
    func charge(_ amount: Money, to row: inout RunRow, in transaction: Transaction) throws {
        row.run.cost += amount
        try RunStore.addCost(amount, to: row.run.id, in: transaction)
    }

    private func finishedLine(_ status: RunStatus, _ run: Run, _ note: RunNote) -> JournalDraft {
        var facts: [String: JSONValue] = [
            "costNanodollars": .integer(run.cost.nanodollars), "attempt": .integer(Int64(run.attempt)),
        ]
        if let outputs = run.outputs { facts["outputs"] = .string(outputs.hex) }
        return self.line("run.\(status.rawValue)", run, note, facts)
    }

    func line(_ kind: String, _ run: Run, _ note: RunNote, _ facts: [String: JSONValue] = [:]) -> JournalDraft {
        var body = facts
        body["name"] = .string(run.name)
        if let reason = note.reason { body["reason"] = .string(reason) }
        if let code = note.exitCode { body["exitCode"] = .integer(Int64(code)) }
        if let pipelineRun = run.pipelineRun { body["pipelineRun"] = .string(pipelineRun.description) }
        if let endpoint = run.endpoint { body["endpoint"] = .string(endpoint) }
        return JournalDraft(
            kind: kind, subject: run.id.description, project: run.project, actor: note.actor, body: .object(body))
    }
}
