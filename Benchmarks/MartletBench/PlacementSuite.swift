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
        return try self.rows("1 task", .single, real, goal: 1, note)
            + self.rows("chain of 50 tasks", .chain(50), real, goal: 10, note)
            + self.rows(
                "chain of 50 tasks, filled up with synthetic offers to \(filled.market.count)", .chain(50), filled,
                goal: 10, "")
            + self.rows("random graph of 30 tasks and 40 edges", .graph(tasks: 30, edges: 40), real, goal: 100, "")
            + self.rows(
                "fork-join of 1,000 tasks", .forkJoin(1000), real, goal: 1000, "", patience: Self.shortPatience)
            + [self.slots(), try self.memory()]
    }

    /// The largest plan that is measured, made once.
    static func planOnce() {
        let markets = Markets(CatalogMarket.market(of: .embedded) { list, _, _, _ in list })
        let instance = PlacementInstance(
            "fork-join of 1,000 tasks", .forkJoin(1000), markets.market, markets.planner, seed: Self.seed)
        precondition(instance.planner.plan(instance.tasks, among: []).tasks.count == 1000, "every task is planned")
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

    /// The choice alone, which is what the peer does, and the whole plan with the reasons of every task in words.
    private func rows(
        _ name: String, _ shape: PlacementInstance.Shape, _ markets: Markets, goal: Double, _ note: String,
        patience: Int = Self.patience
    ) throws -> [MeasuredRow] {
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
        let reasons = plan?.tasks.reduce(0) { $0 + $1.reasons.count } ?? 0
        func words(_ samples: Samples, _ more: String...) -> String {
            (["median of \(samples.count) (\(samples.range))"] + more).filter { !$0.isEmpty }.joined(separator: "; ")
        }
        return [
            MeasuredRow(
                ours: Measurement(
                    name: "plan, \(name)", value: choosing.median, unit: "ms", goal: (.atMost, goal),
                    note: words(choosing, "$\(String(format: "%.4f", cost)), \(proof)", note)),
                peers: [SkyPilotOptimizer(peers: self.peers).figure(instance, ours: cost, limit: patience)],
                published: name.hasPrefix("chain") ? "SkyPilot 28.6 s of CPU" : ""),
            MeasuredRow(
                ours: Measurement(
                    name: "plan with all its reasons, \(name)", value: whole.median, unit: "ms", goal: (.atMost, goal),
                    note: words(whole, "\(reasons) reasons in words"))),
        ]
    }

    /// Tasks that compete for a few slots: the search over who takes which.
    private func slots() -> MeasuredRow {
        let world = SlotInstance(tasks: 30, sites: 4, slots: 2, seed: Self.seed)
        var samples = Samples()
        var plan: Plan?
        for _ in 0..<Self.times {
            let start = ContinuousClock.now
            plan = world.planner.plan(world.tasks, among: world.offers)
            samples.add((ContinuousClock.now - start) / .milliseconds(1))
        }
        let proof =
            plan.map { $0.optimal ? "proven best of what slots allow" : "gap \((($0.gap ?? 1) * 100).short) %" } ?? ""
        return MeasuredRow(
            ours: Measurement(
                name: "plan, random graph of 30 tasks over 4 sites of 2 slots", value: samples.median, unit: "ms",
                goal: nil, note: "median of \(samples.count) (\(samples.range)); \(proof)"))
    }

    /// Of a process that does nothing else.
    private func memory() throws -> MeasuredRow {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(
            CommandLine.arguments[0], ["--plan-once", "--programs", "-", "--peers", "-"], environment: [:],
            log: folder.path + "/log")
        let ending = child.wait()
        guard ending.exitCode == 0 else { throw ChildProcess.Failure(description: "planning once did not end well") }
        return MeasuredRow(
            ours: Measurement(
                name: "planning a fork-join of 1,000 tasks, peak memory of the process", value: ending.peakMemory,
                unit: "MB", goal: (.atMost, 200), note: "one process, catalog, market, map and plan with reasons in it")
        )
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
