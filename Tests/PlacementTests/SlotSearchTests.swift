import Contract
import Kernel
import Testing

@testable import Placement

/// A few tasks that compete for a few slots, from a seed.
struct SlotWorld {
    let tasks: [PlacementTask]
    let offers: [PlacementOffer]
    let planner: Planner
    let goal: PlacementGoal

    init(seed: UInt64, objective: Objective = .cost, hasDeadline: Bool = false) {
        var random = SeededRandom(seed: seed)
        let sites = Int.random(in: 1...3, using: &random)
        let shape = SolverShape.allCases.randomElement(using: &random) ?? .chain
        let count = shape == .single ? 1 : Int.random(in: 2...5, using: &random)
        // Sometimes two environments share a store.
        let stores = (0..<sites).map { Bool.random(using: &random) ? "s\($0)" : "s0" }
        self.offers = (0..<sites).map { site in
            let slots = Int.random(in: 1...2, using: &random)
            return PlacementOffer(
                environment: "e\(site)", provider: "p", region: "r", zones: [], store: stores[site],
                pricePerSlotHour: .dollars(Int64.random(in: 1...6, using: &random)),
                queueWait: .minutes(Int64.random(in: 0...2, using: &random) * 10), cpus: 4, memory: .gibibytes(8),
                hasContainerEngine: false, liveWorkers: 1, slots: slots,
                freeSlots: Int.random(in: 0...slots, using: &random), servingSlots: 0, freeServingSlots: 0)
        }
        var edges: [Int: [Int]] = [:]
        for (producer, consumer) in shape.edges(tasks: count, using: &random) {
            edges[consumer, default: []].append(producer)
        }
        self.tasks = (0..<count).map { index in
            let before = (edges[index] ?? []).sorted()
            return PlacementTask(
                name: "t\(index)", kind: .batch,
                policy: PlacementPolicy(
                    environments: Int.random(in: 0..<5, using: &random) == 0
                        ? ["e\(Int.random(in: 0..<sites, using: &random))"] : nil),
                duration: .hours(Int64.random(in: 1...3, using: &random)), basis: "drawn",
                inputs: before.filter { _ in Bool.random(using: &random) }.map {
                    PlacementInput(
                        bytes: .gibibytes(Int64.random(in: 0...3, using: &random)), stores: [], producer: "t\($0)")
                }, after: before.map { "t\($0)" })
        }
        let rates = (0..<9).map { _ in Money.dollars(Int64.random(in: 0...2, using: &random)) }
        let places = Set(stores).sorted()
        self.planner = Planner(
            PlaceMap(places.map { PlaceMap.Place(name: $0, provider: "p", region: $0) }) { from, to in
                rates[(places.firstIndex(of: from.name) ?? 0) * 3 + (places.firstIndex(of: to.name) ?? 0)]
            })
        self.goal = PlacementGoal(
            objective: objective,
            deadline: hasDeadline ? .hours(Int64.random(in: 2...8, using: &random)) : nil)
    }

    /// What a schedule comes to.
    struct Outcome {
        var cost: Money
        var makespan: TimeSpan
    }

    /// Every schedule that the scheduler's rule allows: a task that is ready takes any place with a free slot, and waits only
    /// when there is none; who is ready first chooses first.
    func outcomes() -> [Outcome] {
        var found: [Outcome] = []
        self.follow(Partial(), &found)
        return found
    }

    private struct Partial {
        var ends: [String: TimeSpan] = [:]
        var sites: [String: Int] = [:]
        var holds: [(site: Int, from: TimeSpan, until: TimeSpan)] = []
        var cost = Money.zero
    }

    private func follow(_ partial: Partial, _ found: inout [Outcome]) {
        let waiting = self.tasks.enumerated().filter { partial.ends[$1.name] == nil }
        guard !waiting.isEmpty else {
            found.append(Outcome(cost: partial.cost, makespan: partial.ends.values.max() ?? .zero))
            return
        }
        let able = waiting.filter { $1.after.allSatisfy { partial.ends[$0] != nil } }
        func ready(_ task: PlacementTask) -> TimeSpan { task.after.compactMap { partial.ends[$0] }.max() ?? .zero }
        guard let (_, task) = able.min(by: { (ready($0.1), $0.0) < (ready($1.1), $1.0) }) else { return }
        let allowed = self.offers.indices.filter { task.policy.environments?.contains("e\($0)") ?? true }
        let moments = [ready(task)] + partial.holds.map(\.until).filter { $0 > ready(task) }.sorted()
        for moment in moments {
            let free = allowed.filter { site in
                let held = partial.holds.count { $0.site == site && $0.from <= moment && moment < $0.until }
                return self.offers[site].freeSlots > held
            }
            guard !free.isEmpty else { continue }
            for site in free { self.follow(self.taken(task, site, at: moment, holds: true, partial), &found) }
            return
        }
        for site in allowed { self.follow(self.taken(task, site, at: ready(task), holds: false, partial), &found) }
    }

