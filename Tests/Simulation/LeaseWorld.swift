import Fleet
import Kernel

/// Watches one lease from outside and names the rules that are broken.
struct LeaseChecker {
    enum Rule: String, CaseIterable {
        case notEarly = "a lease is never lost before its term has passed since it was last heard"
        case notLate = "a lease is lost at the first look after its term"
        case endsOnce = "nothing comes after a lease has ended"
        case sums = "the postings add up to the price of the billed time, exactly"
        case billed = "the billed time is the time from its start to its end, each moment once"
        case forward = "billed time never runs back"
    }

    private let term: TimeSpan
    private let price: Money
    private(set) var violations: [Violation] = []
    private var posted = Money.zero
    private var billedBefore = TimeSpan.zero
    private var hasEnded = false
    /// When it was last heard, or its term began anew, as an observer sees it.
    private var heard: TimeSpan
    /// Time that must have been billed by `heard`.
    private var owed = TimeSpan.zero

    init(term: TimeSpan, price: Money, start: TimeSpan) {
        self.term = term
        self.price = price
        self.heard = start
    }

    private mutating func report(_ rule: Rule, _ detail: String) {
        self.violations.append(Violation(rule: rule.rawValue, detail: detail))
    }

    mutating func see(_ event: LeaseMachine.Event, _ effects: [LeaseMachine.Effect], _ machine: LeaseMachine) {
        if self.hasEnded, !effects.isEmpty { self.report(.endsOnce, "\(effects) after \(event)") }
        let isLost = effects.contains(.lost)
        self.checkTerm(event, isLost: isLost)
        self.advance(event, isLost: isLost)
        for case .post(let amount) in effects { self.posted += amount }
        let due = self.price.perHour(forMilliseconds: machine.billed.milliseconds)
        if self.posted != due { self.report(.sums, "\(self.posted.exact) was posted for \(due.exact)") }
        if machine.billed != self.owed { self.report(.billed, "\(machine.billed) instead of \(self.owed)") }
        if machine.billed < self.billedBefore { self.report(.forward, "\(self.billedBefore) became \(machine.billed)") }
        self.billedBefore = machine.billed
    }

    private mutating func checkTerm(_ event: LeaseMachine.Event, isLost: Bool) {
        guard !self.hasEnded else { return }
        guard case .tick(let now) = event else {
            if isLost { self.report(.notEarly, "lost by \(event)") }
            return
        }
        let isOver = now - self.heard >= self.term
        if isLost, !isOver { self.report(.notEarly, "lost at \(now), heard at \(self.heard), term \(self.term)") }
        if !isLost, isOver { self.report(.notLate, "alive at \(now), heard at \(self.heard), term \(self.term)") }
    }

    private mutating func advance(_ event: LeaseMachine.Event, isLost: Bool) {
        guard !self.hasEnded else { return }
        var until = self.heard
        switch event {
        case .heartbeat(let now), .termRestarted(let now): until = max(until, now)
        case .release(let now):
            until = max(until, now)
            self.hasEnded = true
        case .tick:
            if isLost {
                until = self.heard + self.term
                self.hasEnded = true
            }
        }
        self.owed = self.owed + (until - self.heard)
        self.heard = until
    }

    /// The process came back: the time since the last commit is known from the calendar, and the term begins anew.
    mutating func restart(at now: TimeSpan, gap: TimeSpan) {
        guard !self.hasEnded else { return }
        self.owed = self.owed + gap
        self.heard = now
    }
}

/// The machine under test, or one that is broken on purpose.
struct LeaseSubject {
    enum Mutation: String, CaseIterable {
        case losesEarly, neverLoses, talksAfterEnd, postsTotals, forgetsTime, runsBack, billsTwice
    }

    private(set) var machine: LeaseMachine
    private let mutation: Mutation?

    init(_ machine: LeaseMachine, mutation: Mutation?) {
        self.machine = machine
        self.mutation = mutation
    }

    /// What a process reads back from the row.
    mutating func reload(heard: TimeSpan, gap: TimeSpan) {
        self.rebuild(billed: self.machine.billed + (self.machine.ended ? .zero : gap), heard: heard)
    }

    private mutating func rebuild(
        billed: TimeSpan? = nil, posted: Money? = nil, heard: TimeSpan? = nil, ended: Bool? = nil
    ) {
        self.machine = LeaseMachine(
            term: self.machine.term, pricePerHour: self.machine.pricePerHour, heard: heard ?? self.machine.heard,
            billed: billed ?? self.machine.billed, posted: posted ?? self.machine.posted,
            ended: ended ?? self.machine.ended)
    }

