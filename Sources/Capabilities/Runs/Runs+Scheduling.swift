import Contract
import Data
import Database
import Fleet
import Journal
import Kernel
import Placement

extension Runs {
    /// Queued runs looked at in one pass; the oldest first, so that a blocked one cannot hold up more than these.
    private static let passLimit = 1024
    /// Queued runs read at a time: a pass ends where the last free slot goes, so it rarely needs many.
    private static let chunk = 128
    /// A run that waits longer than this is told why. Most are placed sooner.
    static let explainedAfter = TimeSpan.seconds(1)
    /// Runs that are told in one look.
    private static let explanations = 64

    /// Places queued runs in free slots. Cheap when nothing is queued or no slot is free.
    ///
    /// - Returns: how many lines it journaled.
    @discardableResult
    func placeQueued() async throws -> Int {
        let now = self.time.now
        let isWorthwhile = try await self.database.read { reader in
            guard try RunStore.hasQueued(at: now, in: reader) else { return false }
            let offers = try self.offers(in: reader)
            return RunKind.allCases.contains { kind in offers.contains { $0.freeSlots(of: kind) > 0 } }
        }
        guard isWorthwhile else { return 0 }
        return try await self.database.write { transaction in
            var pass = PlacementPass(
                planner: try self.planner(in: transaction), offers: try self.offers(in: transaction))
            var last: ID<Run>?
            for _ in 0..<Self.passLimit / Self.chunk where !pass.freeKinds.isEmpty {
                let rows = try RunStore.queued(
                    pass.freeKinds, at: now, after: last, limit: Self.chunk, in: transaction)
                for row in rows { try self.place(row, &pass, in: transaction) }
                last = rows.last?.run.id
                if rows.count < Self.chunk { break }
            }
            try self.journal.append(pass.lines, at: self.time.now, in: transaction)
            return pass.lines.count
        }
    }

    /// What one pass over the queue knows and has to say.
    private struct PlacementPass {
        let planner: Planner
        var offers: [PlacementOffer]
        var lines: [JournalDraft] = []
        var estimates = StepEstimates()
        /// What was decided for a demand; it stands as long as its environment has a free slot, since in one pass others
        /// only lose theirs.
        private var decisions: [PlacementTask: PlannedTask] = [:]

        init(planner: Planner, offers: [PlacementOffer]) {
            self.planner = planner
            self.offers = offers
        }

        /// The place for a task, and its position among the offers; equal demands share one decision.
        mutating func place(_ task: PlacementTask) -> (planned: PlannedTask, offer: Int?) {
            var demand = task
            demand.name = ""
            if let known = self.decisions[demand], let index = self.freeOffer(known.environment, task.kind) {
                return (known, index)
            }
            let planned = self.planner.place(task, among: self.offers, requireFree: true)
            self.decisions[demand] = planned
            return (planned, self.freeOffer(planned.environment, task.kind))
        }

        private func freeOffer(_ environment: String?, _ kind: RunKind) -> Int? {
            environment.flatMap { name in
                self.offers.firstIndex { $0.environment == name && $0.freeSlots(of: kind) > 0 }
            }
        }

        /// The kinds of runs that some slot is free for.
        var freeKinds: [RunKind] {
            RunKind.allCases.filter { kind in self.offers.contains { $0.freeSlots(of: kind) > 0 } }
        }
    }

    /// Says why on the oldest queued runs that have waited for a while and do not say it yet.
    func explainWaiting() async throws {
        let moment = self.time.now - Self.explainedAfter
        let silent = try await self.database.read { reader in
            try RunStore.silent(before: moment, among: Self.passLimit, limit: Self.explanations, in: reader)
        }
        guard !silent.isEmpty else { return }
        try await self.database.write { transaction in
            let offers = try self.offers(in: transaction)
            let planner = try self.planner(in: transaction)
            var estimates = StepEstimates()
            for id in silent {
                guard let row = try RunStore.find(id, in: transaction), row.run.status == .queued else { continue }
                let task = try self.task(for: row, &estimates, in: transaction)
                let planned = planner.place(task, among: offers, requireFree: true)
                try RunStore.setReason(Self.waitingReason(planned), of: id, in: transaction)
            }
        }
    }

    private func place(
        _ queued: RunRow, _ pass: inout PlacementPass, in transaction: Transaction
    ) throws {
        guard pass.freeKinds.contains(queued.run.kind) else { return }
        var row = queued
        let task = try self.task(for: row, &pass.estimates, in: transaction)
        let (planned, offer) = pass.place(task)
        guard let name = planned.environment, let index = offer else {
            let reason = Self.waitingReason(planned)
            if row.run.reason != reason { try RunStore.setReason(reason, of: row.run.id, in: transaction) }
            return
        }
        pass.offers[index].takeSlot(of: row.run.kind)
        row.run.environment = name
        row.run.reason = nil
        let outstanding = try self.trees(of: row, in: transaction).filter { !$0.entries.isEmpty }
        row.waits = try self.requestTransfers(outstanding, to: pass.offers[index].store, for: row.run, in: transaction)
        let note = RunNote(actor: Principal.controlPlane.name)
        pass.lines += try self.advance(&row, by: .placed, note, in: transaction)
        pass.lines.append(self.line("run.placed", row.run, note, Self.facts(of: planned)))
        if !row.waits { transaction.onCommit(replacing: "claim-" + name) { self.claimBell.ring(name) } }
    }

