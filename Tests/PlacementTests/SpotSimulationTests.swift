import Kernel
import Testing

@testable import Placement

@Suite("SpotSimulation")
struct SpotSimulationTests {
    @Test("the deadline, the cost bound and the least cost hold in 3000 hostile worlds")
    func rules() {
        PlacementSeeds.check("SpotSimulation", count: 3000) { SpotWorld.simulate(seed: $0) }
    }

    @Test("a broken policy is caught", arguments: SpotWorld.Mutation.allCases)
    func mutation(_ mutation: SpotWorld.Mutation) {
        let expected = Self.expected(mutation).rawValue
        let broken = PlacementSeeds.rulesBroken(count: 1000, until: expected) {
            SpotWorld.simulate(seed: $0, mutation: mutation)
        }
        #expect(broken.contains(expected), "\(mutation) broke \(broken)")
    }

    @Test("every rule is proven by a mutation")
    func proven() {
        #expect(Set(SpotWorld.Mutation.allCases.map(Self.expected)) == Set(SpotWorld.Rule.allCases))
    }

    private static func expected(_ mutation: SpotWorld.Mutation) -> SpotWorld.Rule {
        switch mutation {
        case .noSafetyNet, .forgetsTick, .forgetsChangeover: .deadline
        case .spendsFreely: .bound
        case .keepsTheOld: .oneMachine
        case .missesLosses: .accounts
        case .blindClairvoyant: .clairvoyant
        }
    }

    @Test(
        "a job as long as its deadline allows runs on demand from the first moment", arguments: SpotAdversary.allCases)
    func noSlack(_ adversary: SpotAdversary) throws {
        let terms = try SpotTerms(
            computation: .hours(9), deadline: .hours(10), changeover: .hours(1), tick: .minutes(10),
            onDemandPrice: .dollars(3), spotPrice: .dollars(1))
        let simulation = SpotSimulation(terms: terms, step: .minutes(10))
        var machine = SpotMachine(terms: terms)
        let outcome = simulation.run(
            available: { adversary.isAvailable($0, terms, step: .minutes(10)) ?? true }, decide: { machine.handle($0) })
        #expect(outcome.end == .hours(10))
        #expect(outcome.onDemandTime == .hours(10) && outcome.launches == 1)
        #expect(outcome.cost == .dollars(30) && terms.onDemandCost == .dollars(30))
    }

    @Test("with capacity all the time the job costs the spot price and one changeover")
    func alwaysSpot() throws {
        let terms = try SpotTerms(
            computation: .hours(9), deadline: .hours(12), changeover: .hours(1), tick: .minutes(10),
            onDemandPrice: .dollars(3), spotPrice: .dollars(1))
        let trace = SpotTrace(step: .minutes(10), isAvailable: Array(repeating: true, count: 72))
        let outcome = SpotSimulation(terms: terms, step: .minutes(10)).run(SpotMachine(terms: terms), on: trace)
        #expect(outcome.end == .hours(10) && outcome.cost == .dollars(10) && outcome.losses == 0)
    }

    /// 48 hours of work and 12 minutes for a changeover, as in the paper (§6.1), and long turns of capacity.
    private static func estimate(_ policy: SpotPolicy, deadline: TimeSpan, seed: UInt64 = 1) throws -> SpotEstimate {
        let terms = try SpotTerms(
            computation: .hours(48), deadline: deadline, changeover: .minutes(12), tick: .minutes(12),
            onDemandPrice: .dollars(3), spotPrice: .dollars(1))
        return SpotEstimate.expectedCost(
            terms, process: .markov(meanUp: .hours(10), meanDown: .hours(2)), policy: policy, runs: 200, seed: seed)
    }

    @Test("with a tight deadline and long turns uniform progress is cheaper than greedy")
    func cheaperThanGreedy() throws {
        let uniform = try Self.estimate(.uniformProgress, deadline: .hours(54))
        let greedy = try Self.estimate(.greedy, deadline: .hours(54))
        #expect(uniform.meanOverOnDemand < greedy.meanOverOnDemand - 0.03, "\(uniform) \(greedy)")
        #expect(uniform.deadlineMisses == 0 && greedy.deadlineMisses == 0)
    }

    @Test("more time to the deadline saves more, and an estimate is the same for the same seed")
    func estimates() throws {
        let tight = try Self.estimate(.uniformProgress, deadline: .hours(54))
        let loose = try Self.estimate(.uniformProgress, deadline: .hours(80))
        #expect(loose.meanOverOnDemand < tight.meanOverOnDemand)
        #expect(tight.meanOverOnDemand < 0.8 && loose.meanOverOnDemand > 1.0 / 3)
        #expect(try Self.estimate(.uniformProgress, deadline: .hours(54)) == tight)
        #expect(try Self.estimate(.uniformProgress, deadline: .hours(54), seed: 1000) != tight)
        #expect(try Self.estimate(.onDemandOnly, deadline: .hours(54)).meanOverOnDemand == 1)
    }

    @Test("the estimate lies between the least cost and all on demand")
    func between() throws {
        let terms = try SpotTerms(
            computation: .hours(20), deadline: .hours(25), changeover: .minutes(30), tick: .minutes(30),
            onDemandPrice: .dollars(3), spotPrice: .dollars(1))
        let estimate = SpotEstimate.expectedCost(
            terms, process: .heavyTailed(meanUp: .hours(4), meanDown: .hours(2)), runs: 40, seed: 7,
            withClairvoyant: true)
        let over = try #require(estimate.overClairvoyant)
        let least = try #require(estimate.clairvoyantOverOnDemand)
        #expect(over >= 1 && over < 2 && least > 1.0 / 3 && least < estimate.meanOverOnDemand)
        #expect(estimate.worstCost >= estimate.meanCost && estimate.deadlineMisses == 0)
    }
}