    mutating func handle(_ event: LeaseMachine.Event) -> [LeaseMachine.Effect] {
        let before = self.machine
        let effects = self.machine.handle(event)
        switch (self.mutation, event) {
        case (.losesEarly, .tick(let now))
        where !before.ended && now - before.heard >= TimeSpan(milliseconds: before.term.milliseconds / 2):
            self.rebuild(ended: true)
            return effects.contains(.lost) ? effects : effects + [.lost]
        case (.neverLoses, .tick):
            self.machine = before
            return []
        case (.talksAfterEnd, .heartbeat) where before.ended: return [.post(before.pricePerHour)]
        case (.postsTotals, .heartbeat):
            return effects.map { if case .post = $0 { .post(self.machine.posted) } else { $0 } }
        case (.forgetsTime, .heartbeat(let now)) where !before.ended:
            self.machine = before
            self.rebuild(heard: max(now, before.heard))
            return []
        case (.runsBack, .heartbeat) where !before.ended && before.billed > .seconds(1):
            self.rebuild(billed: before.billed - .seconds(1))
            return effects
        case (.billsTwice, .heartbeat) where !before.ended:
            self.rebuild(billed: self.machine.billed + (self.machine.billed - before.billed))
            return effects
        default: return effects
        }
    }
}

/// One lease in a hostile world: heartbeats that are lost, late and doubled, a control plane that dies and comes back, a
/// calendar that jumps, and events that are written in another order than they happened.
struct LeaseWorld {
    private static let steps = 300

    private var random: SeededRandom
    private var row: LeaseSubject
    private var post = LossyPost<Void>(loss: 25)
    private var checker: LeaseChecker
    private var trace: Trace
    private var now = TimeSpan.seconds(5)
    /// The calendar of the machine, which jumps.
    private var calendar = TimeSpan.hours(1000)
    private var billedUntil = TimeSpan.hours(1000)
    /// Whether the process has met the lease since it started.
    private var isKnown = true

    init(seed: UInt64, mutation: LeaseSubject.Mutation?, traced: Bool) {
        self.trace = Trace(isKept: traced)
        self.random = SeededRandom(seed: seed)
        let price = Money(nanodollars: Int64.random(in: 0...40_000_000_000, using: &self.random))
        let term = TimeSpan(milliseconds: Int64.random(in: 2000...30_000, using: &self.random))
        self.row = LeaseSubject(LeaseMachine(term: term, pricePerHour: price, heard: self.now), mutation: mutation)
        self.checker = LeaseChecker(term: term, price: price, start: self.now)
    }

    static func simulate(
        seed: UInt64, mutation: LeaseSubject.Mutation? = nil, traced: Bool = false
    ) -> SimulationResult {
        var world = LeaseWorld(seed: seed, mutation: mutation, traced: traced)
        return world.play()
    }

    private mutating func play() -> SimulationResult {
        // Some workers fall silent for good; then the lease has to be lost.
        let lastHeartbeat = Int.random(in: 10...Self.steps, using: &self.random)
        for step in 0..<Self.steps {
            let span = TimeSpan(milliseconds: Int64.random(in: 0...1500, using: &self.random))
            self.now = self.now + span
            self.calendar = self.calendar + span
            if self.random.chance(2) { self.jump() }
            if step < lastHeartbeat, self.random.chance(60) { self.post.send((), at: step, using: &self.random) }
            for _ in self.post.arrived(at: step) { self.commit(.heartbeat(at: self.stamp())) }
            if self.random.chance(40) { self.commit(.tick(at: self.now)) }
            if self.random.chance(1) { self.commit(.termRestarted(at: self.now)) }
            if self.random.chance(1), self.random.chance(30) { self.commit(.release(at: self.stamp())) }
            if self.random.chance(1) { self.crash() }
        }
        return SimulationResult(violations: self.checker.violations, trace: self.trace.lines)
    }

    private mutating func jump() {
        self.calendar =
            self.calendar + TimeSpan(milliseconds: Int64.random(in: -4_000_000...4_000_000, using: &self.random))
    }

    /// Mostly now; sometimes a moment ago, when two requests overtook each other.
    private mutating func stamp() -> TimeSpan {
        self.random.chance(20)
            ? self.now - TimeSpan(milliseconds: Int64.random(in: 0...3000, using: &self.random)) : self.now
    }

    /// One event in one transaction, which a crash of the process may prevent.
    private mutating func commit(_ event: LeaseMachine.Event) {
        var work = self.row
        var checker = self.checker
        if !self.isKnown { self.meet(&work, &checker) }
        let effects = work.handle(event)
        guard !self.random.chance(6) else { return self.crash() }
        self.trace.note("\(self.now): \(event) -> \(effects)")
        if work.machine.billed != self.row.machine.billed || work.machine.ended { self.billedUntil = self.calendar }
        self.row = work
        self.isKnown = true
        self.checker = checker
        self.checker.see(event, effects, work.machine)
    }

    /// When it was heard means nothing after a restart; how long it ran is known from the calendar, if that can be believed.
    private mutating func meet(_ work: inout LeaseSubject, _ checker: inout LeaseChecker) {
        var gap = self.calendar - self.billedUntil
        if gap < .zero || gap > .hours(24) || work.machine.ended { gap = .zero }
        work.reload(heard: self.now, gap: gap)
        checker.restart(at: self.now, gap: gap)
    }

    private mutating func crash() {
        self.isKnown = false
        let away = TimeSpan(milliseconds: Int64.random(in: 0...20_000, using: &self.random))
        self.now = self.now + away
        self.calendar = self.calendar + away
        self.trace.note("\(self.now): restarted")
    }
}
