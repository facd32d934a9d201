import Kernel
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Seeded simulations of the machines that decide.
///
/// A world made from a seed does to a machine what the real one does: messages are lost, late and doubled, the process dies
/// between two lines and its state comes back from the rows, clocks jump. A checker that knows nothing of the machine's inside
/// watches and names the rule that was broken. Each rule is proven by a mutation: a machine broken on purpose, in which the
/// checker must find it. The same seed gives the same world, so a failing one is printed as a command.
struct SimulationResult {
    var violations: [Violation] = []
    /// What happened, line by line; equal for equal seeds.
    var trace: [String] = []
}

/// A rule that a machine broke.
struct Violation: Hashable {
    let rule: String
    let detail: String
}

enum Seeds {
    /// Each run of the tests tries so many worlds: half of them always the same, half never seen before.
    static let count: UInt64 = 500

    /// Those of this run: as many as `MARTLET_SEEDS` says, or the one that `MARTLET_SEED` names.
    static func all() -> [UInt64] {
        if let seed = Self.number("MARTLET_SEED") { return [seed] }
        let count = Self.number("MARTLET_SEEDS") ?? Self.count
        var random = SystemRandomNumberGenerator()
        let fresh = (0..<count / 2).map { _ in UInt64.random(in: count...UInt64(Int64.max), using: &random) }
        return Array(0..<count / 2) + fresh
    }

    private static func number(_ variable: String) -> UInt64? {
        getenv(variable).flatMap { UInt64(String(cString: $0)) }
    }
}

/// What happened in a world. Lines are made only where somebody will read them: they cost more than the world itself.
struct Trace {
    let isKept: Bool
    private(set) var lines: [String] = []

    init(isKept: Bool) { self.isKept = isKept }

    mutating func note(_ line: @autoclosure () -> String) {
        if self.isKept { self.lines.append(line()) }
    }
}

/// Runs the simulation once for each seed and reports those in which a rule was broken, with the command that repeats it.
func check(_ filter: String, _ simulate: (_ seed: UInt64, _ traced: Bool) -> SimulationResult) {
    for seed in Seeds.all() {
        guard let first = simulate(seed, false).violations.first else { continue }
        let tail = simulate(seed, true).trace.suffix(30).joined(separator: "\n")
        Issue.record(
            """
            \(first.rule): \(first.detail)
            Repeat with: MARTLET_SEED=\(seed) swift test --filter \(filter)
            \(tail)
            """)
        return
    }
}

/// The rules that a mutated machine is found to break, up to the seed in which `expected` is among them.
func rulesBroken(until expected: String, _ simulate: (UInt64) -> SimulationResult) -> Set<String> {
    var found: Set<String> = []
    for seed in 0..<Seeds.count where !found.contains(expected) {
        found.formUnion(simulate(seed).violations.map(\.rule))
    }
    return found
}

/// A network that loses, delays, reorders and doubles what is sent. Time is the simulation's step.
struct LossyPost<Message> {
    /// Per cent of the messages that never arrive.
    var loss = 20
    /// Per cent of the messages that arrive twice.
    var doubling = 20
    /// Longest delay, in steps.
    var delay = 12
    private var inFlight: [(due: Int, message: Message)] = []

    init(loss: Int = 20, doubling: Int = 20, delay: Int = 12) {
        self.loss = loss
        self.doubling = doubling
        self.delay = delay
    }

    mutating func send(_ message: Message, at step: Int, using random: inout SeededRandom) {
        let copies = random.chance(self.loss) ? 0 : random.chance(self.doubling) ? 2 : 1
        for _ in 0..<copies {
            self.inFlight.append((step + Int.random(in: 0...self.delay, using: &random), message))
        }
    }

    /// What arrives by now, in the order in which it falls due.
    mutating func arrived(at step: Int) -> [Message] {
        let arrived = self.inFlight.filter { $0.due <= step }
        self.inFlight.removeAll { $0.due <= step }
        return arrived.map(\.message)
    }
}

extension SeededRandom {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

@Suite("Simulation")
struct SimulationTests {
    @Test("a post loses, doubles and delays, and the same seed does it alike")
    func post() {
        func arrivals(_ seed: UInt64) -> [[Int]] {
            var random = SeededRandom(seed: seed)
            var post = LossyPost<Int>()
            return (0..<200).map { step in
                if step < 100 { post.send(step, at: step, using: &random) }
                return post.arrived(at: step)
            }
        }
        let all = arrivals(7).flatMap(\.self)
        #expect(Set(all).count < 100)
        #expect(all.count > Set(all).count)
        #expect(all != all.sorted())
        #expect(arrivals(7) == arrivals(7))
        #expect(arrivals(7) != arrivals(8))
    }
}
