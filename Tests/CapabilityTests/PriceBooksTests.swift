import Contract
import Costs
import Data
import Database
import Fleet
import Kernel
import Pipelines
import Testing

@testable import Runs

@Suite("What you really pay: the plan and the bill agree")
struct PriceBooksTests {
    /// Of c7i.xlarge in us-east-1, one slot to a machine.
    private static let list = Money(decimal: "0.1785")!
    private static let duration = TimeSpan.minutes(47)

    /// A cloud's environment with one worker.
    private static func cloud(_ engine: EngineFixture, _ name: String = "cloud") async throws -> ID<Worker> {
        _ = try await engine.stores.declare(
            Store(
                name: name + "-store", type: "file", path: engine.folder + "/" + name, provider: "aws",
                region: "us-east-1", zones: []),
            dryRun: false, by: EngineFixture.operatorUser)
        _ = try await engine.environments.declare(
            Environment(
                name: name, provider: "aws", region: "us-east-1", zones: [], machine: "c7i.xlarge", slots: 1,
                servingSlots: 0, store: name + "-store", heartbeat: .seconds(2), term: .seconds(6)),
            dryRun: false, by: EngineFixture.operatorUser)
        return try await engine.join(name)
    }

    @discardableResult
    private static func declare(_ engine: EngineFixture, _ book: PriceBook, dryRun: Bool = false) async throws
        -> ApplyResult
    {
        try await engine.priceBooks.declare(book, dryRun: dryRun, by: EngineFixture.operatorUser)
    }

    private static func reserved(_ count: Int, from: Timestamp, hours: Int64 = 10_000) -> PriceBook {
        PriceBook(
            name: "reserved",
            commitments: [
                Commitment(
                    name: "ri", kind: .reservedInstance, provider: "aws", machine: "c7i.xlarge", count: count,
                    price: Money(decimal: "0.11")!, from: from, until: from + .hours(hours))
            ])
    }

    private static let discounted = PriceBook(
        name: "agreed", discounts: [Discount(provider: "aws", family: "c7i", percent: 12.5)])

    private static func price(_ engine: EngineFixture, _ name: String = "cloud") async throws -> Money {
        try await engine.environments.get(name).pricePerSlotHour
    }

    private static func bill(_ engine: EngineFixture, _ kind: LedgerKind) async throws -> Money {
        let rows = try await engine.ledger.report(by: [.kind], CostFilter()).rows
        return rows.first { $0.key == [kind.rawValue] }?.amount ?? .zero
    }

    // MARK: Plan and bill

    @Test(
        "what a plan says a run costs is what the ledger gets for it, and the list price stands beside it",
        arguments: 0..<3)
    func agree(agreement: Int) async throws {
        let world = try await PipelinesFixture()
        let engine = world.engine
        let worker = try await Self.cloud(engine)
        if agreement == 1 { try await Self.declare(engine, Self.discounted) }
        if agreement == 2 { try await Self.declare(engine, Self.reserved(1, from: engine.time.now)) }
        let hour = [Self.list, Money(nanodollars: 156_187_500), .zero][agreement]

        let step = StepSpec(command: .arguments(["true"]), estimate: StepEstimate(duration: Self.duration))
        let spec = ProjectSpec(project: "p", steps: ["train": step], pipelines: [:])
        let plan = try await world.pipelines.plan(
            PlanRequest(spec: spec, target: "train"), by: EngineFixture.developer)
        let run = try await engine.runs.submit(
            RunSubmission(project: "p", name: "train", step: step), by: EngineFixture.developer)
        _ = try await engine.runs.placeQueued()
        _ = try await engine.work(worker, for: Self.duration, environment: "cloud")

        let billed = try await engine.ledger.report(by: [.kind], CostFilter(run: run.id)).total
        #expect(plan.tasks.first?.environment == "cloud")
        #expect(plan.cost.compute.money == billed)
        #expect(billed == hour.perHour(forMilliseconds: Self.duration.milliseconds))
        #expect(plan.listCost.compute.money == Self.list.perHour(forMilliseconds: Self.duration.milliseconds))
    }

    @Test("a lease keeps the price that it was opened at; the next one has the new price")
    func leaseKeepsPrice() async throws {
        let engine = try await EngineFixture()
        let worker = try await Self.cloud(engine)
        for _ in 0..<2 {
            _ = try await engine.runs.submit(
                RunSubmission(project: "p", name: "n", step: StepSpec(command: .arguments(["true"]))),
                by: EngineFixture.developer)
        }
        _ = try await engine.runs.placeQueued()
        let first = try #require(try await engine.claim(worker))
        try await Self.declare(engine, Self.discounted)
        engine.time.advance(by: .hours(1))
        _ = try await engine.beat(worker, first)
        #expect(try await engine.runs.leases(of: first.run).map(\.pricePerHour) == [Self.list])
        #expect(try await Self.bill(engine, .compute) == Self.list)
        #expect(try await Self.price(engine) == Money(nanodollars: 156_187_500))
    }

