import Contract
import Kernel
import Runs

/// The machine under test, or one that is broken on purpose.
struct RunSubject {
    enum Mutation: String, CaseIterable {
        case commitsTwice, commitsStale, opensTwice, skipsNumbers, closesTwice, finishesTwice, ignoresLoss
        case succeedsWithoutCommit, retriesForever, retriesTimeouts, neverRetries, retriesAtOnce, opensAfterCancel
        case acceptsStrangers
    }

    private(set) var machine: RunMachine
    private let mutation: Mutation?

    init(_ machine: RunMachine, mutation: Mutation?) {
        self.machine = machine
        self.mutation = mutation
    }

    /// What a process reads back from the row.
    mutating func reload() { self.rebuild() }

    private mutating func rebuild(
        status: RunStatus? = nil, attempt: Int? = nil, failures: Int? = nil, stopOrdered: Bool? = nil
    ) {
        self.machine = RunMachine(
            kind: self.machine.kind, retry: self.machine.retry, seed: self.machine.seed,
            status: status ?? self.machine.status,
            attempt: attempt ?? self.machine.attempt, failures: failures ?? self.machine.failures,
            stopOrdered: stopOrdered ?? self.machine.stopOrdered)
    }

    mutating func handle(_ event: RunMachine.Event) -> [RunMachine.Effect] {
        let before = self.machine
        let effects = self.machine.handle(event)
        guard let mutation = self.mutation else { return effects }
        return self.mutate(effects, mutation, event, before)
    }

    private mutating func mutate(
        _ effects: [RunMachine.Effect], _ mutation: Mutation, _ event: RunMachine.Event, _ before: RunMachine
    ) -> [RunMachine.Effect] {
        switch mutation {
        case .commitsTwice, .commitsStale, .acceptsStrangers: return self.believe(effects, mutation, event, before)
        case .opensTwice, .skipsNumbers, .opensAfterCancel: return self.open(effects, mutation, event, before)
        case .closesTwice:
            return effects.flatMap { if case .closeAttempt = $0 { [$0, $0] } else { [$0] } }
        case .finishesTwice:
            return before.status.isTerminal && effects.isEmpty ? [.finished(before.status)] : effects
        case .ignoresLoss:
            guard case .failed(_, .lost) = event else { return effects }
            self.machine = before
            return []
        case .succeedsWithoutCommit:
            return effects.filter { if case .commitOutputs = $0 { false } else { true } }
        case .retriesForever, .retriesTimeouts, .neverRetries, .retriesAtOnce:
            return self.retry(effects, mutation, event, before)
        }
    }

    /// Mutations that believe those who should be refused.
    private mutating func believe(
        _ effects: [RunMachine.Effect], _ mutation: Mutation, _ event: RunMachine.Event, _ before: RunMachine
    ) -> [RunMachine.Effect] {
        switch (mutation, event) {
        case (.commitsTwice, .succeeded(let fence)) where before.status == .succeeded: [.commitOutputs(number: fence)]
        case (.commitsStale, .succeeded(let fence)) where before.status.isClaimed && fence != before.attempt:
            self.finish(fence)
        case (.acceptsStrangers, .failed(let fence, _)) where effects == [.refused(fence: fence)]: []
        default: effects
        }
    }

    private mutating func finish(_ fence: Int) -> [RunMachine.Effect] {
        self.rebuild(status: .succeeded)
        return [
            .commitOutputs(number: fence), .closeAttempt(number: self.machine.attempt, .succeeded),
            .finished(.succeeded),
        ]
    }

    /// Mutations that open attempts which should not be.
    private mutating func open(
        _ effects: [RunMachine.Effect], _ mutation: Mutation, _ event: RunMachine.Event, _ before: RunMachine
    ) -> [RunMachine.Effect] {
        switch (mutation, event) {
        case (.opensTwice, .claimed) where before.status.isClaimed:
            self.rebuild(attempt: before.attempt + 1)
            return [.openAttempt(number: before.attempt + 1)]
        case (.skipsNumbers, .claimed) where before.status == .placed && before.attempt > 0:
            self.rebuild(attempt: before.attempt + 2)
            return [.openAttempt(number: before.attempt + 2)]
        case (.opensAfterCancel, .failed(let fence, _)) where before.stopOrdered && effects.count == 2:
            self.rebuild(status: .queued, stopOrdered: false)
            return [.closeAttempt(number: fence, .failed), .retry(after: .seconds(1))]
        default: return effects
        }
    }

    /// Mutations of what is tried again, and when.
    private mutating func retry(
        _ effects: [RunMachine.Effect], _ mutation: Mutation, _ event: RunMachine.Event, _ before: RunMachine
    ) -> [RunMachine.Effect] {
        guard case .failed(let fence, let cause) = event, effects.count == 2, !before.stopOrdered else {
            return effects
        }
        let isRetried = self.machine.status == .queued
        switch mutation {
        case .retriesForever where !isRetried && cause == .lost, .retriesTimeouts where cause == .timedOut:
            self.rebuild(status: .queued)
            return [.closeAttempt(number: fence, .failed), .retry(after: .seconds(1))]
        case .neverRetries where isRetried:
            self.rebuild(status: .failed)
            return [.closeAttempt(number: fence, .failed), .finished(.failed)]
        case .retriesAtOnce where isRetried:
            return [effects[0], .retry(after: .zero)]
        default: return effects
        }
    }
}
