import Contract
import Kernel
import Testing

@testable import Placement

/// A market that is small enough to be looked at as a whole.
enum SmallMarket {
    static let shapes = [
        Market.Shape(
            provider: "aws", type: "m.small", vcpus: 2, memory: .gibibytes(8), architecture: .x86, watts: 100),
        Market.Shape(
            provider: "aws", type: "m.large", vcpus: 8, memory: .gibibytes(32), architecture: .x86, watts: 400),
        Market.Shape(
            provider: "aws", type: "g.gpu", vcpus: 8, memory: .gibibytes(64), accelerator: "A100", acceleratorCount: 8,
            architecture: .x86, watts: 3000),
        Market.Shape(provider: "aws", type: "t.arm", vcpus: 8, memory: .gibibytes(32), architecture: .arm, watts: 50),
        Market.Shape(
            provider: "gcp", type: "n.large", vcpus: 8, memory: .gibibytes(32), architecture: .x86, watts: 400),
        Market.Shape(provider: "gcp", type: "n.unknown", vcpus: nil, memory: nil),
    ]
    static let locations = [
        PlaceMap.Place(
            name: "aws us", provider: "aws", region: "us", zones: ["US"], storagePrice: .dollars(1),
            carbonIntensity: 400),
        PlaceMap.Place(
            name: "aws eu", provider: "aws", region: "eu", zones: ["EU"], storagePrice: .dollars(2), carbonIntensity: 20
        ),
        PlaceMap.Place(name: "gcp eu", provider: "gcp", region: "eu", zones: ["EU"], carbonIntensity: 100),
    ]

    /// Dollars an hour on demand, by location and shape.
    static let prices: [(location: Int, shape: Int, dollars: Int64)] = [
        (0, 0, 1), (0, 1, 4), (0, 2, 40), (0, 3, 2), (1, 0, 2), (1, 1, 6), (1, 2, 50), (2, 4, 5), (2, 5, 1),
    ]

    static let market = Market(
        locations: locations, shapes: shapes,
        listings: prices.map {
            Market.Listing(location: $0.location, shape: $0.shape, isSpot: false, list: .dollars($0.dollars))
        } + [Market.Listing(location: 0, shape: 1, isSpot: true, list: .dollars(3), price: .dollars(1))],
        unpriced: [0, 0, 7])

    /// A dollar for a GiB between clouds, half of one inside; nobody knows what it costs from a store called elsewhere.
    static let planner = planner(.full)

    static func planner(_ lowered: LoweredAvailability) -> Planner {
        let stores = [PlaceMap.Place(name: "elsewhere", provider: "x", region: "x")]
        return Planner(
            PlaceMap(stores + self.locations) { from, to in
                if from.name == "elsewhere" { return nil }
                return from.provider == to.provider ? Money(nanodollars: 500_000_000) : .dollars(1)
            }, market: self.market, lowered: lowered)
    }

    static func task(
        _ name: String, _ resources: Resources = Resources(cpus: 8), hours: Int64 = 1, reading: [(String, Int64)] = []
    ) -> PlacementTask {
        PlacementTask(
            name: name, kind: .batch, resources: resources, duration: .hours(hours), basis: "given",
            inputs: reading.map { PlacementInput(bytes: .gibibytes($0.1), stores: [], producer: $0.0) },
            after: reading.map(\.0))
    }
}

