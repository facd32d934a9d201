import Foundation
import Kernel
import Testing

@testable import Placement

@Suite("FailoverSimulation")
struct FailoverSimulationTests {
    @Test("a failover keeps every rule in 500 hostile worlds")
    func rules() {
        PlacementSeeds.check("FailoverSimulation", count: 500) { FailoverWorld.simulate(seed: $0).broken }
    }

    @Test("the same seed gives the same world, and the worlds hold both ends")
    func replay() {
        let worlds = (0..<200).map { FailoverWorld.simulate(seed: $0) }
        for seed in 0..<20 {
            #expect(FailoverWorld.simulate(seed: UInt64(seed)).trace == worlds[seed].trace)
        }
        #expect(worlds.count { $0.hasMachine } > 50)
        #expect(worlds.count { !$0.hasMachine } > 50)
    }

    @Test("a broken failover is caught", arguments: FailoverWorld.Mutation.allCases)
    func mutation(_ mutation: FailoverWorld.Mutation) {
        let expected = Self.expected(mutation).rawValue
        let broken = PlacementSeeds.rulesBroken(count: 300, until: expected) {
            FailoverWorld.simulate(seed: $0, mutation: mutation).broken
        }
        #expect(broken.contains(expected), "\(mutation) broke \(broken)")
    }

    @Test("every rule is proven by a mutation")
    func proven() {
        #expect(Set(FailoverWorld.Mutation.allCases.map(Self.expected)) == Set(FailoverWorld.Rule.allCases))
    }

    private static func expected(_ mutation: FailoverWorld.Mutation) -> FailoverWorld.Rule {
        switch mutation {
        case .leaksLosers, .leaksRefused: .nothingLeaks
        case .releasesTwice: .exactlyOnce
        case .keepsEvery: .oneKept
        case .tooWide: .width
        case .forgetsTries: .never2
        case .sleeps: .ends
        case .goesOn: .silence
        case .givesUpEarly: .patience
        }
    }
}

@Suite("FailoverMachine")
struct FailoverMachineTests {
    private static let start = Timestamp(milliseconds: 1_795_000_000_000)

    private static func candidate(_ name: String) -> FailoverMachine.Candidate {
        .init(
            environment: name,
            key: AvailabilityKey(provider: "aws", region: name, machineType: "p5.48xlarge", isSpot: true))
    }

    private static func launch(_ number: Int, _ name: String) -> FailoverMachine.Launch {
        .init(number: number, candidate: Self.candidate(name))
    }

    /// Width 2, with three candidates planned: 0 and 1 are open.
    private static func running() -> FailoverMachine {
        let limits = FailoverMachine.Limits(width: 2, launches: 5, deadline: Self.start + .hours(1))
        var (machine, first) = FailoverMachine.start(limits, at: Self.start)
        #expect(first == [.plan(excluding: [], round: 1)])
        let planned = machine.handle(.planned(["a", "b", "a", "c"].map(Self.candidate), round: 1, at: Self.start))
        #expect(planned == [.launch(Self.launch(0, "a")), .launch(Self.launch(1, "b"))])
        return machine
    }

