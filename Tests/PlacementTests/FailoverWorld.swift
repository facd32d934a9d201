import Kernel

@testable import Placement

/// Providers, a planner and a network that lose, delay and double answers, around one failover.
struct FailoverWorld {
    enum Rule: String, CaseIterable {
        case oneKept = "at most one launch is kept, and only one that was granted"
        case nothingLeaks = "no machine runs in the end but the one that was kept"
        case exactlyOnce = "every launch is kept or released exactly once"
        case width = "no more than the width is open at once"
        case never2 = "nothing is tried twice"
        case ends = "it ends by its deadline, once, with a machine or a reason"
        case silence = "nothing is launched after the end"
        case patience = "it gives up only with nothing open and nobody left to ask"
    }

    enum Mutation: CaseIterable {
        case leaksLosers, releasesTwice, keepsEvery, tooWide, forgetsTries, sleeps, goesOn, givesUpEarly, leaksRefused
    }

    private enum Answer {
        case event(FailoverMachine.Event)
        case perform(FailoverMachine.Effect)
    }

    private static let start = Timestamp(milliseconds: 1_795_000_000_000)
    private let mutation: Mutation?
    private let width: Int
    private let life: Int64
    /// How likely an answer is lost, and the share of candidates that have a machine.
    private let loss: Double
    private let capacity: Double
    private var random: SeededRandom
    private var now = Self.start
    private var queue: [(due: Timestamp, answer: Answer)] = []
    private var machine: FailoverMachine?
    private var candidates: [FailoverMachine.Candidate] = []
    // What really is.
    private var running: Set<Int> = []
    private var tombs: Set<Int> = []
    private var verdicts: [Int: Bool] = [:]
    // What an observer saw.
    private var launched: [Int: FailoverMachine.Launch] = [:]
    private var closed: [Int: Int] = [:]
    private var kept: [Int] = []
    private var granted: Set<Int> = []
    private var ends: [FailoverMachine.End] = []
    private var answeredRounds: Set<Int> = []
    /// The planner answered a round with nothing that was not tried.
    private var knowsNoMore = false
    private(set) var broken: [BrokenRule] = []
    private(set) var trace: [String] = []

    static func simulate(seed: UInt64, mutation: Mutation? = nil) -> FailoverWorld {
        var world = FailoverWorld(seed: seed, mutation: mutation)
        world.run()
        return world
    }

    private init(seed: UInt64, mutation: Mutation?) {
        self.random = SeededRandom(seed: seed)
        self.mutation = mutation
        self.width = Int.random(in: 1...4, using: &self.random)
        self.life = Int64.random(in: 60...900, using: &self.random)
        self.loss = Double.random(in: 0..<0.4, using: &self.random)
        self.capacity = [0, 0.1, 0.5, 1].randomElement(using: &self.random) ?? 0
        let count = Int.random(in: 0...12, using: &self.random)
        self.candidates = (0..<count).map { index in
            let key = AvailabilityKey(provider: "p", region: "r\(index)", machineType: "t", isSpot: true)
            return FailoverMachine.Candidate(environment: "e\(index)", key: key)
        }
    }

    private mutating func report(_ rule: Rule, _ detail: String) {
        self.broken.append(BrokenRule(rule: rule.rawValue, detail: "\(detail) at \((self.now - Self.start).seconds) s"))
    }

    private mutating func run() {
        let limits = FailoverMachine.Limits(
            width: self.mutation == .tooWide ? self.width + 1 : self.width, launches: 8, answerTerm: .seconds(20),
            grantTerm: .seconds(90), deadline: Self.start + .seconds(self.life))
        let (machine, effects) = FailoverMachine.start(limits, at: self.now)
        self.machine = machine
        self.see(effects)
        // After the deadline the network still needs a while to be empty.
        for second in 0..<(self.life + 600) {
            self.now = Self.start + .seconds(second)
            let due = self.queue.filter { $0.due <= self.now }
            self.queue.removeAll { $0.due <= self.now }
            for (_, answer) in due {
                switch answer {
                case .event(let event): self.tell(event)
                case .perform(let effect): self.perform(effect)
                }
            }
            if second % 5 == 0, self.mutation != .sleeps { self.tell(.tick(at: self.now)) }
            if second == self.life + 5, self.ends.count + self.kept.count != 1 {
                self.report(.ends, "kept \(self.kept), ended \(self.ends)")
            }
        }
        self.close()
    }

    /// The machine hears of it; a broken one does something else then.
    private mutating func tell(_ event: FailoverMachine.Event) {
        if case .granted(let number, _) = event { self.granted.insert(number) }
        if case .planned(let found, let round, _) = event, self.answeredRounds.insert(round).inserted {
            let tried = Set(self.launched.values.map(\.candidate.environment))
            self.knowsNoMore = found.allSatisfy { tried.contains($0.environment) }
        }
        var effects = self.machine?.handle(event) ?? []
        if self.mutation == .keepsEvery, effects.isEmpty, case .granted(let number, _) = event,
            let launch = self.launched[number]
        {
            effects = [.keep(launch)]
        }
        if self.mutation == .goesOn, !self.ends.isEmpty, let candidate = self.candidates.first {
            effects.append(.launch(.init(number: 99, candidate: candidate)))
        }
        if self.mutation == .givesUpEarly, case .refused = event { effects.append(.giveUp(.nobodyHasIt(tried: 1))) }
        self.see(effects)
    }

