import Contract
import Kernel
import Testing

@testable import Placement

/// A history made from a seed: sites with room for all, runs of several projects that each ran in its cheapest allowed site.
struct WhatIfWorld {
    static let projects = ["digits", "faces", "words"]
    let offers: [PlacementOffer]
    let planner: Planner
    private(set) var runs: [RecordedRun] = []

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let zones: [Set<String>] = [["EU"], ["US"], ["EU", "onprem"]]
        self.offers = (0..<Int.random(in: 1...5, using: &random)).map { index in
            var offer = Sites.offer("site-\(index)", "p\(index % 2)", "r\(index)", zones[index % 3], price: 0)
            offer.pricePerSlotHour = Money(nanodollars: Int64.random(in: 0...90_000_000_000, using: &random))
            offer.slots = 40
            offer.servingSlots = 40
            return offer
        }
        self.planner = Planner(PlaceMap(self.offers.map { PlaceMap.Place(name: $0.store) }) { _, _ in .dollars(1) })
        for number in 0..<Int.random(in: 1...40, using: &random) { self.record(number, &random) }
    }

    /// Runs it where it is cheapest, and writes down what that cost.
    private mutating func record(_ number: Int, _ random: inout SeededRandom) {
        var run = History.run(
            number, project: Self.projects[Int.random(in: 0..<3, using: &random)],
            at: Int64.random(in: 0..<5_000, using: &random), seconds: Int64.random(in: 1..<9_000, using: &random))
        run.task.kind = Bool.random(using: &random) ? .batch : .replica
        if Int.random(in: 0..<4, using: &random) == 0 { run.task.residency = .only(["EU"]) }
        let planned = self.planner.place(run.task, among: self.offers, requireFree: false)
        guard let environment = planned.environment else { return }
        run.environment = environment
        run.compute = planned.cost.compute.money
        self.runs.append(run)
    }

    func sums(_ kept: [PlacementOffer], _ added: [PlacementOffer] = []) -> WhatIfSums {
        WhatIfSums(
            self.runs, from: History.start, until: History.start + History.day, kept: kept,
            added: added.map { AddedCapacity(offer: $0, machines: 1) }, planner: self.planner)
    }

    /// - Parameter lost: nano-dollars that a broken subject forgets to count; 0 for the real one.
    func broken(lost: Int64 = 0) -> [BrokenRule] {
        let same = self.sums(self.offers)
        let forgotten = Dollars(Money(nanodollars: lost))
        var broken: [BrokenRule] = []
        func require(_ holds: Bool, _ rule: String, _ detail: String) {
            if !holds { broken.append(BrokenRule(rule: rule, detail: detail)) }
        }
        require(
            same.total.difference - forgotten == .zero, "no change, no difference", "\(same.total.difference)")
        require(same.total.moved == 0, "no change, nothing moves", "\(same.total.moved)")
        let parts = same.projects.map(\.totals).reduce(.zero, +)
        require(
            parts.whatIf.total - forgotten == same.total.whatIf.total && parts.runs == same.total.runs,
            "projects add up to the total", "\(parts) is not \(same.total)")
        var cheap = Sites.offer("new", "p0", "r0", ["EU"], price: 1)
        cheap.slots = 40
        cheap.servingSlots = 40
        let more = self.sums(self.offers, [cheap])
        require(more.total.difference + forgotten <= .zero, "more choice never costs more", "\(more.total.difference)")
        let less = self.sums(Array(self.offers.dropFirst()))
        require(less.total.difference + forgotten >= .zero, "less choice never saves", "\(less.total.difference)")
        require(
            less.total.unplaced == less.unplaced.reduce(0) { $0 + $1.runs }, "every run has its reason",
            "\(less.total.unplaced)")
        return broken
    }
}

@Suite("What-if properties")
struct WhatIfPropertyTests {
    @Test("no change, no difference; more choice never costs more; less never saves; projects add up to the total")
    func properties() {
        PlacementSeeds.check("WhatIfPropertyTests", count: 400) { WhatIfWorld(seed: $0).broken() }
    }

    @Test("a sum that forgets a nano-dollar is found")
    func mutation() {
        let rules = PlacementSeeds.rulesBroken(count: 20, until: "projects add up to the total") {
            WhatIfWorld(seed: $0).broken(lost: 1)
        }
        #expect(rules.contains("projects add up to the total") && rules.contains("no change, no difference"))
    }
}
