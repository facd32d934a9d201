package import Contract
package import Kernel
import Synchronization

/// The attempts that this worker has on its hands: who holds which slot, and where each one takes its orders.
package final class Roster: Sendable {
    private struct State {
        var slots: SlotTable
        var mailboxes: [ID<Attempt>: Mailbox] = [:]
    }

    private let state: Mutex<State>
    private let wakeups: [RunKind: Wakeup] = [.batch: Wakeup(), .replica: Wakeup()]
    private let emptied = Wakeup()
    /// Called when the control plane should hear of something before the next heartbeat is due.
    package let urgent = Wakeup()

    package init(slots: Int, servingSlots: Int) {
        self.state = Mutex(State(slots: SlotTable(slots: slots, servingSlots: servingSlots)))
    }

    package func resize(slots: Int, servingSlots: Int) {
        self.state.withLock { $0.slots.resize(slots: slots, servingSlots: servingSlots) }
        self.wakeAll()
    }

    package func admit(_ assignment: Assignment, mailbox: Mailbox) -> SlotTable.Admission {
        self.state.withLock { state in
            let admission = state.slots.admit(assignment)
            if admission != .known { state.mailboxes[assignment.attempt] = mailbox }
            return admission
        }
    }

    /// Waits until there is a free slot of this kind.
    ///
    /// - Returns: how many; 0 when the worker drains or the task is cancelled.
    package func waitForFree(_ kind: RunKind) async -> Int {
        while !Task.isCancelled {
            let (free, isDraining) = self.state.withLock { ($0.slots.free(kind), $0.slots.isDraining) }
            if free > 0 { return free }
            if isDraining { return 0 }
            await self.wakeups[kind]?.wait()
        }
        return 0
    }

    package func markRunning(_ attempt: ID<Attempt>) {
        self.state.withLock { $0.slots.markRunning(attempt) }
        self.urgent.call()
    }

    package func setReady(_ attempt: ID<Attempt>, port: Int?) {
        self.state.withLock { $0.slots.setReady(attempt, port: port) }
        self.urgent.call()
    }

    package func release(_ attempt: ID<Attempt>) {
        let isEmpty = self.state.withLock { state in
            state.slots.release(attempt)
            state.mailboxes[attempt] = nil
            return state.slots.isEmpty
        }
        if isEmpty { self.emptied.call() }
        self.wakeAll()
    }

    package var heartbeat: HeartbeatRequest { self.state.withLock { $0.slots.heartbeat } }
    package var isDraining: Bool { self.state.withLock { $0.slots.isDraining } }
    package var isEmpty: Bool { self.state.withLock { $0.slots.isEmpty } }

    /// From now on nothing is asked for.
    package func drain() {
        self.state.withLock { $0.slots.drain() }
        self.wakeAll()
    }

    package func post(_ event: AttemptMachine.Event, to attempt: ID<Attempt>) {
        self.state.withLock { $0.mailboxes[attempt] }?.post(event)
    }

    /// To every attempt, or to all of one kind.
    package func post(_ event: AttemptMachine.Event, kind: RunKind? = nil) {
        let mailboxes = self.state.withLock { state in
            (kind.map { state.slots.attempts(of: $0) } ?? state.slots.attempts).compactMap { state.mailboxes[$0] }
        }
        for mailbox in mailboxes { mailbox.post(event) }
    }

    /// Waits until no attempt is left.
    ///
    /// - Returns: false when some are after `span`.
    package func waitUntilEmpty(atMost span: TimeSpan, time: any TimeSource) async -> Bool {
        let end = time.monotonic + span
        while !self.isEmpty {
            let left = end - time.monotonic
            guard left > .zero, await self.emptied.wait(atMost: left) else { return self.isEmpty }
        }
        return true
    }

    private func wakeAll() {
        for wakeup in self.wakeups.values { wakeup.call() }
    }
}

/// Where one attempt takes its events, in their order. Posting never waits; an attempt has few events.
package struct Mailbox: Sendable {
    package let events: AsyncStream<AttemptMachine.Event>
    private let continuation: AsyncStream<AttemptMachine.Event>.Continuation

    package init() { (self.events, self.continuation) = AsyncStream.makeStream() }

    package func post(_ event: AttemptMachine.Event) { self.continuation.yield(event) }
}
