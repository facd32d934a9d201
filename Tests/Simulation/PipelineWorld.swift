import Contract
import Kernel
import Pipelines

/// A pipeline run in a hostile world: a random graph, runs that end as they like, news of them that gets lost, and a control
/// plane that dies between a decision and its commit.
struct PipelineWorld {
    private struct SimulatedRun {
        var status = RunStatus.running
        var stopOrdered = false
        /// Never ends by itself.
        var isEndless = false
    }

    /// Long enough for most; then the user loses patience and cancels.
    private static let patience = 150
    private static let steps = 400

    private var random: SeededRandom
    /// What is committed. Work goes on in a copy that a crash throws away.
    private var rows: PipelineSubject
    private var runs: [String: SimulatedRun] = [:]
    private var post = LossyPost<PipelineMachine.Event>()
    private var checker: PipelineChecker
    private var trace: Trace
    private var step = 0

    init(seed: UInt64, mutation: PipelineSubject.Mutation?, traced: Bool) {
        self.trace = Trace(isKept: traced)
        self.random = SeededRandom(seed: seed)
        let nodes = Self.graph(&self.random)
        let policy: FailurePolicy = self.random.chance(50) ? .stop : .continue
        self.rows = PipelineSubject(PipelineMachine(nodes: nodes, onFailure: policy), mutation: mutation)
        self.checker = PipelineChecker(
            graph: Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0.needs) }), onFailure: policy)
    }

    static func simulate(
        seed: UInt64, mutation: PipelineSubject.Mutation? = nil, traced: Bool = false
    ) -> SimulationResult {
        var world = PipelineWorld(seed: seed, mutation: mutation, traced: traced)
        return world.play()
    }

    private static func graph(_ random: inout SeededRandom) -> [PipelineMachine.Node] {
        let count = Int.random(in: 1...7, using: &random)
        return (0..<count).map { index in
            let needs = (0..<index).filter { _ in random.chance(40) }.map { "n\($0)" }
            return PipelineMachine.Node(name: "n\(index)", needs: needs, isAction: random.chance(15))
        }
    }

    private mutating func play() -> SimulationResult {
        var quiet = 0
        while self.step < Self.steps, quiet < 20 {
            self.step += 1
            self.progressRuns()
            for event in self.post.arrived(at: self.step) { self.commit(event) }
            if self.random.chance(1) || self.step > Self.patience { self.cancel() }
            if self.random.chance(40) { self.pass() }
            if self.rows.machine.status.isTerminal { quiet += 1 }
        }
        self.checker.close(after: self.step)
        return SimulationResult(violations: self.checker.violations, trace: self.trace.lines)
    }

    /// The runs themselves, which know nothing of the pipeline.
    private mutating func progressRuns() {
        for name in self.runs.keys.sorted() where self.runs[name]?.status == .running {
            guard let run = self.runs[name], self.random.chance(run.stopOrdered ? 30 : 8) else { continue }
            if run.isEndless, !run.stopOrdered { continue }
            let dice = Int.random(in: 0..<100, using: &self.random)
            let status: RunStatus =
                run.stopOrdered
                ? (dice < 80 ? .cancelled : .succeeded) : dice < 80 ? .succeeded : dice < 95 ? .failed : .cancelled
            self.runs[name]?.status = status
            self.note("run of \(name) is \(status)")
            self.post.send(Self.news(name, status), at: self.step, using: &self.random)
        }
    }

    private static func news(_ name: String, _ status: RunStatus) -> PipelineMachine.Event {
        switch status {
        case .succeeded: .succeeded(name)
        case .cancelled: .cancelled(name, reason: "somebody cancelled it")
        default: .failed(name, reason: "it broke")
        }
    }

    private mutating func cancel() {
        guard !self.rows.machine.status.isTerminal, !self.rows.machine.cancelRequested else { return }
        self.commit(.cancel)
    }

    /// One event in one transaction, which a crash may prevent.
    private mutating func commit(_ event: PipelineMachine.Event) {
        var work = self.rows
        work.reload()
        let effects = work.handle(event)
        self.finishTransaction(work, event, effects)
    }

    /// A tick of the reconciler: what it polls, and each effect that is due, in a transaction each.
    private mutating func pass() {
        for name in self.runs.keys.sorted() {
            guard let status = self.runs[name]?.status, status.isTerminal else { continue }
            self.commit(Self.news(name, status))
        }
        var work = self.rows
        work.reload()
        let due = work.handle(.tick)
        self.finishTransaction(work, .tick, due)
        for effect in due { self.carryOut(effect) }
    }

    private mutating func carryOut(_ effect: PipelineMachine.Effect) {
        var work = self.rows
        let name: String
        switch effect {
        case .start(let node), .perform(let node): name = node
        case .cancelRun(let node):
            if !self.random.chance(30) { self.runs[node]?.stopOrdered = true }
            return
        case .finish: return
        }
        let again = work.handle(.tick)
        guard again.contains(effect) else { return }
        let event = self.decideStart(effect, name)
        let effects = work.handle(event)
        guard self.finishTransaction(work, event, effects, before: { $0.start(name) }) else { return }
        if case .started = event { self.runs[name] = SimulatedRun(isEndless: self.random.chance(5)) }
    }

    private mutating func decideStart(_ effect: PipelineMachine.Effect, _ name: String) -> PipelineMachine.Event {
        if self.random.chance(5) { return .failed(name, reason: "it could not be started") }
        if case .perform = effect { return .performed(name) }
        return self.random.chance(25) ? .cached(name) : .started(name)
    }

    /// Commits, or crashes and loses what was decided.
    @discardableResult
    private mutating func finishTransaction(
        _ work: PipelineSubject, _ event: PipelineMachine.Event, _ effects: [PipelineMachine.Effect],
        before: (inout PipelineChecker) -> Void = { _ in }
    ) -> Bool {
        if self.random.chance(15) {
            self.note("crash instead of \(event)")
            return false
        }
        if event != .tick || work.machine != self.rows.machine { self.note("\(event) -> \(effects)") }
        before(&self.checker)
        let was = self.rows.machine
        self.rows = work
        self.observe(event, was)
        for case .finish(let status, _) in effects {
            let open = self.runs.values.count { !$0.status.isTerminal }
            self.checker.finish(status, openRuns: open)
        }
        self.checker.look(work.machine.nodes)
        return true
    }

    /// What the event tells, if the machine was still open for it.
    private mutating func observe(_ event: PipelineMachine.Event, _ was: PipelineMachine) {
        guard !was.status.isTerminal else { return }
        switch event {
        case .cached(let name), .performed(let name), .succeeded(let name): self.checker.end(name, good: true)
        case .failed(let name, _), .cancelled(let name, _): self.checker.end(name, good: false)
        case .cancel: self.checker.cancel()
        case .started, .tick: break
        }
    }

    private mutating func note(_ line: @autoclosure () -> String) { self.trace.note("\(self.step): \(line())") }
}
