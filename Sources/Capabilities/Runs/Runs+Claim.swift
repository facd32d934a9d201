package import Contract
import Data
import Database
import Fleet
import Journal
package import Kernel

extension Runs {
    /// No answer is held back longer, so that a connection that died is noticed.
    static let maximumClaimWait = TimeSpan.seconds(30)
    /// How long a command without a timeout may log.
    static let longestRun = TimeSpan.hours(24 * 30)
    /// Time to log what is left when a command was told to stop.
    static let afterTimeout = TimeSpan.minutes(10)
    /// More attempts in one answer than any worker has slots.
    static let maximumClaim = 1024

    /// Attempts for free slots; held back for `request.wait` while there are none.
    package func claim(_ request: ClaimRequest, by worker: ID<Worker>) async throws -> ClaimResponse {
        let deadline = self.time.monotonic + min(request.wait, Self.maximumClaimWait)
        let environment = try await self.environment(of: worker)
        var isNoted = false
        while true {
            let heard = self.claimBell.count(environment)
            if try await self.hasWork(request, in: environment) {
                let assignments = try await self.database.write { try self.take(request, for: worker, in: $0) }
                if !assignments.isEmpty { return ClaimResponse(assignments: assignments) }
            }
            if !isNoted { try await self.workers.note(worker) }
            isNoted = true
            let left = deadline - self.time.monotonic
            guard left > .zero, !Task.isCancelled else { return ClaimResponse(assignments: []) }
            await self.claimBell.wait(environment, past: heard, atMost: left.duration)
        }
    }

    private func environment(of worker: ID<Worker>) async throws -> String {
        try await self.database.read { reader in
            guard let found = try self.workers.find(worker, in: reader) else {
                throw FleetError.unknownWorker(worker.description)
            }
            return found.environment
        }
    }

    private func hasWork(_ request: ClaimRequest, in environment: String) async throws -> Bool {
        try await self.database.read { reader in
            for (kind, slots) in [(RunKind.batch, request.slots), (.replica, request.servingSlots)] where slots > 0 {
                if try RunStore.hasClaimable(kind, in: environment, reader: reader) { return true }
            }
            return false
        }
    }

    private func take(_ request: ClaimRequest, for id: ID<Worker>, in transaction: Transaction) throws -> [Assignment] {
        let seen = try self.workers.seen(id, in: transaction)
        var lines = seen.lines
        var assignments: [Assignment] = []
        if seen.worker.status != .draining {
            let terms = try self.leases.terms(of: seen.worker.environment, in: transaction)
            for (kind, slots) in [(RunKind.batch, request.slots), (.replica, request.servingSlots)] {
                let rows = try RunStore.claimable(
                    kind, in: seen.worker.environment, limit: min(slots, Self.maximumClaim), reader: transaction)
                for row in rows {
                    assignments.append(try self.open(row, for: seen.worker, terms, &lines, in: transaction))
                }
            }
        }
        if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
        return assignments
    }

    private func open(
        _ placed: RunRow, for worker: Worker, _ terms: Leases.Terms, _ lines: inout [JournalDraft],
        in transaction: Transaction
    ) throws -> Assignment {
        var row = placed
        let now = self.time.now
        var random = SystemRandomNumberGenerator()
        let id = ID<Attempt>(at: now, using: &random)
        let note = RunNote(actor: worker.id.description)
        lines += try self.advance(&row, by: .claimed, note, in: transaction)
        let lease = try self.leases.open(
            Leases.Request(attempt: id, run: row.run, worker: worker.id, environment: worker.environment, terms: terms),
            in: transaction)
        let attempt = Attempt(
            id: id, run: row.run.id, number: row.run.attempt, lease: lease.id, worker: worker.id,
            environment: worker.environment, status: .starting, claimedAt: now, cost: .zero)
        try AttemptStore.insert(attempt, in: transaction)
        lines.append(
            self.line(
                "attempt.claimed", row.run, note,
                [
                    "attempt": .string(id.description), "number": .integer(Int64(attempt.number)),
                    "environment": .string(worker.environment),
                ]))
        return Assignment(
            attempt: id, run: row.run.id, fence: attempt.number, kind: row.run.kind, project: row.run.project,
            name: row.run.name,
            user: row.run.user, environment: worker.environment, step: row.run.step, parameters: row.run.parameters,
            source: try row.run.source.map { try self.tree($0, in: transaction) },
            inputs: try row.inputTrees.sorted { $0.key < $1.key }.map {
                AssignedInput(name: $0.key, tree: try self.tree($0.value, in: transaction))
            }, tracking: try self.tracking(of: row.run, at: now, in: transaction))
    }

    private func tracking(of run: Run, at now: Timestamp, in transaction: Transaction) throws -> AssignedTracking? {
        guard run.kind == .batch else { return nil }
        let expires = now + (run.step.timeout ?? Self.longestRun) + Self.afterTimeout
        return try self.tracking?.access(to: run, expires: expires, in: transaction)
    }
}