    @Test("the first granted is kept, and the others are released")
    func granted() {
        var machine = Self.running()
        #expect(
            machine.handle(.granted(1, at: Self.start)) == [
                .keep(Self.launch(1, "b")), .rememberGrant(Self.candidate("b").key, at: Self.start),
                .release(Self.launch(0, "a")),
            ])
        #expect(machine.hasEnded)
        #expect(machine.handle(.granted(0, at: Self.start)) == [])
        #expect(machine.handle(.granted(1, at: Self.start)) == [])
    }

    @Test(
        "a refusal is remembered, and the next candidate takes its place; then the planner is asked without those tried"
    )
    func refused() {
        var machine = Self.running()
        #expect(
            machine.handle(.refused(0, because: .quota, at: Self.start)) == [
                .release(Self.launch(0, "a")),
                .rememberRefusal(Self.candidate("a").key, because: .quota, at: Self.start),
                .launch(Self.launch(2, "c")),
            ])
        #expect(machine.handle(.refused(0, because: .quota, at: Self.start)) == [])
        let next = machine.handle(.refused(1, because: .capacity, at: Self.start))
        #expect(next.last == .plan(excluding: ["a", "b", "c"].map { Self.candidate($0).key }, round: 2))
        // Nothing new, but one is still open: it waits for it, then gives up.
        #expect(machine.handle(.planned([Self.candidate("b")], round: 2, at: Self.start)) == [])
        #expect(machine.handle(.refused(2, because: .capacity, at: Self.start)).last == .giveUp(.nobodyHasIt(tried: 3)))
        #expect(machine.hasEnded)
    }

    @Test("a launch without an answer counts as refused; one that was accepted has longer")
    func overdue() {
        var machine = Self.running()
        #expect(machine.handle(.launched(1, at: Self.start)) == [])
        #expect(machine.handle(.tick(at: Self.start + .seconds(29))) == [])
        #expect(
            machine.handle(.tick(at: Self.start + .seconds(30))) == [
                .release(Self.launch(0, "a")),
                .rememberRefusal(Self.candidate("a").key, because: .capacity, at: Self.start + .seconds(30)),
                .launch(Self.launch(2, "c")),
            ])
        // It was given back, so its late grant is nobody's.
        #expect(machine.handle(.granted(0, at: Self.start + .seconds(31))) == [])
        #expect(machine.handle(.granted(1, at: Self.start + .seconds(32))).first == .keep(Self.launch(1, "b")))
    }

    @Test("the planner is asked again when its answer does not come, and only its first answer counts")
    func lostPlan() {
        let limits = FailoverMachine.Limits(width: 1, deadline: Self.start + .hours(1))
        var (machine, _) = FailoverMachine.start(limits, at: Self.start)
        #expect(machine.handle(.tick(at: Self.start + .seconds(29))) == [])
        #expect(machine.handle(.tick(at: Self.start + .seconds(30))) == [.plan(excluding: [], round: 1)])
        let answer = FailoverMachine.Event.planned([Self.candidate("a")], round: 1, at: Self.start + .seconds(31))
        #expect(machine.handle(answer) == [.launch(Self.launch(0, "a"))])
        #expect(machine.handle(answer) == [])
    }

    @Test("a planner without any offer ends it at once; a deadline and a cancel release what is open")
    func ends() {
        let limits = FailoverMachine.Limits(deadline: Self.start + .hours(1))
        var (empty, _) = FailoverMachine.start(limits, at: Self.start)
        #expect(empty.handle(.planned([], round: 1, at: Self.start)) == [.giveUp(.nobodyHasIt(tried: 0))])
        var late = Self.running()
        #expect(
            late.handle(.tick(at: Self.start + .hours(1))) == [
                .release(Self.launch(0, "a")), .release(Self.launch(1, "b")), .giveUp(.deadline(tried: 2)),
            ])
        var cancelled = Self.running()
        #expect(cancelled.handle(.cancelled(at: Self.start)).last == .giveUp(.cancelled))
        #expect(cancelled.handle(.tick(at: Self.start)) == [])
    }

    @Test("no more launches than the limit")
    func limit() {
        let limits = FailoverMachine.Limits(width: 4, launches: 2, deadline: Self.start + .hours(1))
        var (machine, _) = FailoverMachine.start(limits, at: Self.start)
        let all = machine.handle(.planned(["a", "b", "c"].map(Self.candidate), round: 1, at: Self.start))
        #expect(all == [.launch(Self.launch(0, "a")), .launch(Self.launch(1, "b"))])
        #expect(machine.handle(.refused(0, because: .capacity, at: Self.start)).count == 2)
        #expect(machine.handle(.refused(1, because: .capacity, at: Self.start)).last == .giveUp(.nobodyHasIt(tried: 2)))
    }

    @Test("it comes back from its row in the middle and goes on")
    func row() throws {
        var machine = Self.running()
        let row = try JSONEncoder().encode(machine)
        var back = try JSONDecoder().decode(FailoverMachine.self, from: row)
        #expect(back == machine)
        #expect(back.handle(.granted(0, at: Self.start)) == machine.handle(.granted(0, at: Self.start)))
    }

    @Test("every end has a sentence")
    func sentences() {
        #expect(FailoverMachine.End.nobodyHasIt(tried: 3).sentence.contains("All 3 offers"))
        #expect(FailoverMachine.End.nobodyHasIt(tried: 0).sentence.contains("No offer fits"))
        #expect(FailoverMachine.End.deadline(tried: 2).sentence.contains("None of 2"))
        #expect(!FailoverMachine.End.cancelled.sentence.isEmpty)
    }
}
