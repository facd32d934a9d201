import Contract
import Kernel
import Runs

/// One run in a hostile world: workers that stop, wake up late and report again and again, messages that are lost, late and
/// doubled, placements that are taken back, users that cancel, and a control plane that dies before its commit.
struct RunWorld {
    /// A worker's view of the attempt it was given.
    private struct Holder {
        let fence: Int
        var outcome: RunMachine.Event?
        var isFrozen = false
        var isDone = false
        var stop = false
    }

    private static let steps = 1200
    private static let patience = 500

    private var random: SeededRandom
    private var row: RunSubject
    private var holders: [Holder] = []
    private var post = LossyPost<RunMachine.Event>()
    private var checker: RunChecker
    private var trace: Trace
    private var step = 0
    private var notBefore = 0
    /// When the holder of the run was last heard.
    private var heard = 0
    /// The term of its lease, in steps: longer than a message may travel, so that a living worker is mostly heard.
    private let term = 25

    init(seed: UInt64, mutation: RunSubject.Mutation?, traced: Bool) {
        self.trace = Trace(isKept: traced)
        self.random = SeededRandom(seed: seed)
        let retry = RetryPolicy(
            limit: Int.random(in: 0...3, using: &self.random),
            backoff: .milliseconds(Int64.random(in: 1...4000, using: &self.random)),
            exitCodes: self.random.chance(50) ? [75] : nil)
        let kind: RunKind = self.random.chance(85) ? .batch : .replica
        self.row = RunSubject(RunMachine(kind: kind, retry: retry, seed: seed), mutation: mutation)
        self.checker = RunChecker(kind: kind, retry: retry)
    }

    static func simulate(
        seed: UInt64, mutation: RunSubject.Mutation? = nil, traced: Bool = false
    ) -> SimulationResult {
        var world = RunWorld(seed: seed, mutation: mutation, traced: traced)
        return world.play()
    }

    private mutating func play() -> SimulationResult {
        var quiet = 0
        while self.step < Self.steps, quiet < 60 {
            self.step += 1
            for event in self.post.arrived(at: self.step) {
                if event.fence == self.row.machine.attempt { self.heard = self.step }
                self.commit(event)
            }
            self.work()
            self.schedule()
            if self.random.chance(1) && self.random.chance(30) || self.step == Self.patience { self.commit(.cancel) }
            if self.row.machine.status.isTerminal { quiet += 1 }
        }
        self.checker.close(after: self.step)
        return SimulationResult(violations: self.checker.violations, trace: self.trace.lines)
    }

    /// The control plane's reconciler and the worker's claim.
    private mutating func schedule() {
        switch self.row.machine.status {
        case .queued where self.step >= self.notBefore: if self.random.chance(50) { self.commit(.placed) }
        case .placed:
            if self.random.chance(10) { self.commit(.unplaced) } else if self.random.chance(50) { self.claim() }
        case .starting, .running:
            let silent = self.step - self.heard >= self.term
            if silent { self.commit(.failed(fence: self.row.machine.attempt, .lost)) }
        default: break
        }
        // A claim or a placement that somebody else decided on the state of a moment ago.
        if self.random.chance(5) { self.claim() }
        if self.random.chance(5) { self.commit(.placed) }
    }

    private mutating func claim() {
        let before = self.row.machine.attempt
        guard self.commit(.claimed), self.row.machine.attempt > before else { return }
        self.heard = self.step
        // A claim's answer may be lost: then nobody works on the attempt and its lease passes.
        if !self.random.chance(15) { self.holders.append(Holder(fence: self.row.machine.attempt)) }
    }

    /// Workers do their work, whether or not they still hold the run.
    private mutating func work() {
        for index in self.holders.indices where !self.holders[index].isDone {
            if self.random.chance(2) { self.holders[index].isFrozen.toggle() }
            guard !self.holders[index].isFrozen else { continue }
            let fence = self.holders[index].fence
            if fence == self.row.machine.attempt, self.row.machine.stopOrdered { self.holders[index].stop = true }
            if self.holders[index].outcome == nil {
                self.holders[index].outcome = self.outcome(of: self.holders[index])
            }
            // Reports are sent again until some time has passed, as an answer may be lost too.
            if let outcome = self.holders[index].outcome {
                self.post.send(outcome, at: self.step, using: &self.random)
                if self.random.chance(20) { self.holders[index].isDone = true }
            } else if self.random.chance(40) {
                self.post.send(.started(fence: fence), at: self.step, using: &self.random)
            }
        }
    }

    private mutating func outcome(of holder: Holder) -> RunMachine.Event? {
        if holder.stop { return self.random.chance(20) ? .stopped(fence: holder.fence) : nil }
        guard self.random.chance(4) else { return nil }
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<55: return .succeeded(fence: holder.fence)
        case 55..<70: return .failed(fence: holder.fence, .exit(code: self.random.chance(50) ? 75 : 1))
        case 70..<85: return .failed(fence: holder.fence, .unavailable)
        case 85..<92: return .failed(fence: holder.fence, .timedOut)
        case 92..<97: return .failed(fence: holder.fence, .invalid)
        default: return .stopped(fence: holder.fence)
        }
    }

    /// One event in one transaction, which a crash may prevent.
    @discardableResult
    private mutating func commit(_ event: RunMachine.Event) -> Bool {
        var work = self.row
        work.reload()
        let effects = work.handle(event)
        if self.random.chance(10) {
            self.trace.note("\(self.step): crash instead of \(event)")
            return false
        }
        if !effects.isEmpty { self.trace.note("\(self.step): \(event) -> \(effects)") }
        self.checker.see(event, effects, before: self.row.machine, after: work.machine)
        self.row = work
        for case .retry(let delay) in effects {
            // A step stands for a second, and nobody waits for long back-offs.
            self.notBefore = self.step + min(20, Int(delay.seconds))
        }
        return true
    }
}
