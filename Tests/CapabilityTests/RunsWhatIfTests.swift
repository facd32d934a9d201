import Contract
import Costs
import Data
import Database
import Kernel
import Logging
import Placement
import Testing

@testable import Runs

/// The engine's sites: 1 $ an hour for a slot of `virginia` (aws), 10 $ for one of `helsinki`.
@Suite("What-if questions on a real database")
struct RunsWhatIfTests {
    private func world() async throws -> (engine: EngineFixture, virginia: ID<Worker>) {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["EU"], hardware: .dollars(100_000))
        let virginia = try await engine.addSite("virginia", provider: "aws", zones: ["US"])
        return (engine, virginia)
    }

    /// One run in the cheaper site, an hour long unless told otherwise.
    @discardableResult
    private func record(
        _ engine: EngineFixture, _ worker: ID<Worker>, project: String = "digits", for work: TimeSpan = .hours(1)
    ) async throws -> ID<Run> {
        let run = try await engine.runs.submit(
            RunSubmission(project: project, name: "train", step: StepSpec(command: .arguments(["true"]))),
            by: EngineFixture.developer)
        try await engine.runs.settlePlaced()
        _ = try await engine.runs.placeQueued()
        // Leases are billed from heartbeat to heartbeat.
        _ = try await engine.work(worker, for: work, environment: "virginia")
        return run.id
    }

    private static let server = WhatIfEnvironment(
        name: "espoo", provider: "onprem", region: "espoo", zones: ["EU"],
        amortisation: Amortisation(
            hardware: .dollars(1_000), depreciation: .hours(20_000), utilisation: 0.5, watts: 100,
            electricityPerKilowattHour: Money(nanodollars: 100_000_000)),
        slots: 1, servingSlots: 0, cpus: 8, memory: .gibibytes(16))

    @Test("without AWS the runs of each project go to the next best place, at its price for the time they were billed")
    func withoutAWS() async throws {
        let (engine, worker) = try await self.world()
        try await self.record(engine, worker)
        try await self.record(engine, worker)
        try await self.record(engine, worker, project: "words", for: .seconds(60))
        let report = try await engine.runs.whatIf(WhatIf(without: WhatIfFilter(providers: ["aws"])))
        #expect(report.removed == ["virginia"] && report.kept == ["helsinki"])
        #expect(report.projects.map(\.project) == ["digits", "words"])
        let digits = try #require(report.projects.first).totals
        #expect(digits.runs == 2 && digits.moved == 2 && digits.unplaced == 0)
        #expect(digits.billed == .hours(2))
        #expect(digits.actual.total.money == .dollars(2))
        #expect(digits.whatIf.total.money == .dollars(20))
        #expect(digits.difference.money == .dollars(18))
        #expect(report.projects.map(\.totals).reduce(.zero, +) == report.total)
        // What the ledger says of the same runs.
        let ledger = try await engine.ledger.report(by: [.project], CostFilter())
        #expect(report.total.actual.total.money == ledger.total)
        let words = try await engine.runs.whatIf(WhatIf(project: "words", without: WhatIfFilter(providers: ["aws"])))
        #expect(words.total.runs == 1 && words.projects.map(\.project) == ["words"])
    }

    @Test("the same offers cost what was paid")
    func identity() async throws {
        let (engine, worker) = try await self.world()
        try await self.record(engine, worker)
        let report = try await engine.runs.whatIf(WhatIf())
        #expect(report.total.difference == .zero && report.total.moved == 0 && report.total.runs == 1)
    }

    @Test("a purchase: electricity around the clock, and the month in which it pays for itself")
    func purchase() async throws {
        let (engine, worker) = try await self.world()
        for _ in 0..<10 { try await self.record(engine, worker) }
        let question = WhatIf(
            period: .hours(30 * 24), add: [WhatIfAddition(environment: Self.server, purchase: Money.dollars(5))])
        let report = try await engine.runs.whatIf(question)
        // 1,000 $ ⁄ (20,000 h × ½) + 0.1 kW × 0.10 $ = 0.11 $ an hour, against 1 $.
        let use = try #require(report.added.first)
        #expect(use.pricePerSlotHour.money == Money(nanodollars: 110_000_000))
        #expect(use.runs == 10 && use.used == .hours(10) && use.available == .hours(720))
        #expect(report.total.whatIf.total.money == Money(nanodollars: 1_100_000_000))
        let purchase = try #require(report.purchase)
        // 720 h × 0.01 $ = 7.20 $: 10 − 7.20 = 2.80 $ a month; 5 ⁄ 2.80 = 1.8.
        #expect(purchase.amortised.money == report.total.whatIf.compute.money)
        #expect(purchase.electricity.money == Money(nanodollars: 7_200_000_000))
        #expect(purchase.monthlySaving.money == Money(nanodollars: 2_800_000_000))
        #expect(purchase.breakEvenMonth == 2)
        // The hardware is the price when none is given: 1,000 ⁄ 2.80.
        var own = question
        own.add = [WhatIfAddition(environment: Self.server)]
        #expect(try await engine.runs.whatIf(own).purchase?.breakEvenMonth == 358)
        // Two machines draw twice: 14.40 $ for 10 $ of runs.
        own.add = [WhatIfAddition(environment: Self.server, count: 2)]
        let never = try #require(try await engine.runs.whatIf(own).purchase)
        #expect(never.breakEvenMonth == nil && never.price.money == .dollars(2_000))
        #expect(never.reason == "it costs $4.40 more a month than what it replaces")
    }

    @Test("failed attempts count in both sums with the time they were billed")
    func failures() async throws {
        let (engine, worker) = try await self.world()
        let run = try await engine.runs.submit(
            RunSubmission(
                project: "digits", name: "train",
                step: StepSpec(command: .arguments(["false"]), retry: RetryPolicy(limit: 0))),
            by: EngineFixture.developer)
        _ = try await engine.runs.placeQueued()
        let assignment = try #require(try await engine.claim(worker))
        _ = try await engine.beat(worker, assignment)
        engine.time.advance(by: .seconds(30))
        let failed = AttemptReport(
            attempt: assignment.attempt, fence: assignment.fence, outcome: .failed, exitCode: 1, reason: "no")
        _ = try await engine.runs.report(ReportBatch(reports: [failed]), by: worker)
        #expect(try await engine.runs.get(run.id).status == .failed)
        let report = try await engine.runs.whatIf(WhatIf(without: WhatIfFilter(environments: ["virginia"])))
        #expect(report.total.billed == .seconds(30))
        #expect(report.total.actual.total.money == Money.dollars(1).perHour(forMilliseconds: 30_000))
        #expect(report.total.whatIf.total.money == Money.dollars(10).perHour(forMilliseconds: 30_000))
    }

    @Test("bytes of a dataset pay their way to where the run would go, once for each store")
    func egress() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        // A store of the provider's region whose rate the catalog knows.
        _ = try await engine.stores.declare(
            Store(
                name: "lake", type: "file", path: engine.folder + "/lake", provider: "aws", region: "us-east-1",
                zones: ["US"]),
            dryRun: false, by: EngineFixture.operatorUser)
        let text = String(repeating: "0123456789abcdef", count: 1 << 12)
        try await engine.addDataset("digits", text, at: "lake", residency: .any)
        let input = InputSpec(name: "raw", sources: ["": .dataset(name: "digits", version: 1)])
        let transfers = TransferReconciler(
            transfers: engine.transfers, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for _ in 0..<2 {
            _ = try await engine.runs.submit(
                RunSubmission(
                    project: "digits", name: "train",
                    step: StepSpec(command: .arguments(["true"]), inputs: ["raw"]), inputs: [input]),
                by: EngineFixture.developer)
            _ = try await engine.runs.placeQueued()
            await transfers.tick()
            try await engine.runs.settlePlaced()
            _ = try await engine.work(worker, for: .seconds(10), environment: "helsinki")
        }
        // 64 KiB out of AWS at 0.09 $ per GiB; the second run found them there.
        let way = Money(nanodollars: 90_000_000).perGibibyte(for: ByteCount(1 << 16))
        let same = try await engine.runs.whatIf(WhatIf())
        #expect(same.total.actual.egress.money == way && same.total.difference == .zero)
        // In another place of one's own the same bytes come once, too.
        let moved = try await engine.runs.whatIf(
            WhatIf(
                without: WhatIfFilter(environments: ["helsinki"]),
                add: [WhatIfAddition(environment: Self.server)]))
        #expect(moved.total.moved == 2 && moved.total.whatIf.egress.money == way && moved.unpricedRuns == 0)
    }

    @Test("a period without a billed run, one in the future, and an empty one say what to do")
    func periods() async throws {
        let (engine, worker) = try await self.world()
        var error = await #expect(throws: WhatIfError.self) { try await engine.runs.whatIf(WhatIf(project: "digits")) }
        #expect(error?.kind == .notFound && error?.message.contains("'digits'") == true)
        try await self.record(engine, worker)
        let now = engine.time.now
        error = await #expect(throws: WhatIfError.self) {
            try await engine.runs.whatIf(WhatIf(from: now + .hours(1), until: now + .hours(2)))
        }
        #expect(error == .future(from: now + .hours(1), now: now))
        error = await #expect(throws: WhatIfError.self) {
            try await engine.runs.whatIf(WhatIf(from: now, until: now - .hours(2)))
        }
        #expect(error == .emptyPeriod(from: now, until: now - .hours(2)))
        error = await #expect(throws: WhatIfError.self) {
            try await engine.runs.whatIf(WhatIf(period: .hours(1), from: now - .hours(2)))
        }
        #expect(error == .twoPeriods)
        // The run was submitted an hour ago and more.
        error = await #expect(throws: WhatIfError.self) { try await engine.runs.whatIf(WhatIf(period: .seconds(10))) }
        #expect(error?.kind == .notFound)
        #expect(try await engine.runs.whatIf(WhatIf(period: .hours(2))).total.runs == 1)
    }

    @Test("what is added must have one price, a size, and a store that is there")
    func additions() async throws {
        let (engine, worker) = try await self.world()
        try await self.record(engine, worker)
        func message(_ change: (inout WhatIfAddition) -> Void) async -> String {
            var addition = WhatIfAddition(environment: Self.server)
            change(&addition)
            let question = WhatIf(add: [addition])
            do {
                _ = try await engine.runs.whatIf(question)
                return "nothing"
            } catch { return (error as? any Fault)?.message ?? "\(error)" }
        }
        #expect(await message { _ in } == "nothing")
        #expect(await message { $0.environment.amortisation = nil }.contains("it has no price"))
        #expect(await message { $0.environment.pricePerHour = .dollars(1) }.contains("several prices"))
        #expect(await message { $0.environment.memory = nil }.contains("Give 'cpus' and 'memory'"))
        #expect(await message { $0.environment.store = "helsinki-stor" }.contains("Did you mean 'helsinki-store'?"))
        #expect(await message { $0.environment.store = "helsinki-store" } == "nothing")
        #expect(await message { $0.environment.name = "helsinki" }.contains("There is an environment 'helsinki'"))
        #expect(await message { $0.count = 0 }.contains("'count' is 0"))
        #expect(await message { $0.environment.slots = 0 }.contains("slots times machines"))
        #expect(await message { $0.purchase = .dollars(-1) }.contains("below zero"))
        #expect(await message { $0.environment.amortisation?.utilisation = 2 }.contains("utilisation"))
    }
}
