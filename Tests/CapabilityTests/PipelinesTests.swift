import Contract
import Data
import Database
import Kernel
import Runs
import Testing

@testable import Pipelines

@Suite("Pipelines on a real database")
struct PipelinesTests {
    @Test("a pipeline runs from raw data to a deployed model, each node where it may")
    func wholeLife() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        #expect(started.status == .running)
        #expect(started.nodes.count == 7)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        #expect(ended.status == .succeeded)
        #expect(ended.nodes.allSatisfy { $0.status == .succeeded })
        #expect(try ended.node("ingest").environment == "helsinki")
        #expect(try ended.node("prepare").environment == "helsinki")
        #expect(try ended.node("train[small]").environment == "virginia")
        #expect(try ended.node("deploy").result == "did deploy")
        #expect(ended.nodes.map(\.cost).total() == ended.cost)
        #expect(ended.cost > .zero)
        let kinds = try await world.engine.journalKinds(about: started.id.description)
        #expect(kinds == ["pipeline.started", "pipeline.succeeded"])
    }

    @Test("what reads a fanned-out node finds each variant in a folder of its own")
    func fanOut() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        var seen: [String] = []
        _ = try await world.drive(started.id) { assignment in
            if assignment.name == "evaluate" {
                let models = assignment.inputs.first { $0.name == "models" }
                seen = models?.tree.entries.map(\.path) ?? []
            }
            return PipelinesFixture.play(assignment)
        }
        #expect(seen == ["large/weights.txt", "small/weights.txt"])
    }

    @Test("register is given every variant's model, its cost, and the run that measured them")
    func register() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        let request = try #require(world.register.requests.first)
        #expect(request.pipelineRun == started.id)
        #expect(request.user == EngineFixture.operatorUser)
        #expect(request.candidates.map(\.variant) == ["large", "small"])
        #expect(
            request.candidates.map(\.cost) == [
                try ended.node("train[large]").cost, try ended.node("train[small]").cost,
            ])
        #expect(request.metricRun == (try ended.node("evaluate").run))
        #expect(request.metricName == "accuracy")
        let tree = try await world.engine.database.read {
            try world.engine.stores.tree(request.candidates[0].tree, in: $0)
        }
        #expect(tree?.entries.map(\.path) == ["weights.txt"])
        #expect(world.deploy.requests.map(\.node) == ["deploy"])
        #expect(world.deploy.requests.first?.steps["serve"] != nil)
    }

    @Test(
        "a second time every node comes from the cache and costs nothing; a changed parameter runs only what it touches"
    )
    func cache() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let first = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let firstEnd = try await world.drive(first.id, PipelinesFixture.play)
        let second = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let secondEnd = try await world.drive(second.id, PipelinesFixture.play)
        let steps = secondEnd.nodes.filter { !["register", "deploy"].contains($0.name) }
        #expect(steps.allSatisfy { $0.status == .cached })
        #expect(secondEnd.cost == .zero)
        #expect(try secondEnd.node("evaluate").run == firstEnd.node("evaluate").run)
        let kinds = try await world.engine.journalKinds(about: second.id.description)
        #expect(kinds.filter { $0 == "node.cached" }.count == 5)
        let third = try await world.pipelines.submit(PipelinesFixture.digits(depth: 9), by: EngineFixture.operatorUser)
        let thirdEnd = try await world.drive(third.id, PipelinesFixture.play)
        #expect(try thirdEnd.node("train[small]").status == .cached)
        #expect(try thirdEnd.node("train[large]").status == .succeeded)
        #expect(try thirdEnd.node("evaluate").status == .succeeded)
    }

    @Test("a failure stops the pipeline: what runs is told to stop, what waits is skipped, the reason is the exit code")
    func failure() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let stuck = try await world.drive(started.id) { assignment in
            guard assignment.name == "train" else { return PipelinesFixture.play(assignment) }
            return assignment.parameters["depth"] == 2 ? .fail(3) : .hold
        }
        #expect(try stuck.node("train[small]").status == .failed)
        #expect(try stuck.node("train[large]").reason == "Its run was told to stop.")
        #expect(try await world.obeyStops() == 1)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        #expect(ended.status == .failed)
        #expect(ended.reason == "'train[small]' failed: The command ended with exit code 3.")
        #expect(try ended.node("train[large]").status == .cancelled)
        #expect(try ended.node("evaluate").reason == "Not started because 'train[small]' failed.")
        #expect(world.register.requests.isEmpty)
        #expect(try await world.engine.journalKinds(about: started.id.description).last == "pipeline.failed")
    }

    @Test("under continue the nodes that do not need the failed one go on")
    func goOn() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var submission = PipelinesFixture.digits()
        submission.spec.pipelines?["digits"]?.onFailure = .continue
        let started = try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        let ended = try await world.drive(started.id) { assignment in
            assignment.parameters["depth"] == 2 ? .fail(3) : PipelinesFixture.play(assignment)
        }
        #expect(ended.status == .failed)
        #expect(try ended.node("train[large]").status == .succeeded)
        #expect(try ended.node("evaluate").reason == "It needs 'train[small]', which failed.")
    }

    @Test("a cancel stops what runs and starts nothing more; a second one changes nothing")
    func cancel() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        _ = try await world.drive(started.id) { _ in .hold }
        let cancelling = try await world.pipelines.cancel(started.id, by: EngineFixture.developer)
        #expect(cancelling.status == .running)
        #expect(try cancelling.node("prepare").status == .cancelled)
        _ = try await world.pipelines.cancel(started.id, by: EngineFixture.operatorUser)
        #expect(try await world.obeyStops() == 1)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        #expect(ended.status == .cancelled)
        #expect(try ended.node("ingest").status == .cancelled)
        let again = try await world.pipelines.cancel(started.id, by: EngineFixture.developer)
        #expect(again == ended)
        let kinds = try await world.engine.journalKinds(about: started.id.description)
        #expect(kinds == ["pipeline.started", "pipeline.cancelled"])
    }

    @Test("a pipeline that is cancelled before anything ran ends at once")
    func cancelEarly() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let ended = try await world.pipelines.cancel(started.id, by: EngineFixture.developer)
        #expect(ended.status == .cancelled)
        #expect(ended.endedAt != nil)
    }

    @Test("ticking again starts nothing twice")
    func idempotent() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        for _ in 0..<5 { await world.reconciler.tick() }
        let runs = try await world.engine.database.read { try world.engine.runs.runs(of: started.id, in: $0) }
        #expect(runs.map(\.node) == ["ingest"])
    }

    @Test("the same idempotency key gives the same pipeline run")
    func idempotencyKey() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let first = try await world.pipelines.submit(PipelinesFixture.digits(key: "k"), by: EngineFixture.operatorUser)
        let second = try await world.pipelines.submit(PipelinesFixture.digits(key: "k"), by: EngineFixture.operatorUser)
        #expect(first.id == second.id)
        #expect(try await world.pipelines.page(PageRequest()).items.count == 1)
    }

    @Test("a node whose input was never written fails with what was written instead")
    func missingOutput() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var submission = PipelinesFixture.digits()
        submission.spec.pipelines?["digits"]?.nodes["prepare"]?.inputs = ["clean": "ingest.clean/absent"]
        let started = try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        #expect(ended.status == .failed)
        let reason = try #require(try ended.node("prepare").reason)
        #expect(reason.contains("wrote no 'clean/absent'. There are: clean."))
    }

    @Test("a built-in node that may not be done now is done later; one that refuses fails the pipeline")
    func actions() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        world.register.fail(with: [PlainFault(.unavailable, "not now")])
        world.deploy.fail(with: [PlainFault(.invalid, "no such alias")])
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        #expect(try ended.node("register").status == .succeeded)
        #expect(world.register.requests.count == 1)
        #expect(ended.reason == "'deploy' failed: no such alias")
    }

    @Test("pipeline runs are listed newest first, page by page")
    func pages() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var ids: [ID<PipelineRun>] = []
        for _ in 0..<3 {
            world.engine.time.advance(by: .seconds(1))
            ids.append(try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser).id)
        }
        let first = try await world.pipelines.page(PageRequest(limit: 2))
        #expect(first.items.map(\.id) == [ids[2], ids[1]])
        let second = try await world.pipelines.page(PageRequest(cursor: first.next, limit: 2))
        #expect(second.items.map(\.id) == [ids[0]])
        #expect(second.next == nil)
        await #expect(throws: PipelineError.badCursor("x")) { try await world.pipelines.page(PageRequest(cursor: "x")) }
    }
}