    /// - Returns: whether blobs have to travel first.
    private func requestTransfers(_ trees: [Tree], to store: String, for run: Run, in transaction: Transaction) throws
        -> Bool
    {
        guard !trees.isEmpty else { return false }
        let blobs = trees.flatMap { $0.entries.map { BlobDescription(sha256: $0.sha256, size: $0.size) } }
        return try self.transfers.request(
            blobs, to: store, for: run.id, project: run.project, residency: run.residency, in: transaction) > 0
    }

    private static func waitingReason(_ planned: PlannedTask) -> String {
        planned.reasons.isEmpty
            ? "No environment is declared. Declare one with `martlet apply -f FILE`."
            : "Waits: " + planned.reasons.map { "\($0.offers): \($0.reason)" }.joined(separator: "; ")
    }

    private static func facts(of planned: PlannedTask) -> [String: JSONValue] {
        var facts: [String: JSONValue] = [
            "environment": .string(planned.environment ?? ""),
            "rejected": .array(
                planned.reasons.map { ["environment": .string($0.offers), "reason": .string($0.reason)] }),
        ]
        if let price = planned.pricePerHour { facts["pricePerHourNanodollars"] = .integer(price.money.nanodollars) }
        if let runnerUp = planned.runnerUp { facts["runnerUp"] = .string(runnerUp) }
        return facts
    }

    /// Lets placed runs be claimed whose blobs have arrived, pays for what travelled, and queues again those whose blobs cannot
    /// come or whose environment has no worker any more.
    func settlePlaced() async throws {
        let work: [ID<Run>] = try await self.database.read { reader in
            let live = try self.offers(in: reader).filter { $0.liveWorkers > 0 }.map(\.environment)
            return try RunStore.waiting(in: reader).map(\.run.id) + RunStore.stranded(in: live, in: reader)
        }
        guard !work.isEmpty else { return }
        try await self.database.write { transaction in
            var lines: [JournalDraft] = []
            let live = Set(try self.offers(in: transaction).filter { $0.liveWorkers > 0 }.map(\.environment))
            for id in Set(work) { try self.settle(id, live: live, &lines, in: transaction) }
            if !lines.isEmpty { try self.journal.append(lines, at: self.time.now, in: transaction) }
        }
    }

    private func settle(
        _ id: ID<Run>, live: Set<String>, _ lines: inout [JournalDraft], in transaction: Transaction
    ) throws {
        guard var row = try RunStore.find(id, in: transaction), row.run.status == .placed,
            let environment = row.run.environment
        else { return }
        let progress = try self.transfers.outstanding(for: id, in: transaction)
        let isLive = live.contains(environment)
        let obstacle = isLive ? progress.failure : "\(environment) has no live worker."
        if let obstacle {
            if !isLive { try self.environments.refused(environment, at: self.time.now, in: transaction) }
            row.avoid.insert(environment)
            row.run.environment = nil
            row.run.reason = obstacle
            row.notBefore = self.time.now + Self.patience(with: row.run, at: self.time.now)
            row.waits = false
            let note = RunNote(actor: Principal.controlPlane.name, reason: obstacle)
            lines += try self.advance(&row, by: .unplaced, note, in: transaction)
            lines.append(self.line("run.unplaced", row.run, note))
        } else if row.waits, progress.waiting == 0 {
            row.waits = false
            try self.payEgress(of: &row, to: environment, in: transaction)
            try RunStore.update(row, in: transaction)
            transaction.onCommit(replacing: "claim-" + environment) { self.claimBell.ring(environment) }
        }
    }

    /// A quarter of the time the run has waited already: what is lost for good is tried ever more seldom, and what comes back is
    /// found not much later than it would have been anyway.
    private static func patience(with run: Run, at now: Timestamp) -> TimeSpan {
        let quarter = TimeSpan(milliseconds: (now - run.submittedAt).milliseconds / 4)
        return min(max(quarter, RetryPolicy.defaultBackoff), RunMachine.maximumBackoff)
    }

    /// Posts what it cost to move the run's blobs, from wherever they came: cost(total) − cost(posted), however often it is placed.
    /// Bytes whose price nobody knows are posted as such, so that no report takes them for free.
    private func payEgress(of row: inout RunRow, to name: String, in transaction: Transaction) throws {
        var total = EgressCost()
        for moved in try self.transfers.moved(for: row.run.id, in: transaction) {
            guard let source = try self.stores.store(moved.source, in: transaction),
                let destination = try self.stores.store(moved.destination, in: transaction)
            else {
                total.add(moved.size, at: nil)
                continue
            }
            total.add(moved.size, at: self.egress(from: source, to: destination))
        }
        let due = total.known - row.egressPosted
        let unpriced = ByteCount(total.unpriced.bytes - row.egressUnpriced.bytes)
        guard due != .zero || unpriced != .zero else { return }
        let now = self.time.now
        var random = SystemRandomNumberGenerator()
        let entry = LedgerEntry(
            id: ID(at: now, using: &random), at: now, kind: .egress, amount: due,
            unpriced: unpriced == .zero ? nil : unpriced, environment: name,
            project: row.run.project, user: row.run.user, run: row.run.id, pipelineRun: row.run.pipelineRun,
            step: row.run.name)
        try self.ledger.post([entry], in: transaction)
        try self.charge(due, to: &row, in: transaction)
        row.egressPosted = total.known
        row.egressUnpriced = total.unpriced
    }
}
