import Catalog
import Contract
import Foundation
import Kernel
import Placement
import Runs

/// Planning over everything that the catalog sells, beside SkyPilot's optimizer on the same offers.
struct PlacementSuite {
    private static let times = 9
    private static let seed: UInt64 = 2026
    /// What the issue of placement asks the catalog to be filled up to.
    private static let synthetic = 131_000
    /// Seconds that the peer may take for one instance.
    private static let patience = 600
    /// Seconds for the one of which it is known that the peer does not come to an end.
    private static let shortPatience = 180

    let peers: Peers

    func measure() throws -> [MeasuredRow] {
        progress("placement: \(Self.times) plans each")
        let built = ContinuousClock.now
        let real = Markets(CatalogMarket.market(of: .embedded) { list, _, _, _ in list })
        let preparation = (ContinuousClock.now - built) / .milliseconds(1)
        let filled = Markets(real.market.filled(to: Self.synthetic, seed: Self.seed))
        let note = "market and map of \(real.market.count) offers made once, in \(preparation.short) ms"
        return [
            try self.row("1 task", .single, real, goal: 1, note),
            try self.row("chain of 50 tasks", .chain(50), real, goal: 10, note),
            try self.row(
                "chain of 50 tasks, filled up with synthetic offers to \(filled.market.count)", .chain(50), filled,
                goal: 10, ""),
            try self.row("random graph of 30 tasks and 40 edges", .graph(tasks: 30, edges: 40), real, goal: 100, ""),
            try self.row(
                "fork-join of 1,000 tasks", .forkJoin(1000), real, goal: 1000, "", patience: Self.shortPatience),
        ]
    }

    /// A market with its planner.
    private struct Markets {
        let market: Market
        let planner: Planner

        init(_ market: Market) {
            let prices = EgressPrices(.embedded)
            let map = PlaceMap(market.locations) { from, to in
                prices.price(
                    fromProvider: from.provider, fromRegion: from.region, toProvider: to.provider, toRegion: to.region)
            }
            self.market = market
            self.planner = Planner(map, market: market)
        }
    }

    private func row(
        _ name: String, _ shape: PlacementInstance.Shape, _ markets: Markets, goal: Double, _ note: String,
        patience: Int = Self.patience
    ) throws -> MeasuredRow {
        let instance = PlacementInstance(name, shape, markets.market, markets.planner, seed: Self.seed)
        var choosing = Samples(), whole = Samples()
        var plan: Plan?
        for _ in 0..<Self.times {
            let start = ContinuousClock.now
            _ = instance.planner.choose(instance.tasks, among: [])
            choosing.add((ContinuousClock.now - start) / .milliseconds(1))
            let again = ContinuousClock.now
            plan = instance.planner.plan(instance.tasks, among: [])
            whole.add((ContinuousClock.now - again) / .milliseconds(1))
        }
        let cost = plan.map { Double(($0.cost.compute + $0.cost.egress).money.nanodollars) / 1e9 } ?? 0
        let proof = plan.map { $0.optimal ? "proven optimal" : "gap \(($0.gap ?? 1) * 100) %" } ?? ""
        let words = [
            "median of \(choosing.count) (\(choosing.range)); with all reasons in words \(whole.median.short) ms",
            "$\(String(format: "%.4f", cost)), \(proof)", note,
        ]
        return MeasuredRow(
            ours: Measurement(
                name: "plan, \(name)", value: choosing.median, unit: "ms", goal: (.atMost, goal),
                note: words.filter { !$0.isEmpty }.joined(separator: "; ")),
            peers: [SkyPilotOptimizer(peers: self.peers).figure(instance, ours: cost, limit: patience)],
            published: name.hasPrefix("chain") ? "SkyPilot 28.6 s of CPU" : "")
    }
}

extension Market {
    /// This market with made-up offers besides, until there are `count` on demand: copies of real shapes in real regions, at a
    /// price between 0.9 and 1.6 of a real one, named `synthetic-<number>`.
    func filled(to count: Int, seed: UInt64) -> Market {
        var random = SeededRandom(seed: seed)
        var listings: [Listing] = []
        self.forEachListing { listings.append($0) }
        let real = listings.filter { !$0.isSpot }
        var shapes = self.shapes
        let perShape = self.locations.count / 2
        var missing = count - real.count
        while missing > 0, let model = real.randomElement(using: &random) {
            var shape = shapes[model.shape]
            shape.type = "synthetic-\(shapes.count)"
            shapes.append(shape)
            let places = self.locations.indices.filter { self.locations[$0].provider == shape.provider }
            for location in places.shuffled(using: &random).prefix(min(missing, perShape)) {
                let price = model.price.share(of: Int64.random(in: 90...160, using: &random), in: 100)
                listings.append(Listing(location: location, shape: shapes.count - 1, isSpot: false, list: price))
                missing -= 1
            }
        }
        return Market(locations: self.locations, shapes: shapes, listings: listings, unpriced: self.unpriced)
    }
}
