import Contract
import Kernel
import Testing

@testable import Placement

@Suite("Plans over a market that commitments cover in part")
struct CommitmentPlanTests {
    /// Of the small market's `m.large` in `aws us`, 4 $ an hour.
    private static func planner(capacity: Int64, units: Int64 = 1, due: Money = .zero) -> Planner {
        let offer = Market.Listing(location: 0, shape: 1, isSpot: false, list: .dollars(4), price: due)
        let pool = CommittedPool(
            name: "reserved", capacity: capacity, offers: [CommittedPool.Offer(listing: offer, units: units)],
            in: SmallMarket.market)
        return Planner(
            PlaceMap(SmallMarket.locations) { _, _ in .dollars(1) }, market: SmallMarket.market.covered(by: [pool]))
    }

    @Test("what is paid for already costs nothing more and is used up first; the next one pays")
    func usedUp() throws {
        let plan = Self.planner(capacity: 1).plan([SmallMarket.task("a"), SmallMarket.task("b")], among: [])
        #expect(plan.tasks.map(\.commitment) == ["reserved", nil])
        #expect(plan.tasks.map(\.cost.compute.money) == [.zero, .dollars(4)])
        #expect(plan.listCost.compute.money == .dollars(8))
        #expect(plan.optimal)
        let first = try #require(plan.tasks.first)
        #expect(first.runnerUp == "aws us m.large" && first.difference == Dollars(.dollars(4)))
    }

    @Test("room that was given back is taken again")
    func inTurn() {
        let tasks = [SmallMarket.task("a"), SmallMarket.task("b", reading: [("a", 1)])]
        let plan = Self.planner(capacity: 1).plan(tasks, among: [])
        #expect(plan.tasks.map(\.commitment) == ["reserved", "reserved"] && plan.cost.total == .zero)
    }

    @Test("the machine for which most is saved takes the room")
    func mostSaved() {
        let plan = Self.planner(capacity: 1).plan(
            [SmallMarket.task("short"), SmallMarket.task("long", hours: 5)], among: [])
        #expect(plan.tasks.map(\.commitment) == [nil, "reserved"])
        #expect(plan.optimal && plan.cost.total.money == .dollars(4))
    }

    @Test("a commitment by spend covers as many as its dollars reach for, and a part costs the rest")
    func spend() {
        // 7 $ an hour reach for one machine of 4 $; what they could pay of the second is not counted on.
        let plan = Self.planner(capacity: 7, units: 4).plan(
            [SmallMarket.task("a"), SmallMarket.task("b")], among: [])
        #expect(plan.tasks.map(\.cost.compute.money) == [.zero, .dollars(4)])
        // 3 $ reach for three quarters of one.
        let part = Self.planner(capacity: 3, units: 3, due: .dollars(1)).plan([SmallMarket.task("a")], among: [])
        #expect(part.tasks.map(\.commitment) == ["reserved"] && part.cost.total.money == .dollars(1))
    }

    @Test("spot machines are covered by nothing, and neither is what does not fit")
    func notCovered() {
        let spot = Self.planner(capacity: 1).plan(
            [SmallMarket.task("a", Resources(cpus: 8, spot: .required))], among: [])
        #expect(spot.tasks.first?.commitment == nil && spot.cost.total.money == .dollars(1))
        let large = Self.planner(capacity: 1).plan(
            [SmallMarket.task("a", Resources(cpus: 8, memory: .gibibytes(64)))], among: [])
        #expect(large.tasks.map(\.machineType) == ["g.gpu"])
    }
}
