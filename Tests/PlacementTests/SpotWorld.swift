import Kernel

@testable import Placement

/// Who decides when there is spot capacity, knowing all about the job.
enum SpotAdversary: CaseIterable {
    case never, always
    /// Takes the machine at the first step after its launch.
    case takesAtOnce
    /// Takes it when its changeover has just been paid.
    case takesAfterChangeover
    /// Takes it right after a look, so that the loss goes unseen as long as it can.
    case takesUnseen
    /// Takes it as soon as the job has no more slack than it needs.
    case takesAtTheBrink
    /// Has capacity only while the job runs on demand.
    case teases
    case flickers
    case markov, diurnal, heavyTailed

    /// Nil for those that follow a process.
    func isAvailable(_ moment: SpotSimulation.Moment, _ terms: SpotTerms, step: TimeSpan) -> Bool? {
        let looks = Int(terms.tick.milliseconds / step.milliseconds)
        switch self {
        case .never: return false
        case .always: return true
        case .takesAtOnce: return moment.mode != .spot
        case .takesAfterChangeover: return moment.mode != .spot || moment.changeoverLeft > .zero
        case .takesUnseen: return moment.mode != .spot || moment.step % looks != min(1, looks - 1)
        case .takesAtTheBrink:
            let now = TimeSpan(milliseconds: Int64(moment.step) * step.milliseconds)
            let slack = terms.deadline - now - (terms.computation - moment.done)
            return moment.mode != .spot || slack > terms.changeover + terms.tick + step
        case .teases: return moment.mode == .onDemand
        case .flickers: return moment.step % 2 == 0
        case .markov, .diurnal, .heavyTailed: return nil
        }
    }
}

/// A job with a deadline in a world that is against it, made from a seed.
struct SpotWorld {
    enum Rule: String, CaseIterable {
        case deadline = "the work is done by the deadline"
        case bound = "the cost is at most that of all on demand and the allowance"
        case clairvoyant = "nobody is cheaper than who knows the future"
        case oneMachine = "the job has one machine at a time"
        case accounts = "the machine knows what was paid"
    }

    enum Mutation: CaseIterable {
        case noSafetyNet, forgetsTick, forgetsChangeover, spendsFreely, keepsTheOld, missesLosses, blindClairvoyant
    }

