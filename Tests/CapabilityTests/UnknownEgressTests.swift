import Contract
import Data
import Kernel
import Logging
import Testing

@testable import Costs
@testable import Runs

@Suite("Bytes whose price nobody knows are not free")
struct UnknownEgressTests {
    @Test("they stand in the ledger, in every sum and in the comparison as bytes without a price, once")
    func unknown() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        // No list has what this provider asks for egress.
        _ = try await engine.stores.declare(
            Store(
                name: "lake", type: "file", path: engine.folder + "/lake", provider: "elsewhere", region: "north",
                zones: ["EU"]),
            dryRun: false, by: EngineFixture.operatorUser)
        try await engine.addDataset("digits", String(repeating: "x", count: 4096), at: "lake", residency: .any)
        let step = StepSpec(command: .arguments(["true"]), inputs: ["raw"])
        let input = InputSpec(name: "raw", sources: ["": .dataset(name: "digits", version: 1)])
        let run = try await engine.runs.submit(
            RunSubmission(project: "p", name: "train", step: step, inputs: [input]), by: EngineFixture.developer)
        let transfers = TransferReconciler(
            transfers: engine.transfers, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await engine.runs.placeQueued()
        await transfers.tick()
        try await engine.runs.settlePlaced()
        try await engine.runs.settlePlaced()
        _ = try await engine.work(worker, for: .seconds(10), environment: "helsinki")

        let entries = try await engine.ledger.page(PageRequest(limit: 100), run: run.id).items
        let egress = entries.filter { $0.kind == .egress }
        #expect(egress.map(\.unpriced) == [ByteCount(4096)] && egress.map(\.amount) == [.zero])
        let report = try await engine.ledger.report(by: [.kind], CostFilter(run: run.id))
        #expect(report.unpriced == ByteCount(4096))
        let others = try await engine.ledger.report(by: [.kind], CostFilter(project: "another"))
        #expect(others.unpriced == nil)
    }

    @Test("a place that lacks a price comes behind those that have all of theirs")
    func order() {
        let dear = PricedPlace(environment: "b", zones: [], pricePerSlotHour: .dollars(9), egress: .zero)
        let unknown = PricedPlace(
            environment: "a", zones: [], pricePerSlotHour: .dollars(1), egress: .zero, unpriced: .gibibytes(1))
        let alternatives = Ledger.alternatives([unknown, dear], [])
        #expect(alternatives.map(\.environment) == ["b", "a"])
        #expect(alternatives.map(\.unpriced) == [nil, .gibibytes(1)])
    }
}