    private mutating func see(_ effects: [FailoverMachine.Effect]) {
        for effect in effects {
            self.trace.append("\((self.now - Self.start).seconds) \(effect)")
            if self.mutation == .leaksLosers, case .release = effect, !self.kept.isEmpty { continue }
            if self.mutation == .leaksRefused, case .release = effect, self.kept.isEmpty { continue }
            self.watch(effect)
            self.send(.perform(effect), within: 3)
            // The outbox performs at least once.
            if Double.random(in: 0..<1, using: &self.random) < 0.2 { self.send(.perform(effect), within: 60) }
            if self.mutation == .releasesTwice, case .release = effect { self.watch(effect) }
        }
    }

    private var openCount: Int { self.launched.keys.count { self.closed[$0] == nil } }

    private mutating func watch(_ effect: FailoverMachine.Effect) {
        switch effect {
        case .launch(let launch):
            if !self.ends.isEmpty || !self.kept.isEmpty { self.report(.silence, "\(launch)") }
            if self.launched.values.contains(where: { $0.candidate.environment == launch.candidate.environment }) {
                self.report(.never2, "\(launch)")
            }
            self.launched[launch.number] = launch
            if self.openCount > self.width { self.report(.width, "\(self.openCount) above \(self.width)") }
        case .keep(let launch):
            self.kept.append(launch.number)
            self.closed[launch.number, default: 0] += 1
            if self.kept.count > 1 || !self.granted.contains(launch.number) { self.report(.oneKept, "\(self.kept)") }
        case .release(let launch): self.closed[launch.number, default: 0] += 1
        case .giveUp(let end):
            self.ends.append(end)
            let isSpent = self.knowsNoMore || self.launched.count == 8
            if case .nobodyHasIt = end, self.openCount > 0 || !isSpent {
                self.report(.patience, "\(self.openCount) open")
            }
        case .plan, .rememberGrant, .rememberRefusal: break
        }
    }

    private mutating func send(_ answer: Answer, within seconds: Int64) {
        let delay = Int64.random(in: 1...seconds, using: &self.random)
        self.queue.append((self.now + .seconds(delay), answer))
    }

    /// Lost, late and doubled.
    private mutating func answer(_ event: FailoverMachine.Event, within seconds: Int64) {
        let copies =
            Double.random(in: 0..<1, using: &self.random) < self.loss ? 0 : Bool.random(using: &self.random) ? 1 : 2
        for _ in 0..<copies { self.send(.event(event), within: seconds) }
    }

    private mutating func perform(_ effect: FailoverMachine.Effect) {
        switch effect {
        case .plan(let tried, let round): self.plan(excluding: tried, round: round)
        case .launch(let launch): self.launch(launch)
        case .release(let launch):
            self.tombs.insert(launch.number)
            self.running.remove(launch.number)
        case .keep, .giveUp, .rememberGrant, .rememberRefusal: break
        }
    }

    private mutating func plan(excluding tried: [AvailabilityKey], round: Int) {
        var found = self.candidates.filter { !tried.contains($0.key) }
        if self.mutation == .forgetsTries {
            found = self.candidates.map { candidate in
                var candidate = candidate
                candidate.key.zone = "\(round)"
                return candidate
            }
        }
        // It may know only some now, and name one twice.
        let answer = Array(found.prefix(Int.random(in: 1...4, using: &self.random))) + found.prefix(1)
        self.answer(.planned(answer, round: round, at: self.now), within: 30)
    }

    /// A launch that is performed twice may be refused first and granted then.
    private mutating func launch(_ launch: FailoverMachine.Launch) {
        guard !self.tombs.contains(launch.number), !self.running.contains(launch.number) else { return }
        let hangs = Double.random(in: 0..<1, using: &self.random) < 0.1
        if Double.random(in: 0..<1, using: &self.random) < self.capacity {
            self.running.insert(launch.number)
            if !hangs { self.answer(.launched(launch.number, at: self.now), within: 40) }
            if !hangs { self.answer(.granted(launch.number, at: self.now), within: 120) }
        } else if !hangs {
            self.answer(.refused(launch.number, because: .capacity, at: self.now), within: 40)
        }
    }

    private mutating func close() {
        let leaked = self.running.subtracting(self.kept)
        if !leaked.isEmpty { self.report(.nothingLeaks, "\(leaked.sorted()) still run") }
        for number in self.launched.keys.sorted() where self.closed[number] != 1 {
            self.report(.exactlyOnce, "launch \(number) was closed \(self.closed[number] ?? 0) times")
        }
        if self.ends.count + self.kept.count != 1 { self.report(.ends, "kept \(self.kept), ended \(self.ends)") }
    }

    /// Whether it found a machine.
    var hasMachine: Bool { !self.kept.isEmpty }
}
