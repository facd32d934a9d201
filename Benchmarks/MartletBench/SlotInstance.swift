import Contract
import Kernel
import Placement

/// A random graph over a few sites with few slots and prices of their own.
struct SlotInstance {
    let tasks: [PlacementTask]
    let offers: [PlacementOffer]
    let planner: Planner

    init(tasks count: Int, sites: Int, slots: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        self.offers = (0..<sites).map { site in
            PlacementOffer(
                environment: "site\(site)", provider: "p", region: "r\(site)", zones: [], store: "s\(site)",
                pricePerSlotHour: .dollars(Int64(site + 1)), cpus: 4, memory: .gibibytes(8), hasContainerEngine: false,
                liveWorkers: 1, slots: slots, freeSlots: slots, servingSlots: 0, freeServingSlots: 0)
        }
        self.tasks = (0..<count).map { index in
            let before = index == 0 ? [] : Set((0..<2).map { _ in Int.random(in: 0..<index, using: &random) }).sorted()
            return PlacementTask(
                name: "t\(index)", kind: .batch, duration: .minutes(Int64.random(in: 10...90, using: &random)),
                basis: "drawn from a seed",
                inputs: before.map {
                    PlacementInput(
                        bytes: .gibibytes(Int64.random(in: 0...5, using: &random)), stores: [], producer: "t\($0)")
                }, after: before.map { "t\($0)" })
        }
        let places = (0..<sites).map { PlaceMap.Place(name: "s\($0)", provider: "p", region: "r\($0)") }
        self.planner = Planner(PlaceMap(places) { _, _ in Money(nanodollars: 50_000_000) })
    }
}