    static let step = TimeSpan.minutes(1)
    let terms: SpotTerms
    let policy: SpotPolicy
    let adversary: SpotAdversary
    let process: SpotProcess
    let seed: UInt64

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func span(_ range: ClosedRange<Int64>) -> TimeSpan { .minutes(.random(in: range, using: &random)) }
        let work = span(1...100)
        let changeover = span(0...12)
        let isTight = Int.random(in: 0..<4, using: &random) == 0
        let spare = isTight ? .zero : span(0...100)
        let spot = Int64.random(in: isTight ? 100...1100 : 200...400, using: &random)
        do {
            self.terms = try SpotTerms(
                computation: work, deadline: work + changeover + spare, changeover: changeover, tick: span(1...8),
                onDemandPrice: Money(nanodollars: 1_000_000_000), spotPrice: Money(nanodollars: spot * 1_000_000),
                allowance: Bool.random(using: &random) ? .usual : .span(span(0...10)))
        } catch {
            preconditionFailure("seed \(seed): \(error.message)")
        }
        self.policy =
            [.uniformProgress, .uniformProgress, .greedy, .timeSliced(4), .onDemandOnly]
            .randomElement(using: &random) ?? .uniformProgress
        self.adversary = SpotAdversary.allCases.randomElement(using: &random) ?? .never
        let up = span(1...60), down = span(1...60)
        self.process =
            switch self.adversary {
            case .diurnal: .diurnal(meanUp: up, meanDown: down, swing: 2)
            case .heavyTailed: .heavyTailed(meanUp: up, meanDown: down)
            default: .markov(meanUp: up, meanDown: down)
            }
        self.seed = seed
    }

    /// What the deciding machine is told; a broken one is told wrong.
    private func told(_ mutation: Mutation?) throws(SpotError) -> SpotTerms {
        try SpotTerms(
            computation: self.terms.computation,
            deadline: mutation == .noSafetyNet ? self.terms.deadline + .hours(24) : self.terms.deadline,
            changeover: mutation == .forgetsChangeover ? .zero : self.terms.changeover,
            tick: mutation == .forgetsTick ? .milliseconds(1) : self.terms.tick,
            onDemandPrice: self.terms.onDemandPrice, spotPrice: self.terms.spotPrice,
            allowance: mutation == .spendsFreely ? .unbounded : self.terms.allowance.map { .span($0) } ?? .unbounded)
    }

    func play(_ mutation: Mutation? = nil) throws(SpotError) -> (outcome: SpotSimulation.Outcome, machine: SpotMachine)
    {
        let trace = self.process.trace(length: self.terms.deadline, step: Self.step, seed: self.seed)
        var machine = SpotMachine(terms: try self.told(mutation), policy: self.policy)
        let outcome = SpotSimulation(terms: self.terms, step: Self.step).run(
            available: { moment in
                self.adversary.isAvailable(moment, self.terms, step: Self.step)
                    ?? (moment.step < trace.isAvailable.count && trace.isAvailable[moment.step])
            },
            decide: { event in
                if mutation == .missesLosses, case .lost(let look, _) = event { return machine.handle(.looked(look)) }
                let effects = machine.handle(event)
                guard mutation == .keepsTheOld else { return effects }
                return effects.filter { if case .release = $0 { false } else { true } }
            })
        return (outcome, machine)
    }

    static func simulate(seed: UInt64, mutation: Mutation? = nil) -> [BrokenRule] {
        let world = SpotWorld(seed: seed)
        do {
            let (outcome, machine) = try world.play(mutation)
            return world.check(outcome, machine, isBlind: mutation == .blindClairvoyant)
        } catch {
            return [BrokenRule(rule: "terms", detail: error.message)]
        }
    }

    private func check(
        _ outcome: SpotSimulation.Outcome, _ machine: SpotMachine, isBlind: Bool
    ) -> [BrokenRule] {
        var broken: [BrokenRule] = []
        func report(_ rule: Rule, _ detail: String) {
            broken.append(
                BrokenRule(rule: rule.rawValue, detail: "\(detail); \(self.adversary) \(self.policy) \(self.terms)"))
        }
        if !outcome.meets(self.terms.deadline) {
            report(.deadline, "ended at \(outcome.end.map(\.description) ?? "never")")
        }
        if outcome.overlaps > 0 { report(.oneMachine, "\(outcome.overlaps) launches too early") }
        if let allowance = self.terms.allowance {
            let limit = self.terms.onDemandCost + self.terms.cost(spot: .zero, onDemand: allowance) + Self.rounding
            if outcome.cost > limit { report(.bound, "\(outcome.cost.exact) above \(limit.exact)") }
        }
        if machine.state.spotTime > outcome.spotTime || machine.state.onDemandTime > outcome.onDemandTime {
            report(.accounts, "\(machine.state) for \(outcome.spotTime) and \(outcome.onDemandTime)")
        }
        // The least cost takes longer than the world itself, so it is computed where that is quick.
        guard self.terms.computation.milliseconds < TimeSpan.minutes(30).milliseconds else { return broken }
        let least = SpotClairvoyant(
            terms: self.terms, step: Self.step, isAvailable: isBlind ? [] : outcome.isAvailable
        ).cost(step: Self.step)
        if outcome.cost + Self.rounding < least { report(.clairvoyant, "\(outcome.cost.exact) below \(least.exact)") }
        return broken
    }

    /// Sums of amounts that are each rounded to the nano-dollar.
    private static let rounding = Money(nanodollars: 2)
}
