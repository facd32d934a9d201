package import Kernel

/// Runs a job with a deadline through availability that somebody else decides, and says what it cost and when it ended.
///
/// Time goes in steps. At the start of a step capacity is there or not, and a spot machine without capacity is lost at once.
/// The machine that decides looks every tick, so that it may learn of a loss some steps late. A new machine is paid for
/// from its first step and gets the job further after the changeover; a lost one is paid for until it was lost. On-demand
/// machines are always to be had. The end of the job stops the payment within the step.
package struct SpotSimulation: Sendable {
    /// What the world does is stated once more here, apart from what the deciding machine was told.
    package let terms: SpotTerms
    package let step: TimeSpan

    /// What an adversary may know before it decides about a step.
    package struct Moment: Sendable, Hashable {
        package let step: Int
        package let mode: SpotMachine.Mode
        package let done: TimeSpan
        /// What is left of the changeover of the machine that the job runs on.
        package let changeoverLeft: TimeSpan
    }

    package struct Outcome: Sendable, Hashable {
        /// When the work was done; nil when it was not by twice the deadline.
        package fileprivate(set) var end: TimeSpan?
        package fileprivate(set) var spotTime = TimeSpan.zero
        package fileprivate(set) var onDemandTime = TimeSpan.zero
        package fileprivate(set) var cost = Money.zero
        package fileprivate(set) var launches = 0
        package fileprivate(set) var losses = 0
        /// Launches while the job still had a machine; the one before is forgotten and goes on costing. 0 unless broken.
        package fileprivate(set) var overlaps = 0
        /// The availability as it was, one value for each step until the end or the deadline, whichever is later.
        package fileprivate(set) var isAvailable: [Bool] = []

        package func meets(_ deadline: TimeSpan) -> Bool { self.end.map { $0 <= deadline } ?? false }
    }

    /// - Parameter step: divides the tick of the terms.
    package init(terms: SpotTerms, step: TimeSpan) {
        precondition(
            step > .zero && terms.tick.milliseconds % step.milliseconds == 0, "a tick is a whole number of steps")
        self.terms = terms
        self.step = step
    }

    /// Plays a trace; after its end there is no capacity.
    package func run(_ machine: SpotMachine, on trace: SpotTrace) -> Outcome {
        precondition(trace.step == self.step, "the trace has the steps of the simulation")
        var machine = machine
        return self.run(
            available: { $0.step < trace.isAvailable.count && trace.isAvailable[$0.step] },
            decide: { machine.handle($0) })
    }

    /// Lets `available` decide about each step with full knowledge of the job, and `decide` answer the events.
    package func run(
        available: (Moment) -> Bool, decide: (SpotMachine.Event) -> [SpotMachine.Effect]
    ) -> Outcome {
        var world = World(terms: self.terms, step: self.step)
        let looksEvery = Int(self.terms.tick.milliseconds / self.step.milliseconds)
        let last = 2 * Int(self.terms.deadline.milliseconds / self.step.milliseconds) + 1
        for number in 0..<last {
            if world.outcome.end != nil, world.now >= self.terms.deadline { break }
            world.begin(isAvailable: available(world.moment(number)))
            if number % looksEvery == 0, world.outcome.end == nil { world.perform(decide(world.event)) }
            world.advance()
        }
        world.outcome.cost = self.terms.cost(spot: world.outcome.spotTime, onDemand: world.outcome.onDemandTime)
        return world.outcome
    }
}

/// The job and its machine, as they really are.
private struct World {
    let terms: SpotTerms
    let step: TimeSpan
    var outcome = SpotSimulation.Outcome()
    var now = TimeSpan.zero
    private var mode = SpotMachine.Mode.idle
    private var done = TimeSpan.zero
    private var changeoverLeft = TimeSpan.zero
    /// When the machine it ran on was lost; nil while nobody must be told.
    private var lostAt: TimeSpan?
    private var isAvailable = false

    init(terms: SpotTerms, step: TimeSpan) {
        self.terms = terms
        self.step = step
    }

    func moment(_ number: Int) -> SpotSimulation.Moment {
        SpotSimulation.Moment(step: number, mode: self.mode, done: self.done, changeoverLeft: self.changeoverLeft)
    }

    mutating func begin(isAvailable: Bool) {
        self.isAvailable = isAvailable
        self.outcome.isAvailable.append(isAvailable)
        guard self.mode == .spot, !isAvailable else { return }
        self.mode = .idle
        self.lostAt = self.now
        self.outcome.losses += 1
    }

    /// What the next look shows; a loss is told once.
    var event: SpotMachine.Event {
        mutating get {
            let look = SpotMachine.Look(at: self.now, done: self.done, isSpotAvailable: self.isAvailable)
            defer { self.lostAt = nil }
            return self.lostAt.map { .lost(look, since: $0) } ?? .looked(look)
        }
    }

    mutating func perform(_ effects: [SpotMachine.Effect]) {
        for effect in effects {
            switch effect {
            case .release: self.mode = .idle
            case .launch(let mode, _):
                if self.mode != .idle { self.outcome.overlaps += 1 }
                self.mode = mode
                self.changeoverLeft = self.terms.changeover
                self.outcome.launches += 1
            }
        }
    }

    mutating func advance() {
        defer { self.now = self.now + self.step }
        guard self.mode != .idle else { return }
        let waited = min(self.changeoverLeft, self.step)
        let worked = min(self.step - waited, self.terms.computation - self.done)
        self.changeoverLeft = self.changeoverLeft - waited
        self.done = self.done + worked
        self.pay(waited + worked)
        guard self.done == self.terms.computation else { return }
        self.outcome.end = self.now + waited + worked
        self.mode = .idle
    }

    private mutating func pay(_ span: TimeSpan) {
        if self.mode == .spot {
            self.outcome.spotTime = self.outcome.spotTime + span
        } else {
            self.outcome.onDemandTime = self.outcome.onDemandTime + span
        }
    }
}
