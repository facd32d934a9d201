package import Contract
package import Database
package import Kernel
import Synchronization

/// The rights of attempts to slots: opened at a claim, renewed by heartbeats, ended by a report or by silence.
///
/// All verbs join the caller's transaction, since a lease never changes without its attempt. Terms run on the monotonic
/// clock and start anew after a restart or after the database could not be written; money is posted as time is billed.
package struct Leases: Sendable {
    package static let migrations = LeaseStore.migrations
    /// A gap longer than this between two looks at the calendar is a jumped clock, not time that somebody worked.
    static let maximumGap = TimeSpan.hours(24)

    let time: any TimeSource
    let ledger: any LedgerPosting
    let heard: HeardClock<Lease>

    package init(time: any TimeSource, ledger: any LedgerPosting) {
        self.time = time
        self.ledger = ledger
        self.heard = HeardClock()
    }

    /// What a lease is opened for.
    package struct Request: Sendable {
        package var attempt: ID<Attempt>
        package var run: Run
        package var worker: ID<Worker>
        package var environment: String
        package var terms: Terms

        package init(attempt: ID<Attempt>, run: Run, worker: ID<Worker>, environment: String, terms: Terms) {
            self.attempt = attempt
            self.run = run
            self.worker = worker
            self.environment = environment
            self.terms = terms
        }
    }

    /// What an environment's leases are opened at.
    package struct Terms: Sendable {
        let price: Money
        let term: TimeSpan
    }

    /// What became of a lease and how much was posted for it just now.
    package struct Change: Sendable {
        package var posted: Money
        package var endedAt: Timestamp?
    }

    /// What a lease in `environment` is opened at now.
    ///
    /// - Throws: `notFound` when the environment is gone.
    package func terms(of environment: String, in reader: any Reading) throws -> Terms {
        guard let row = try EnvironmentStore.find(environment, in: reader) else {
            throw FleetError.unknownEnvironment(environment, known: [])
        }
        return Terms(price: row.price, term: row.environment.leaseTerm)
    }

    /// Opens a lease whose term begins now.
    package func open(_ request: Request, in transaction: Transaction) throws -> Lease {
        let now = self.time.now
        let monotonic = self.time.monotonic
        var random = SystemRandomNumberGenerator()
        let lease = Lease(
            id: ID(at: now, using: &random), attempt: request.attempt, run: request.run.id, worker: request.worker,
            environment: request.environment, pricePerHour: request.terms.price, startedAt: now, billed: .zero,
            cost: .zero)
        let holding = LeaseStore.Holding(
            lease: lease, kind: request.run.kind, project: request.run.project, user: request.run.user,
            step: request.run.name,
            pipelineRun: request.run.pipelineRun, term: request.terms.term, billedUntil: now)
        try LeaseStore.insert(holding, in: transaction)
        self.heard.note(lease.id, at: monotonic)
        return lease
    }

    /// - Returns: nil when the lease has ended.
    package func renew(_ id: ID<Lease>, in transaction: Transaction) throws -> Change? {
        try self.step(id, in: transaction) { .heartbeat(at: $0) }
    }

    /// Ends a lease whose attempt ended; one that has ended already stays as it is.
    @discardableResult
    package func release(_ id: ID<Lease>, in transaction: Transaction) throws -> Change? {
        try self.step(id, in: transaction) { .release(at: $0) }
    }

    /// The open leases to look at: those whose term has passed, and those not met since the start, whose term begins by that.
    package func overdue(in reader: any Reading) throws -> [Lease] {
        let monotonic = self.time.monotonic
        return try LeaseStore.open(in: reader).filter { holding in
            guard let last = self.heard.peek(holding.lease.id) else { return true }
            return monotonic - last >= holding.term
        }.map(\.lease)
    }

    /// Ends a lease if its term has passed.
    ///
    /// - Returns: the change when it was lost just now, nil when it lives or has ended before.
    package func expire(_ id: ID<Lease>, in transaction: Transaction) throws -> Change? {
        let change = try self.step(id, in: transaction) { .tick(at: $0) }
        return change?.endedAt == nil ? nil : change
    }

    /// Every term begins anew: the control plane could not listen.
    package func restartTerms() { self.heard.restart() }

    /// The leases with these ids, oldest first.
    package func all(_ ids: [ID<Lease>], in reader: any Reading) throws -> [Lease] {
        try LeaseStore.all(ids, in: reader)
    }

    /// Loads the machine from its row, hands it the event, writes back what changed and posts what it asks for.
    private func step(
        _ id: ID<Lease>, in transaction: Transaction, event: (TimeSpan) -> LeaseMachine.Event
    ) throws -> Change? {
        guard let holding = try LeaseStore.find(id, in: transaction), holding.lease.endedAt == nil else { return nil }
        let monotonic = self.time.monotonic
        let now = self.time.now
        var machine = self.machine(for: holding, now: now, monotonic: monotonic)
        let effects = machine.handle(event(monotonic))
        let posted = effects.reduce(Money.zero) { sum, effect in
            if case .post(let amount) = effect { sum + amount } else { sum }
        }
        if machine.billed != holding.lease.billed || machine.ended {
            try LeaseStore.update(
                id, billed: machine.billed, cost: machine.posted, until: now, endedAt: machine.ended ? now : nil,
                in: transaction)
        }
        if posted != .zero {
            try self.ledger.post([self.entry(holding, amount: posted, at: now)], in: transaction)
            try WorkerStore.addLeased(posted, to: holding.lease.worker, in: transaction)
        }
        let heardAt = machine.heard
        let ended = machine.ended
        transaction.onCommit {
            if ended { self.heard.forget(id) } else { self.heard.note(id, at: heardAt) }
        }
        return Change(posted: posted, endedAt: machine.ended ? now : nil)
    }

    /// After a restart the time since the last posting is known from the calendar only; it is billed, a jumped clock is not.
    /// The lease counts as met once that is committed: a transaction that is undone bills nothing and forgets nothing.
    private func machine(for holding: LeaseStore.Holding, now: Timestamp, monotonic: TimeSpan) -> LeaseMachine {
        let last = self.heard.peek(holding.lease.id)
        var billed = holding.lease.billed
        if last == nil {
            let gap = now - holding.billedUntil
            if gap > .zero, gap <= Self.maximumGap { billed = billed + gap }
        }
        return LeaseMachine(
            term: holding.term, pricePerHour: holding.lease.pricePerHour, heard: last ?? monotonic, billed: billed,
            posted: holding.lease.cost)
    }

    private func entry(_ holding: LeaseStore.Holding, amount: Money, at now: Timestamp) -> LedgerEntry {
        var random = SystemRandomNumberGenerator()
        return LedgerEntry(
            id: ID(at: now, using: &random), at: now, kind: .compute, amount: amount,
            environment: holding.lease.environment,
            project: holding.project, user: holding.user, run: holding.lease.run, attempt: holding.lease.attempt,
            lease: holding.lease.id, pipelineRun: holding.pipelineRun, step: holding.step)
    }
}
