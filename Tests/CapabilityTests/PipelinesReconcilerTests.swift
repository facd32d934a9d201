import Contract
import Database
import Journal
import Kernel
import Logging
import Runs
import Testing

@testable import Pipelines

@Suite("Pipeline reconciler")
struct PipelinesReconcilerTests {
    /// Long enough for a busy machine; a test that waits so long has failed.
    private static let deadline = Duration.seconds(20)

    private func runs(of id: ID<PipelineRun>, in world: PipelinesFixture) async throws -> [RunSummary] {
        try await world.engine.database.read { try world.engine.runs.summaries(of: id, in: $0) }
    }

    @Test("a submission wakes the service, which starts the first node by itself and ends when it is cancelled")
    func service() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.reconciler.run() }
            let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
            var head: Int64 = 0
            let end = ContinuousClock.now + Self.deadline
            while try await self.runs(of: started.id, in: world).isEmpty, ContinuousClock.now < end {
                head = await world.engine.journal.wait(past: head)
            }
            #expect(try await self.runs(of: started.id, in: world).map(\.node) == ["ingest"])
            group.cancelAll()
        }
    }

    @Test("a tick is bounded, and the next one goes on with the others")
    func bounded() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var ids: [ID<PipelineRun>] = []
        for index in 0...PipelineReconciler.runsPerTick {
            let submission = PipelinesFixture.digits(depth: index + 3)
            ids.append(try await world.pipelines.submit(submission, by: EngineFixture.operatorUser).id)
        }
        ids.sort()
        let cursor = await world.reconciler.tick()
        #expect(cursor == ids[PipelineReconciler.runsPerTick - 1].description)
        let last = try #require(ids.last)
        #expect(try await self.runs(of: last, in: world).isEmpty)
        #expect(await world.reconciler.tick(after: cursor) == "")
        #expect(try await self.runs(of: last, in: world).count == 1)
    }

    @Test("another process goes on where one stopped, whatever it had done")
    func takeOver() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        _ = try await world.drive(started.id) { assignment in
            assignment.name == "evaluate" ? .hold : PipelinesFixture.play(assignment)
        }
        let second = PipelineReconciler(
            pipelines: world.pipelines, actions: NodeActions(register: world.register, deploy: world.deploy),
            logger: .init(label: "test"))
        await second.tick()
        let runs = try await self.runs(of: started.id, in: world)
        #expect(runs.count == 5)
        #expect(Set(runs.compactMap(\.node)).count == 5)
    }
}