@Suite("Plans over a market")
struct MarketPlanTests {
    @Test("the cheapest machine that fits is taken, with its runner-up, and every class of others says why not")
    func cheapest() throws {
        let plan = SmallMarket.planner.plan([SmallMarket.task("a")], among: [])
        let task = try #require(plan.tasks.first)
        #expect([task.provider, task.region, task.machineType] == ["aws", "us", "m.large"])
        #expect(task.environment == nil && !task.spot)
        #expect(plan.optimal && plan.gap == 0)
        #expect(plan.cost.compute == Dollars(.dollars(4)))
        #expect(task.runnerUp == "gcp eu n.large")
        #expect(task.difference == Dollars(.dollars(1)))
        let reasons = Dictionary(uniqueKeysWithValues: task.reasons.map { ("\($0.offers): \($0.reason)", $0) })
        let small = try #require(reasons["the catalog: cpus: 8 are asked for, and they have 2 at most"])
        #expect(small.count == 2 && small.cost == Dollars(.dollars(1)))
        #expect(reasons["the catalog: architecture: x86_64 is asked for, and they are of another"]?.count == 1)
        #expect(reasons["the catalog: cpus: how many they have is not known"]?.count == 1)
        #expect(reasons["the catalog: spot: the step does not allow it"]?.cost == Dollars(.dollars(1)))
        #expect(reasons["gcp: price: nobody here knows it"]?.count == 7)
    }

    @Test("spot, architecture, ranges and accelerators decide what fits")
    func demands() {
        func type(_ resources: Resources) -> String? {
            SmallMarket.planner.plan([SmallMarket.task("a", resources)], among: []).tasks.first?.machineType
        }
        #expect(type(Resources(cpus: 8, spot: .allowed)) == "m.large")
        #expect(type(Resources(cpus: 8, architecture: .any)) == "t.arm")
        #expect(type(Resources(cpus: 2, maximumCpus: 4)) == "m.small")
        #expect(type(Resources(memory: .gibibytes(33))) == "g.gpu")
        #expect(type(Resources(gpu: "A100:8 | H100:8")) == "g.gpu")
        #expect(type(Resources(gpu: "A100:1")) == nil)
        let spot = SmallMarket.planner.plan([SmallMarket.task("a", Resources(cpus: 8, spot: .allowed))], among: [])
        #expect(spot.tasks.first?.spot == true)
        #expect(spot.cost.compute == Dollars(.dollars(1)) && spot.listCost.compute == Dollars(.dollars(3)))
    }

    @Test("what is read and written decides together with compute: the graph is planned as a whole")
    func together() {
        var first = SmallMarket.task("a")
        first.policy.regions = ["eu"]
        first.policy.providers = ["aws"]
        let second = SmallMarket.task("b", reading: [("a", 10)])
        // a has to be at aws eu (6 $). b: 4 $ + 5 $ in the US, 6 $ there, 5 $ + 10 $ at gcp.
        let plan = SmallMarket.planner.plan([first, second], among: [])
        #expect(plan.tasks.map(\.region) == ["eu", "eu"])
        #expect(plan.cost.total == Dollars(.dollars(12)))
        #expect(plan.tasks[1].runnerUp == "aws us m.large")
        #expect(plan.tasks[1].difference == Dollars(.dollars(3)))
        #expect(plan.tasks[0].start == .zero && plan.tasks[1].start == .hours(1) && plan.duration == .hours(2))
        #expect(plan.transfers.isEmpty)
        // Ten hours of b: 40 $ + 5 $ in the US, 60 $ where a is, 50 $ + 10 $ at gcp.
        let long = SmallMarket.planner.plan(
            [first, SmallMarket.task("b", hours: 10, reading: [("a", 10)])], among: [])
        #expect(long.tasks.map(\.region) == ["eu", "us"])
        #expect(long.transfers.map(\.cost) == [Dollars(.dollars(5))])
        #expect(long.transfers.first?.from == "aws eu" && long.transfers.first?.producer == "a")
        #expect(long.tasks[1].start > .hours(1))
    }

    @Test("a month of keeping what is written counts, where its price is known")
    func storage() {
        var task = SmallMarket.task("a")
        task.outputs = .gibibytes(3)
        // us: 4 $ + 3 $; eu: 6 $ + 6 $; gcp: 5 $ and unknown.
        let plan = SmallMarket.planner.plan([task], among: [])
        #expect(plan.tasks.first?.provider == "gcp")
        #expect(plan.cost.storage == .zero)
        task.policy.providers = ["aws"]
        #expect(SmallMarket.planner.plan([task], among: []).cost.storage == Dollars(.dollars(3)))
    }

