import Contract
import Kernel
import Testing

@testable import Placement

/// Classes that come from sums, against every offer looked at by itself.
@Suite("Reasons of a market")
struct MarketReasonsTests {
    private struct Class: Hashable {
        var offers: String
        var sentence: String
        var count = 0
        var least: Int64?
    }

    private static func market(_ random: inout SeededRandom) -> Market {
        let shapes = (0..<12).map { index in
            Market.Shape(
                provider: index % 2 == 0 ? "aws" : "gcp", type: "t\(index)",
                vcpus: [nil, 2, 4, 8].randomElement(using: &random) ?? nil,
                memory: [nil, .gibibytes(4), .gibibytes(64)].randomElement(using: &random) ?? nil,
                accelerator: [nil, nil, "A100", "T4"].randomElement(using: &random) ?? nil, acceleratorCount: 1,
                architecture: [nil, .x86, .arm].randomElement(using: &random) ?? nil)
        }
        let locations = (0..<5).map { index in
            PlaceMap.Place(
                name: "l\(index)", provider: index % 2 == 0 ? "aws" : "gcp", region: "r\(index)",
                zones: [["EU"], ["US"]].randomElement(using: &random) ?? [])
        }
        var listings: [Market.Listing] = []
        for location in locations.indices {
            for shape in shapes.indices where shapes[shape].provider == locations[location].provider {
                for isSpot in [false, true] where Bool.random(using: &random) {
                    listings.append(
                        Market.Listing(
                            location: location, shape: shape, isSpot: isSpot,
                            list: .dollars(Int64.random(in: 1...9, using: &random))))
                }
            }
        }
        return Market(locations: locations, shapes: shapes, listings: listings, unpriced: [1, 0, 2, 0, 3])
    }

    private static func task(_ random: inout SeededRandom) -> PlacementTask {
        var task = PlacementTask(
            name: "t", kind: .batch,
            resources: Resources(
                cpus: [nil, 4].randomElement(using: &random) ?? nil,
                memory: [nil, .gibibytes(8)].randomElement(using: &random) ?? nil,
                gpu: [nil, nil, "A100:1"].randomElement(using: &random) ?? nil,
                spot: [nil, .allowed, .required].randomElement(using: &random) ?? nil), duration: .hours(1), basis: "")
        if Bool.random(using: &random) { task.residency = .only(["EU"]) }
        if Bool.random(using: &random) { task.policy.providers = ["aws"] }
        return task
    }

    @Test("the classes of a demand are those of its offers, one by one, and every offer is in one of them or would do")
    func sums() {
        for seed in 0..<500 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let market = Self.market(&random)
            let task = Self.task(&random)
            var screens = MarketScreens(market, .full)
            let screen = screens.screen(task)
            var reasons = MarketReasons(market)
            let found = reasons.classes(screen, task).filter { !$0.sentence.hasPrefix("price:") }.map {
                Class(
                    offers: $0.offers, sentence: Self.kind($0.sentence), count: $0.count,
                    least: $0.pricePerHour?.nanodollars)
            }
            #expect(Set(found) == Set(Self.classes(market, screen, task)), "seed \(seed)")
            #expect(found.count == Set(found.map { [$0.offers, $0.sentence] }).count, "seed \(seed)")
        }
    }

    /// Without the figures, which are of the nearest machine.
    private static func kind(_ sentence: String) -> String {
        String(sentence.prefix { $0 != ":" }) + (sentence.contains("not known") ? " unknown" : "")
    }

    private static func classes(_ market: Market, _ screen: MarketScreen, _ task: PlacementTask) -> [Class] {
        var classes: [[String]: Class] = [:]
        func add(_ offers: String, _ sentence: String, _ price: Int64?) {
            var found = classes[[offers, sentence]] ?? Class(offers: offers, sentence: sentence)
            found.count += 1
            if let price { found.least = min(found.least ?? price, price) }
            classes[[offers, sentence]] = found
        }
        let use = task.resources.spot ?? .never
        market.forEachListing { listing in
            let place = market.locations[listing.location]
            let miss = screen.fit.misses[listing.shape]
            let isWanted = listing.isSpot ? use != .never : use != .required
            if let bar = screen.barred[listing.location] {
                let words: [MarketBar: String] = [
                    .environment: "policy", .provider: "policy", .region: "policy", .residency: "residency",
                ]
                add(place.provider ?? "", words[bar] ?? "", miss == nil && isWanted ? listing.price.nanodollars : nil)
            } else if let miss {
                // Only offers of the kind that is looked for are told apart by their machines.
                guard listing.isSpot == (use == .required) else { return }
                add("the catalog", Self.kind(miss.sentence(task.resources, most: nil)), listing.price.nanodollars)
            } else if !isWanted {
                add("the catalog", "spot", listing.price.nanodollars)
            }
        }
        return Array(classes.values)
    }

    @Test("a far place takes longer to reach than a line allows, and a near one does not")
    func distance() {
        #expect(PlaceMap.secondsAfar(nil) == 8.59)
        #expect(PlaceMap.secondsAfar(.milliseconds(10)) == 8.59)
        // 1 GiB in pieces of 6 MiB, one for each 150 ms.
        #expect(abs(PlaceMap.secondsAfar(.milliseconds(150)) - 1024.0 / 6 * 0.150) < 1e-9)
    }
}