    // MARK: Declaring

    @Test("declaring a book is journaled with who did it, once; a dry run and a bad book change nothing")
    func declaring() async throws {
        let engine = try await EngineFixture()
        _ = try await Self.cloud(engine)
        #expect(try await Self.declare(engine, Self.discounted, dryRun: true).change == .created)
        var bad = Self.discounted
        bad.discounts[0].percent = 101
        await #expect(throws: PlainFault.self) { try await Self.declare(engine, bad) }
        #expect(try await engine.priceBooks.list().isEmpty)
        #expect(try await Self.price(engine) == Self.list)

        #expect(try await Self.declare(engine, Self.discounted).change == .created)
        #expect(try await Self.declare(engine, Self.discounted).change == .unchanged)
        #expect(try await engine.priceBooks.get("agreed") == Self.discounted)
        #expect(try await engine.journalKinds(about: "agreed") == ["price-book.declared"])
        #expect(
            try await engine.journalKinds(about: "cloud") == ["environment.declared", "environment.repriced"])
        await #expect(throws: FleetError.unknownPriceBook("agred", known: ["agreed"])) {
            _ = try await engine.priceBooks.get("agred")
        }
        #expect(try await Self.declare(engine, PriceBook(name: "agreed")).change == .updated)
        #expect(try await Self.price(engine) == Self.list, "an empty book agrees on nothing")
    }

    @Test("books hold together, and machines of one's own have no discount")
    func together() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: [])
        _ = try await Self.cloud(engine)
        try await Self.declare(engine, Self.discounted)
        try await Self.declare(
            engine, PriceBook(name: "more", discounts: [Discount(provider: "aws", machine: "c7i.xlarge", percent: 20)]))
        #expect(try await Self.price(engine) == Money(nanodollars: 142_800_000))
        #expect(try await Self.price(engine, "helsinki") == .dollars(1))
    }

    // MARK: Commitments

    @Test("the oldest environment is covered; slots cost the mean of a worker more; at its end all is paid again")
    func coverage() async throws {
        let engine = try await EngineFixture()
        _ = try await Self.cloud(engine, "first")
        engine.time.advance(by: .seconds(1))
        _ = try await Self.cloud(engine, "second")
        try await Self.declare(engine, Self.reserved(1, from: engine.time.now, hours: 5))
        #expect(try await Self.price(engine, "first") == .zero)
        #expect(try await Self.price(engine, "second") == Self.list)
        _ = try await engine.join("first")
        try await engine.priceBooks.settle()
        #expect(try await Self.price(engine, "first") == Money(nanodollars: 89_250_000))
        #expect(try await engine.environments.get("first").listPricePerSlotHour == Self.list)
        engine.time.advance(by: .hours(5))
        try await engine.priceBooks.settle()
        #expect(try await Self.price(engine, "first") == Self.list)
    }

    @Test("every hour of a commitment is posted once, from the hour of its declaration to its end, downtime included")
    func hours() async throws {
        let engine = try await EngineFixture()
        let start = engine.time.now - .hours(100)
        let book = Self.reserved(2, from: start, hours: 100 + 1000)
        try await Self.declare(engine, book)
        let hour = Money(decimal: "0.11")!
        for _ in 0..<3 { try await engine.priceBooks.settle() }
        #expect(try await Self.bill(engine, .commitment) == hour, "the hours before were not ours to post")
        engine.time.advance(by: .minutes(59))
        try await engine.priceBooks.settle()
        #expect(try await Self.bill(engine, .commitment) == hour)
        engine.time.advance(by: .minutes(1))
        try await engine.priceBooks.settle()
        #expect(try await Self.bill(engine, .commitment) == hour * 2)
        engine.time.advance(by: .hours(5000))
        for _ in 0..<4 { try await engine.priceBooks.settle() }
        #expect(try await Self.bill(engine, .commitment) == hour * 1000)
        let report = try await engine.ledger.report(by: [.environment, .step, .project], CostFilter())
        #expect(report.rows.map(\.key) == [["-", "ri", "-"]])
    }

    @Test("a commitment that is taken out of its book and put back is not posted for the time between")
    func absent() async throws {
        let engine = try await EngineFixture()
        let book = Self.reserved(1, from: engine.time.now)
        let hour = Money(decimal: "0.11")!
        try await Self.declare(engine, book)
        try await engine.priceBooks.settle()
        try await Self.declare(engine, PriceBook(name: "reserved"))
        engine.time.advance(by: .hours(10))
        try await engine.priceBooks.settle()
        try await Self.declare(engine, book)
        try await engine.priceBooks.settle()
        #expect(try await Self.bill(engine, .commitment) == hour * 2)
    }

    @Test("idle time is charged at the price of its time: a price that changes reaches neither back nor twice")
    func idle() async throws {
        let engine = try await EngineFixture()
        let worker = try await Self.cloud(engine)
        // Time counts from the first sign of life.
        _ = try await engine.claim(worker)
        func idle(hours: Int) async throws {
            for _ in 0..<hours * 720 {
                engine.time.advance(by: .seconds(5))
                _ = try await engine.claim(worker)
            }
            try await engine.workers.sweep()
        }
        try await idle(hours: 1)
        #expect(try await Self.bill(engine, .idle) == Self.list)
        try await Self.declare(engine, Self.reserved(1, from: engine.time.now, hours: 1))
        try await idle(hours: 1)
        #expect(try await Self.bill(engine, .idle) == Self.list, "a covered hour costs nothing more")
        try await engine.priceBooks.settle()
        try await idle(hours: 1)
        #expect(try await Self.bill(engine, .idle) == Self.list * 2)
    }

    @Test("a machine of the market that a commitment has room for costs in a plan what its environment would cost")
    func marketPlan() async throws {
        let world = try await PipelinesFixture()
        let engine = world.engine
        try await Self.declare(engine, Self.reserved(1, from: engine.time.now))
        let step = StepSpec(
            command: .arguments(["true"]), resources: Resources(cpus: 4, memory: .gibibytes(8)),
            estimate: StepEstimate(duration: Self.duration),
            placement: PlacementPolicy(providers: ["aws"], regions: ["us-east-1"]))
        let spec = ProjectSpec(project: "p", steps: ["train": step], pipelines: [:])
        func task() async throws -> PlannedTask {
            let plan = try await world.pipelines.plan(
                PlanRequest(spec: spec, target: "train", wholeCatalog: true), by: EngineFixture.developer)
            return try #require(plan.tasks.first)
        }
        let covered = try await task()
        #expect(covered.machineType == "c7i.xlarge" && covered.commitment == "ri")
        #expect(covered.pricePerHour == Dollars.zero && covered.cost.compute == Dollars.zero)
        #expect(covered.listCost.compute.money == Self.list.perHour(forMilliseconds: Self.duration.milliseconds))
        // The environment of such a machine has the same price, and takes the room.
        _ = try await Self.cloud(engine)
        #expect(try await Self.price(engine) == .zero)
        let after = try await task()
        #expect(after.commitment == nil)
    }

    // MARK: Credits

    @Test("a credit pays what its cloud's environments cost, hour by hour, until it is used up, once")
    func credits() async throws {
        let engine = try await EngineFixture()
        _ = try await Self.cloud(engine)
        _ = try await engine.addSite("helsinki", zones: [])
        let amount = Money.dollars(10)
        try await Self.declare(
            engine,
            PriceBook(
                name: "c",
                credits: [
                    Credit(name: "late", amount: amount),
                    Credit(name: "soon", provider: "aws", amount: .dollars(4), until: engine.time.now + .hours(2)),
                ]))
        func spend(_ dollars: Int64, in environment: String) async throws {
            let now = engine.time.now
            let entry = LedgerEntry(
                id: ID(raw: UInt128(now.milliseconds) << 80 | UInt128(dollars) << 8 | UInt128(environment.utf8.count)),
                at: now, kind: .compute, amount: .dollars(dollars), environment: environment)
            try await engine.database.write { try Ledger.post([entry], in: $0) }
        }
        try await spend(7, in: "cloud")
        try await spend(5, in: "helsinki")
        try await engine.priceBooks.settle()
        #expect(try await Self.bill(engine, .credit) == .zero, "the hour is not over")
        engine.time.advance(by: .hours(2))
        for _ in 0..<2 { try await engine.priceBooks.settle() }
        let names = try await engine.ledger.report(by: [.step], CostFilter()).rows
        #expect(names.first { $0.key == ["soon"] }?.amount == .dollars(-4))
        #expect(names.first { $0.key == ["late"] }?.amount == .dollars(-3))
        try await spend(20, in: "cloud")
        engine.time.advance(by: .hours(2))
        for _ in 0..<2 { try await engine.priceBooks.settle() }
        #expect(try await Self.bill(engine, .credit) == .dollars(-14), "all of both, and not more")
        #expect(try await engine.ledger.report(by: [.kind], CostFilter()).total == .dollars(32 - 14))
    }
}