    private func taken(
        _ task: PlacementTask, _ site: Int, at moment: TimeSpan, holds: Bool, _ partial: Partial
    ) -> Partial {
        var next = partial
        let offer = self.offers[site]
        next.cost += offer.pricePerSlotHour.perHour(forMilliseconds: task.duration.milliseconds)
        var arrival = moment
        for input in task.inputs {
            guard let name = input.producer, let producer = partial.sites[name], let end = partial.ends[name],
                let from = self.planner.map.position(self.offers[producer].store),
                let to = self.planner.map.position(offer.store)
            else { continue }
            next.cost += self.planner.map.price(of: input.bytes, from: from, to: to) ?? .zero
            arrival = max(arrival, end + self.planner.map.time(of: input.bytes, from: from, to: to))
        }
        let wait = offer.freeSlots > 0 ? TimeSpan.zero : offer.queueWait
        let end = arrival + wait + task.duration
        next.ends[task.name] = end
        next.sites[task.name] = site
        if holds { next.holds.append((site, moment, end)) }
        return next
    }
}

@Suite("Plans over few slots")
struct SlotSearchTests {
    private static let worlds: UInt64 = 1000

    @Test("no schedule that the scheduler can carry out is cheaper than the plan, in thousands of small worlds")
    func cheapest() {
        var contested = 0
        for seed in 0..<Self.worlds {
            let world = SlotWorld(seed: seed)
            let plan = world.planner.plan(world.tasks, among: world.offers, goal: world.goal)
            guard let least = world.outcomes().map(\.cost).min() else { continue }
            #expect(plan.optimal && plan.cost.total.money == least, "seed \(seed)")
            if world.offers.contains(where: { $0.freeSlots < world.tasks.count }) { contested += 1 }
        }
        #expect(contested > Self.worlds / 2)
    }

    @Test("none is sooner, when time is the objective")
    func soonest() {
        for seed in 0..<Self.worlds {
            let world = SlotWorld(seed: seed, objective: .time)
            let plan = world.planner.plan(world.tasks, among: world.offers, goal: world.goal)
            guard let least = world.outcomes().map(\.makespan).min() else { continue }
            #expect(plan.optimal && plan.duration == least, "seed \(seed)")
        }
    }

    @Test("none that keeps the deadline is cheaper, and where none keeps it the plan is refused")
    func deadline() {
        for seed in 0..<Self.worlds {
            let world = SlotWorld(seed: seed, hasDeadline: true)
            let plan = world.planner.plan(world.tasks, among: world.offers, goal: world.goal)
            let kept = world.outcomes().filter { $0.makespan <= world.goal.deadline ?? .zero }
            if let least = kept.map(\.cost).min() {
                #expect(plan.refusal == nil, "seed \(seed)")
                #expect(plan.optimal && plan.cost.total.money == least, "seed \(seed)")
            } else {
                #expect(plan.refusal != nil, "seed \(seed)")
            }
        }
    }

    @Test("twenty equal siblings over three sites are settled by counting, not by trying all orders")
    func siblings() {
        let offers = (0..<3).map { site in
            PlacementOffer(
                environment: "e\(site)", provider: "p", region: "r", zones: [], store: "s",
                pricePerSlotHour: .dollars(Int64(site + 1)), cpus: 4, memory: .gibibytes(8), hasContainerEngine: false,
                liveWorkers: 1, slots: 4, freeSlots: 4, servingSlots: 0, freeServingSlots: 0)
        }
        let tasks = (0..<20).map {
            PlacementTask(name: "t\($0)", kind: .batch, duration: .hours(1), basis: "given")
        }
        let planner = Planner(PlaceMap([PlaceMap.Place(name: "s")]) { _, _ in .zero })
        let plan = planner.plan(tasks, among: offers)
        // Twelve at once, of each price four; then eight, of which the cheaper two take four each.
        #expect(plan.optimal && plan.cost.total.money == .dollars(4 * 6 + 4 * 3))
        #expect(plan.duration == .hours(2))
    }

    @Test("a graph that is too large to be searched says how far off it may be")
    func large() {
        var random = SeededRandom(seed: 7)
        let offers = (0..<4).map { site in
            PlacementOffer(
                environment: "e\(site)", provider: "p", region: "r", zones: [], store: "s\(site)",
                pricePerSlotHour: .dollars(Int64(site + 1)), cpus: 4, memory: .gibibytes(8), hasContainerEngine: false,
                liveWorkers: 1, slots: 2, freeSlots: 2, servingSlots: 0, freeServingSlots: 0)
        }
        let tasks = (0..<60).map { index in
            let before = index == 0 ? [] : (0..<2).map { _ in Int.random(in: 0..<index, using: &random) }
            return PlacementTask(
                name: "t\(index)", kind: .batch, duration: .minutes(Int64.random(in: 10...90, using: &random)),
                basis: "drawn",
                inputs: Set(before).sorted().map {
                    PlacementInput(bytes: .gibibytes(1), stores: [], producer: "t\($0)")
                }, after: Set(before).sorted().map { "t\($0)" })
        }
        let planner = Planner(
            PlaceMap((0..<4).map { PlaceMap.Place(name: "s\($0)", provider: "p", region: "\($0)") }) { _, _ in
                .dollars(1)
            })
        let plan = planner.plan(tasks, among: offers)
        #expect(plan.refusal == nil && plan.tasks.allSatisfy(\.isPlaced))
        #expect(plan.optimal || plan.gap ?? 0 > 0)
    }
}
