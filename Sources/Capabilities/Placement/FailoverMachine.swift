package import Kernel

/// Gets one machine from whoever has one: tries up to `width` candidates at once, keeps the first that is granted and
/// gives the others back.
///
/// Every launch ends in exactly one `keep` or one `release`. A refused one is released too: the call may have been made
/// twice, and the second may have been granted. A launch that nobody answers within its term counts as refused. When the
/// candidates run out, the planner is asked again without those already tried, while other launches are still open: a
/// full width is used as long as there is anywhere to go.
///
/// It knows no clock and talks to nobody. Effects are performed at least once and, for one launch, in their order; a launch
/// after its release must do nothing (the driver keeps the id). Answers may be lost, late, doubled and out of order.
/// It ends at the latest with the first tick at its deadline, with `keep` or with `giveUp`.
package struct FailoverMachine: Sendable, Hashable, Codable {
    package struct Candidate: Sendable, Hashable, Codable {
        package var environment: String
        package var key: AvailabilityKey

        package init(environment: String, key: AvailabilityKey) {
            self.environment = environment
            self.key = key
        }
    }

    /// One try; with the id of the attempt its number is the idempotency key.
    package struct Launch: Sendable, Hashable, Codable {
        package let number: Int
        package let candidate: Candidate
    }

    package struct Limits: Sendable, Hashable, Codable {
        /// Candidates that are tried at once; each may cost until it is given back.
        package var width: Int
        /// Tries in all.
        package var launches: Int
        /// How long a provider may take to accept a launch, and the planner to answer.
        package var answerTerm: TimeSpan
        /// How long a launch that was accepted may take until the machine is there.
        package var grantTerm: TimeSpan
        package var deadline: Timestamp

        package init(
            width: Int = 3, launches: Int = 24, answerTerm: TimeSpan = .seconds(30), grantTerm: TimeSpan = .minutes(5),
            deadline: Timestamp
        ) {
            precondition(width > 0 && launches > 0 && answerTerm > .zero && grantTerm > .zero, "limits are positive")
            self.width = width
            self.launches = launches
            self.answerTerm = answerTerm
            self.grantTerm = grantTerm
            self.deadline = deadline
        }
    }

    package enum Event: Sendable, Hashable {
        /// The planner's answer to `plan` of that round, best first; empty when it knows none.
        case planned([Candidate], round: Int, at: Timestamp)
        /// The provider took the order; the machine is not there yet.
        case launched(Int, at: Timestamp)
        case granted(Int, at: Timestamp)
        case refused(Int, because: AvailabilityMemory.Refusal, at: Timestamp)
        case tick(at: Timestamp)
        case cancelled(at: Timestamp)
    }

    package enum Effect: Sendable, Hashable {
        case plan(excluding: [AvailabilityKey], round: Int)
        case launch(Launch)
        case keep(Launch)
        case release(Launch)
        /// For the memory that all users share.
        case rememberGrant(AvailabilityKey, at: Timestamp)
        case rememberRefusal(AvailabilityKey, because: AvailabilityMemory.Refusal, at: Timestamp)
        case giveUp(End)
    }

    /// Why there is no machine.
    package enum End: Sendable, Hashable, Codable {
        case nobodyHasIt(tried: Int)
        case deadline(tried: Int)
        case cancelled

        package var sentence: String {
            switch self {
            case .nobodyHasIt(0): "No offer fits. See the reasons of the plan for the constraint to relax."
            case .nobodyHasIt(let tried):
                "All \(tried) offers that fit refused. Try later, or allow more regions, machine types or on demand."
            case .deadline(let tried):
                "None of \(tried) offers gave a machine in time. Allow more time, regions or machine types."
            case .cancelled: "It was cancelled."
            }
        }
    }

    private enum Status: Sendable, Hashable, Codable {
        case ordered(Timestamp)
        case accepted(Timestamp)
        case released, kept

        var isOpen: Bool {
            switch self {
            case .ordered, .accepted: true
            case .released, .kept: false
            }
        }
    }

    private struct Try: Sendable, Hashable, Codable {
        let launch: Launch
        var status: Status
    }

    package let limits: Limits
    private var tries: [Try] = []
    private var waiting: [Candidate] = []
    private var round = 0
    /// Since when the planner owes an answer.
    private var askedAt: Timestamp?
    private var knowsNoMore = false
    package private(set) var hasEnded = false

    /// - Returns: the machine and its first effects.
    package static func start(_ limits: Limits, at now: Timestamp) -> (machine: FailoverMachine, effects: [Effect]) {
        var machine = FailoverMachine(limits: limits)
        let effects = machine.goOn(at: now)
        return (machine, effects)
    }

    private init(limits: Limits) { self.limits = limits }

    package mutating func handle(_ event: Event) -> [Effect] {
        guard !self.hasEnded else { return [] }
        switch event {
        case .planned(let candidates, let round, let now):
            guard self.askedAt != nil, round == self.round else { return [] }
            self.askedAt = nil
            self.take(candidates)
            return self.goOn(at: now)
        case .launched(let number, let now):
            guard let index = self.open(number), case .ordered = self.tries[index].status else { return [] }
            self.tries[index].status = .accepted(now)
            return []
        case .granted(let number, let now):
            return self.open(number).map { self.keep($0, at: now) } ?? []
        case .refused(let number, let refusal, let now):
            return self.open(number).map { self.giveBack($0, refusal, at: now) + self.goOn(at: now) } ?? []
        case .tick(let now): return self.tick(at: now)
        case .cancelled: return self.end(.cancelled)
        }
    }

    private func open(_ number: Int) -> Int? {
        self.tries.indices.contains(number) && self.tries[number].status.isOpen ? number : nil
    }

    /// What was tried or waits already is left out; an answer without anything new is the planner's last.
    private mutating func take(_ candidates: [Candidate]) {
        var known = Set(self.tries.map(\.launch.candidate.key))
        let new = candidates.filter { known.insert($0.key).inserted }
        self.waiting = Array(new.prefix(self.limits.launches - self.tries.count))
        self.knowsNoMore = self.waiting.isEmpty
    }

    /// Fills the width; asks for more candidates, or gives up, when there are none.
    private mutating func goOn(at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        var openCount = self.tries.count { $0.status.isOpen }
        while openCount < self.limits.width, !self.waiting.isEmpty {
            let launch = Launch(number: self.tries.count, candidate: self.waiting.removeFirst())
            self.tries.append(Try(launch: launch, status: .ordered(now)))
            effects.append(.launch(launch))
            openCount += 1
        }
        guard openCount < self.limits.width, self.askedAt == nil else { return effects }
        if !self.knowsNoMore, self.tries.count < self.limits.launches {
            self.round += 1
            effects.append(self.ask(at: now))
        } else if openCount == 0 {
            effects += self.end(.nobodyHasIt(tried: self.tries.count))
        }
        return effects
    }

    private mutating func ask(at now: Timestamp) -> Effect {
        self.askedAt = now
        return .plan(excluding: self.tries.map(\.launch.candidate.key), round: self.round)
    }

    private mutating func keep(_ index: Int, at now: Timestamp) -> [Effect] {
        let winner = self.tries[index].launch
        self.tries[index].status = .kept
        self.hasEnded = true
        return [.keep(winner), .rememberGrant(winner.candidate.key, at: now)] + self.releaseOpen()
    }

    private mutating func giveBack(
        _ index: Int, _ refusal: AvailabilityMemory.Refusal, at now: Timestamp
    ) -> [Effect] {
        let launch = self.tries[index].launch
        self.tries[index].status = .released
        return [.release(launch), .rememberRefusal(launch.candidate.key, because: refusal, at: now)]
    }

    private mutating func releaseOpen() -> [Effect] {
        var effects: [Effect] = []
        for index in self.tries.indices where self.tries[index].status.isOpen {
            self.tries[index].status = .released
            effects.append(.release(self.tries[index].launch))
        }
        return effects
    }

    private mutating func end(_ end: End) -> [Effect] {
        self.hasEnded = true
        return self.releaseOpen() + [.giveUp(end)]
    }

    private mutating func tick(at now: Timestamp) -> [Effect] {
        guard now < self.limits.deadline else { return self.end(.deadline(tried: self.tries.count)) }
        var effects: [Effect] = []
        for index in self.tries.indices where self.isOverdue(self.tries[index].status, at: now) {
            effects += self.giveBack(index, .capacity, at: now)
        }
        // The question or its answer was lost; a second answer to the same round is ignored.
        if let askedAt, now - askedAt >= self.limits.answerTerm { effects.append(self.ask(at: now)) }
        return effects + self.goOn(at: now)
    }

    private func isOverdue(_ status: Status, at now: Timestamp) -> Bool {
        switch status {
        case .ordered(let since): now - since >= self.limits.answerTerm
        case .accepted(let since): now - since >= self.limits.grantTerm
        case .released, .kept: false
        }
    }
}
