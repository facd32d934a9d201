import Contract
import Kernel
import Runs
import Testing

@testable import Pipelines

@Suite("Pipeline plans and refusals")
struct PipelinesPlanTests {
    @Test("a plan says for each task where, for how much, and why not elsewhere")
    func plan() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let plan = try await world.pipelines.plan(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        #expect(plan.tasks.map(\.task) == ["ingest", "prepare", "train[large]", "train[small]", "evaluate"])
        #expect(plan.tasks.map(\.environment) == ["helsinki", "helsinki", "virginia", "virginia", "virginia"])
        #expect(plan.tasks[0].rejected.map(\.reason) == ["residency: 'onprem' does not allow virginia (zones US)"])
        #expect(plan.tasks[0].basis == "an assumption: 'ingest' has not committed a run yet")
        // A minute each: 10 $/h over 2 slots in Helsinki, 1 $/h over 2 slots in Virginia.
        #expect(plan.tasks[0].compute == Money.dollars(5).perHour(forMilliseconds: 60_000))
        #expect(plan.total == plan.tasks.map(\.compute).total())
    }

    @Test("without the release, what is made of bound data stays bound")
    func residencyFlows() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let plan = try await world.pipelines.plan(
            PipelinesFixture.digits(declassify: false), by: EngineFixture.developer)
        #expect(plan.tasks.allSatisfy { $0.environment == "helsinki" })
        #expect(plan.tasks.allSatisfy { $0.rejected.first?.reason.hasPrefix("residency:") == true })
    }

    @Test("a plan learns from the runs that committed")
    func history() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        _ = try await world.drive(started.id, PipelinesFixture.play)
        let plan = try await world.pipelines.plan(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        #expect(plan.tasks[0].duration == .seconds(10))
        #expect(plan.tasks[0].basis == "the last committed run")
        #expect(plan.tasks[2].basis == "the median of the last 2 committed runs")
        // Helsinki has the split and Virginia has not: its one byte would travel with the task.
        #expect(plan.tasks[2].transferred == ByteCount(1))
    }

    @Test("cpus are compared with a slot's part of the machine; who asks for none takes any slot")
    func cpus() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["EU"], slots: 4)
        func submit(_ cpus: Double?) async throws {
            let step = StepSpec(command: .shell("true"), resources: Resources(cpus: cpus, memory: .mebibytes(1)))
            _ = try await engine.runs.submit(
                RunSubmission(project: "p", name: "s", step: step), by: EngineFixture.developer)
        }
        // Eight cores over four slots.
        try await submit(2)
        try await submit(nil)
        await #expect {
            try await submit(2.5)
        } throws: { error in
            (error as? any Fault)?.message.contains(
                "cpus: 2.5 are asked for, and a slot of helsinki has 2 at most") == true
        }
    }

    @Test("a release is refused to a role that may not make it, before anything is written")
    func mayNotDeclassify() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let fault = PipelineError.mayNotDeclassify(step: "prepare", user: "dora", role: .developer)
        #expect(fault.kind == .forbidden)
        await #expect(throws: fault) {
            try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.developer)
        }
        await #expect(throws: fault) {
            try await world.pipelines.plan(PipelinesFixture.digits(), by: EngineFixture.developer)
        }
        #expect(try await world.pipelines.page(PageRequest()).items.isEmpty)
    }

    @Test("the release is in the journal with its reason when the run is submitted")
    func declassified() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        let prepare = try #require(try ended.node("prepare").run)
        #expect(try await world.engine.journalKinds(about: prepare.description).contains("residency.declassified"))
    }

    @Test("a pipeline with a task that may run nowhere is refused with the plan's sentence")
    func noPlace() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var submission = PipelinesFixture.digits()
        submission.spec.steps["ingest"]?.placement = PlacementPolicy(environments: ["virginia"])
        let sentence =
            "'ingest' cannot run anywhere: policy: only environment 'virginia' is allowed, not helsinki; "
            + "residency: 'onprem' does not allow virginia (zones US)."
        await #expect(throws: PipelineError.noPlace(sentence)) {
            try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        }
        let plan = try await world.pipelines.plan(submission, by: EngineFixture.operatorUser)
        #expect(plan.tasks[0].environment == nil)
    }

    @Test("a pipeline, a step or a dataset that is not there is named")
    func unknown() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var submission = PipelinesFixture.digits()
        submission.pipeline = "digit"
        await #expect(throws: PipelineError.unknownPipeline("digit", known: ["digits"])) {
            try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        }
        submission = PipelinesFixture.digits()
        submission.spec.steps["train"] = nil
        await #expect {
            try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        } throws: { error in
            (error as? any Fault)?.message.hasPrefix("pipelines.digits.nodes.train.step: There is no step 'train'.")
                == true
        }
        submission = PipelinesFixture.digits()
        submission.spec.pipelines?["digits"]?.nodes["ingest"]?.inputs = ["raw": "dataset://letters"]
        await #expect(throws: RunError.unknownDataset("letters")) {
            try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        }
    }
}
