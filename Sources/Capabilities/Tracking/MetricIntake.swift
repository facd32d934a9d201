import Contract
import Database
import Kernel
import Synchronization

/// Gathers what many callers log into one change of the database.
///
/// Whoever comes when nobody leads becomes the leader and asks for a change; all who come before that change is at work join
/// it. So one client waits for nobody, and of many at once one change has all: a run's points become one row, and the look-ups,
/// the savepoint and the wake-ups are paid once. Each caller gets an answer of its own, when all is committed.
///
/// It keeps nothing between two changes but the numbers of names, which never change once they are committed.
final class MetricIntake: Sendable {
    /// Points that may wait: about a second of work, some 20 MB; beyond that callers are better told to come back.
    static let maximumWaiting = 500_000
    /// Names whose numbers are kept in memory, some 10 MB; then all are forgotten.
    static let maximumNames = 65_536

    private struct Entry: Sendable {
        let run: ID<Run>
        let records: MetricRecords
        /// Nil of the leader, who waits for the change itself.
        let answer: CheckedContinuation<Turn, any Error>?
    }

    private enum Turn: Sendable { case done, lead }

    private struct Waiting {
        var isLed = false
        var entries: [Entry] = []
        var points = 0
    }

    private let database: Database
    private let steps: any StepRunRows
    private let waiting = Mutex(Waiting())
    private let numbers = Mutex<[String: Int64]>([:])

    init(database: Database, steps: any StepRunRows) {
        self.database = database
        self.steps = steps
    }

    /// Returns when the points are committed; a power cut may take the last second of them.
    ///
    /// - Throws: `runNotFound`, `runNotActive`, `tooManyPoints`; `overloaded`.
    func log(_ records: MetricRecords, to run: ID<Run>) async throws {
        while true {
            if self.beginLeading() { return try await self.lead(Entry(run: run, records: records, answer: nil)) }
            let turn: Turn = try await withCheckedThrowingContinuation { answer in
                self.join(Entry(run: run, records: records, answer: answer))
            }
            if turn == .done { return }
        }
    }

    private func beginLeading() -> Bool {
        self.waiting.withLock { waiting in
            defer { waiting.isLed = true }
            return !waiting.isLed
        }
    }

    private func join(_ entry: Entry) {
        let refusal: Result<Turn, any Error>? = self.waiting.withLock { waiting in
            guard waiting.isLed else { return .success(.lead) }
            guard waiting.points + entry.records.count <= Self.maximumWaiting else {
                return .failure(DatabaseError.overloaded(what: "metric points", limit: Self.maximumWaiting))
            }
            waiting.entries.append(entry)
            waiting.points += entry.records.count
            return nil
        }
        if let refusal { entry.answer?.resume(with: refusal) }
    }

    /// Those who wait, who wait no longer; the next to come leads.
    private func take() -> [Entry] {
        self.waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting.entries
        }
    }

    private func lead(_ own: Entry) async throws {
        let joined = Joined()
        let outcomes: [(any Fault)?]
        do {
            outcomes = try await self.database.write(durability: .relaxed) { transaction in
                let others = self.take()
                joined.entries.withLock { $0 = others }
                return try self.store([own] + others, in: transaction)
            }
        } catch {
            // Without a change at work nobody has taken those who wait.
            let others = joined.entries.withLock { $0 } ?? self.take()
            for entry in others { entry.answer?.resume(throwing: error) }
            throw error
        }
        let others = joined.entries.withLock { $0 } ?? []
        for (entry, outcome) in zip(others, outcomes.dropFirst()) {
            if let outcome { entry.answer?.resume(throwing: outcome) } else { entry.answer?.resume(returning: .done) }
        }
        if let refusal = outcomes.first ?? nil { throw refusal }
    }

    private final class Joined: Sendable {
        let entries = Mutex<[Entry]?>(nil)
    }

    /// Stores what all of them log, one run after another.
    ///
    /// - Returns: why an entry is refused, for each; what a refused one logs is not stored.
    private func store(_ entries: [Entry], in transaction: Transaction) throws -> [(any Fault)?] {
        var outcomes = [(any Fault)?](repeating: nil, count: entries.count)
        var positions: [ID<Run>: [Int]] = [:]
        for (position, entry) in entries.enumerated() { positions[entry.run, default: []].append(position) }
        for (position, entry) in entries.enumerated() {
            guard let same = positions.removeValue(forKey: entry.run) else { continue }
            assert(same.first == position)
            do {
                try self.store(same.map { entries[$0].records }, to: entry.run, in: transaction)
            } catch let refusal as TrackingError {
                for position in same { outcomes[position] = refusal }
            } catch let refusal as MetricError {
                for position in same { outcomes[position] = refusal }
            }
        }
        return outcomes
    }

    /// Stores `records` in the caller's transaction.
    ///
    /// - Throws: `runNotFound`, `runNotActive`, `tooManyPoints`, before anything is written.
    func store(_ records: [MetricRecords], to run: ID<Run>, in transaction: Transaction) throws {
        var state = try self.state(of: run, in: transaction)
        guard state.isActive else { throw TrackingError.runNotActive(run) }
        try self.append(records, to: &state, of: run, in: transaction)
    }

    /// What is known of the points of a run. A step's run gets its row when it is first spoken of.
    ///
    /// - Throws: `runNotFound`.
    func state(of run: ID<Run>, in transaction: Transaction) throws -> MetricStore.State {
        if let state = try MetricStore.state(of: run, in: transaction) { return state }
        try self.steps.makeRow(of: run, in: transaction)
        guard let state = try MetricStore.state(of: run, in: transaction) else {
            throw TrackingError.runNotFound(run.hexadecimal)
        }
        return state
    }

    /// Appends one pack with all of `records` and saves `state`.
    func append(
        _ records: [MetricRecords], to state: inout MetricStore.State, of run: ID<Run>, in transaction: Transaction
    ) throws {
        var points: [MetricPack.Point] = []
        points.reserveCapacity(records.reduce(0) { $0 + $1.count })
        for record in records {
            let keys = try record.names.map { try self.number(of: $0, in: transaction) }
            for point in record.points { points.append(MetricPack.Point(key: keys[point.name], sample: point.sample)) }
        }
        guard !points.isEmpty else { return }
        guard state.points + Int64(points.count) <= Metrics.maximumPointsPerRun else {
            throw MetricError.tooManyPoints(run: run, limit: Metrics.maximumPointsPerRun)
        }
        state.points += Int64(points.count)
        state.tail += 1
        state.tailPoints += Int64(points.count)
        try MetricStore.insert(MetricPack.encode(points), at: state.tail, of: state.run, in: transaction)
        if MetricCompaction.isDue(state) { try MetricCompaction(transaction: transaction).run(&state) }
        try MetricStore.save(state, in: transaction)
    }

    private func number(of name: String, in transaction: Transaction) throws -> Int64 {
        if let known = self.numbers.withLock({ $0[name] }) { return known }
        let number = try TrackingKeyStore.number(of: name, in: transaction)
        transaction.onCommit { [self] in
            self.numbers.withLock { numbers in
                if numbers.count >= Self.maximumNames { numbers.removeAll() }
                numbers[name] = number
            }
        }
        return number
    }
}