    @Test("residency and policies bar whole regions, and the reason says what it would have cost")
    func barred() throws {
        var task = SmallMarket.task("a")
        task.residency = .only(["EU"])
        let plan = SmallMarket.planner.plan([task], among: [])
        #expect(plan.tasks.first?.provider == "gcp")
        let reason = try #require(plan.tasks.first?.reasons.first { $0.reason.hasPrefix("residency:") })
        #expect(reason.offers == "aws" && reason.count == 5 && reason.cost == Dollars(.dollars(4)))
        task.policy.environments = ["onprem-*"]
        let none = SmallMarket.planner.plan([task], among: [])
        #expect(none.tasks.first?.isPlaced == false)
        #expect(none.refusal?.contains("only environment 'onprem-*' is allowed, not a rented machine") == true)
    }

    @Test("when nothing fits, what to relax first is said with the nearest figure")
    func nothingFits() {
        let plan = SmallMarket.planner.plan(
            [SmallMarket.task("a", Resources(cpus: 8, memory: .gibibytes(128)))], among: [])
        #expect(
            plan.refusal?.hasSuffix("To begin with, ask for 64 GiB of memory (aws g.gpu).") == true,
            "\(plan.refusal ?? "")")
    }

    @Test("policies that contradict each other are both named, with how many offers each leaves out")
    func contradiction() {
        var task = SmallMarket.task("a")
        (task.policy.providers, task.policy.regions) = (["gcp"], ["us"])
        let plan = SmallMarket.planner.plan([task], among: [])
        #expect(plan.tasks.first?.isPlaced == false)
        #expect(plan.refusal?.contains("policy: only provider 'gcp' is allowed") == true)
        #expect(plan.refusal?.contains("policy: only region 'us' is allowed") == true)
    }

    @Test("a place that would be cheaper by itself says by how much the plan would be dearer with it")
    func cheaperByItself() throws {
        var first = SmallMarket.task("a")
        first.policy.providers = ["gcp"]
        // b by itself: 4 $ in the US; with a's data 5 $ at gcp against 4 $ + 10 $.
        let plan = SmallMarket.planner.plan([first, SmallMarket.task("b", reading: [("a", 10)])], among: [])
        let reason = try #require(plan.tasks[1].reasons.first { $0.offers == "the best of 2 regions of aws" })
        #expect(reason.reason == "cost: costs $9.00 more, the nearest being aws us m.large")
    }

    @Test("carbon is an objective, and a figure of every plan whose grids are known")
    func carbon() {
        let task = SmallMarket.task("a")
        let green = SmallMarket.planner.plan([task], among: [], goal: PlacementGoal(objective: .carbon))
        // 0.4 kW for an hour: 160 g in the US, 8 g at aws eu, 40 g at gcp.
        #expect(green.tasks.first?.region == "eu" && green.tasks.first?.provider == "aws")
        #expect(green.carbonGrams == 8)
        #expect(green.objective == .carbon && green.optimal)
        #expect(SmallMarket.planner.plan([task], among: []).carbonGrams == 160)
    }

    @Test("a budget and a deadline that cannot be kept say by how much to relax them")
    func limits() {
        let tasks = [SmallMarket.task("a"), SmallMarket.task("b", reading: [("a", 1)])]
        let poor = SmallMarket.planner.plan(tasks, among: [], goal: PlacementGoal(budget: .dollars(7)))
        #expect(
            poor.refusal == "The budget of $7.00 cannot be kept: the cheapest plan costs $8.00. Raise it by $1.00.")
        let late = SmallMarket.planner.plan(tasks, among: [], goal: PlacementGoal(deadline: .minutes(90)))
        #expect(
            late.refusal
                == "The deadline of 90m cannot be kept: the shortest plan takes 2h. Give it 30m more.")
        let fine = SmallMarket.planner.plan(
            tasks, among: [], goal: PlacementGoal(deadline: .hours(2), budget: .dollars(8)))
        #expect(fine.refusal == nil && fine.cost.total == Dollars(.dollars(8)) && fine.deadline == .hours(2))
    }

    @Test("a step's own budget and deadline keep it out of what they do not allow")
    func ownLimits() {
        var task = SmallMarket.task("a")
        task.policy.budget = .dollars(3)
        #expect(SmallMarket.planner.plan([task], among: []).tasks.first?.isPlaced == false)
        task.policy.budget = .dollars(4)
        #expect(SmallMarket.planner.plan([task], among: []).tasks.first?.region == "us")
        task.slowDuration = .hours(2)
        task.policy.deadline = .minutes(90)
        #expect(SmallMarket.planner.plan([task], among: []).tasks.first?.isPlaced == false)
    }

    @Test("what was refused lately counts as dearer, and costs what it costs")
    func lowered() throws {
        let key = LoweredAvailability.Key(provider: "aws", region: "us", machineType: "m.large", isSpot: false)
        func plan(_ availability: Double) -> Plan {
            SmallMarket.planner(LoweredAvailability([key: availability], in: SmallMarket.market)).plan(
                [SmallMarket.task("a")], among: [])
        }
        #expect(plan(0.9).tasks.first?.machineType == "m.large")
        // 4 $ at a tenth counts as 40 $.
        #expect(plan(0.1).tasks.first?.machineType == "n.large")
        #expect(plan(0.1).cost.compute == Dollars(.dollars(5)))
    }

    @Test("an input from where nobody knows the price is taken only when there is nothing else, and said")
    func unknownPrice() {
        var task = SmallMarket.task("a")
        task.inputs = [PlacementInput(bytes: .gibibytes(1), stores: ["elsewhere"])]
        let plan = SmallMarket.planner.plan([task], among: [])
        #expect(plan.tasks.first?.unpricedStores == ["elsewhere"])
        #expect(plan.transfers.first?.cost == nil && plan.cost.egress == .zero)
    }

    @Test(
        "no plan of a random graph is cheaper than the one that is called optimal", arguments: 0..<200 as Range<UInt64>)
    func optimal(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let tasks = (0..<4).map { index in
            SmallMarket.task(
                "t\(index)", hours: Int64.random(in: 1...6, using: &random),
                reading: (0..<index).filter { _ in Bool.random(using: &random) }.map {
                    ("t\($0)", Int64.random(in: 0...12, using: &random))
                })
        }
        let plan = SmallMarket.planner.plan(tasks, among: [])
        #expect(plan.optimal)
        #expect(plan.cost.total.money == Self.least(tasks), "seed \(seed)")
    }

    /// By trying every location for every task.
    private static func least(_ tasks: [PlacementTask]) -> Money? {
        let prices: [Money] = [.dollars(4), .dollars(6), .dollars(5)]
        func rate(_ from: Int, _ to: Int) -> Money {
            from == to ? .zero : (from < 2) == (to < 2) ? Money(nanodollars: 500_000_000) : .dollars(1)
        }
        let count = tasks.indices.reduce(1) { total, _ in total * 3 }
        return (0..<count).map { number -> Money in
            var rest = number
            let places = tasks.map { _ in
                defer { rest /= 3 }
                return rest % 3
            }
            return tasks.enumerated().map { index, task in
                let compute = prices[places[index]].perHour(forMilliseconds: task.duration.milliseconds)
                let egress = task.inputs.map { input -> Money in
                    let producer = tasks.firstIndex { $0.name == input.producer } ?? 0
                    return rate(places[producer], places[index]).perGibibyte(for: input.bytes)
                }
                return compute + egress.total()
            }.total()
        }.min()
    }
}
