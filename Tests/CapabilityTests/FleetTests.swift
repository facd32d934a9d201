import Catalog
import Contract
import Database
import Fleet
import Kernel
import Testing

@testable import Runs

@Suite("environments and workers")
struct FleetTests {
    @Test("an environment without any slot is refused, and nothing is declared")
    func noSlots() async throws {
        let engine = try await EngineFixture()
        await #expect(throws: CatalogError.noSlots(environment: "idle")) {
            _ = try await engine.addSite("idle", zones: ["EU"], slots: 0, servingSlots: 0)
        }
        #expect(try await engine.environments.list().isEmpty)
    }

    @Test("workers are counted by status, open leases by kind")
    func counts() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let other = try await engine.join("helsinki")
        _ = try await engine.workers.drain(other)
        _ = try await engine.runs.submit(
            RunSubmission(project: "p", name: "s", step: StepSpec(command: .shell("true"))), by: EngineFixture.developer
        )
        _ = try await engine.runs.placeQueued()
        _ = try #require(try await engine.claim(worker))
        let counts = try await engine.environments.counts()
        #expect(
            counts.workers.map { "\($0.environment) \($0.status.rawValue) \($0.count)" }
                == ["helsinki draining 1", "helsinki live 1"])
        #expect(
            counts.leases.map { "\($0.environment) \($0.kind.rawValue) \($0.count)" }
                == ["helsinki batch 1", "helsinki replica 0"])
    }

    @Test("the time the control plane was away is billed once, also when the first look at a lease is undone")
    func away() async throws {
        struct Undone: Error {}
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        let submission = RunSubmission(project: "p", name: "n", step: StepSpec(command: .arguments(["true"])))
        let run = try await engine.runs.submit(submission, by: EngineFixture.developer)
        try await engine.runs.placeQueued()
        let assignment = try #require(try await engine.claim(worker))
        let lease = try #require(try await engine.runs.leases(of: run.id).first)
        #expect(assignment.run == run.id)
        engine.leases.restartTerms()
        engine.time.advance(by: .seconds(3600))
        await #expect(throws: Undone.self) {
            try await engine.database.write { transaction in
                _ = try engine.leases.renew(lease.id, in: transaction)
                throw Undone()
            }
        }
        for _ in 0..<2 {
            _ = try await engine.database.write { try engine.leases.renew(lease.id, in: $0) }
        }
        let after = try #require(try await engine.runs.leases(of: run.id).first)
        #expect(after.billed == .seconds(3600))
        #expect(after.cost == after.pricePerHour)
    }

    @Test("an empty claim is a sign of life: who only asks is not lost, and who was lost is back")
    func emptyClaim() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        try await engine.workers.sweep()
        for _ in 0..<4 {
            engine.time.advance(by: .seconds(5))
            #expect(try await engine.claim(worker) == nil)
            try await engine.workers.sweep()
            #expect(try await engine.workers.page(PageRequest()).items.map(\.status) == [.live])
        }
        engine.time.advance(by: .seconds(7))
        try await engine.workers.sweep()
        #expect(try await engine.workers.page(PageRequest()).items.map(\.status) == [.lost])
        #expect(try await engine.claim(worker) == nil)
        #expect(try await engine.workers.page(PageRequest()).items.map(\.status) == [.live])
        #expect(
            try await engine.journalKinds(about: worker.description) == [
                "worker.joined", "worker.lost", "worker.joined",
            ])
    }

    @Test("a worker that comes back with other slots and another address is known by them")
    func changed() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("helsinki", zones: ["EU"])
        var registration = WorkerRegistration(
            key: "k", name: "helsinki", slots: 3, cpus: 4, memory: .gibibytes(16), address: "10.0.0.9", version: "test")
        let credentials = try await engine.workers.renew(worker, as: registration)
        #expect(credentials.slots == 3 && credentials.servingSlots == 0)
        let known = try #require(try await engine.workers.page(PageRequest()).items.first)
        #expect(known.slots == 3 && known.cpus == 4 && known.address == "10.0.0.9")
        _ = try await engine.workers.renew(worker, as: registration)
        #expect(
            try await engine.journalKinds(about: worker.description) == ["worker.joined", "worker.changed"],
            "the same again is no change")
        registration.slots = nil
        #expect(try await engine.workers.renew(worker, as: registration).slots == 1, "as the environment says")
    }
}
