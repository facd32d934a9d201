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
        let plan = try await world.pipelines.plan(.of(PipelinesFixture.digits()), by: EngineFixture.operatorUser)
        #expect(
            plan.tasks.map(\.name) == [
                "ingest", "prepare", "train[large]", "train[small]", "evaluate", "deploy[champion 1]",
            ])
        #expect(plan.tasks.map(\.environment) == ["helsinki", "helsinki", "virginia", "virginia", "virginia", nil])
        #expect(plan.tasks[0].reasons.map(\.reason) == ["residency: 'onprem' does not allow virginia (zones US)"])
        #expect(plan.tasks[0].basis == "an assumption: 'ingest' has not committed a run yet")
        // A minute each: 10 $/h over 2 slots in Helsinki, 1 $/h over 2 slots in Virginia.
        #expect(plan.tasks[0].cost.compute.money == Money.dollars(5).perHour(forMilliseconds: 60_000))
        #expect(plan.cost.total.money == plan.tasks.map(\.cost.compute.money).total())
    }

    @Test("without the release, what is made of bound data stays bound")
    func residencyFlows() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let plan = try await world.pipelines.plan(
            .of(PipelinesFixture.digits(declassify: false)), by: EngineFixture.developer)
        let batch = plan.tasks.filter { !$0.name.hasPrefix("deploy") }
        #expect(batch.count == 5 && batch.allSatisfy { $0.environment == "helsinki" })
        #expect(plan.tasks.allSatisfy { $0.reasons.contains { $0.reason.hasPrefix("residency:") } })
    }

    @Test("a plan learns from the runs that committed")
    func history() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        _ = try await world.drive(started.id, PipelinesFixture.play)
        // Another command: nothing of it is in the cache.
        var changed = PipelinesFixture.digits()
        for name in ["ingest", "train"] { changed.spec.steps[name]?.environmentVariables = ["SEED": "2"] }
        let plan = try await world.pipelines.plan(.of(changed), by: EngineFixture.operatorUser)
        #expect(plan.tasks.allSatisfy { $0.cachedRun == nil })
        #expect(plan.tasks[0].duration == .seconds(10))
        #expect(plan.tasks[0].basis == "the last committed run")
        #expect(plan.tasks[2].basis == "the median of the last 2 committed runs")
        // Made anew in Helsinki, the split's one byte would travel to Virginia with the task.
        #expect(plan.tasks[2].transferred == ByteCount(1))
    }

    @Test("a plan names what would come from the cache, and plans what is behind a node that would run as if it ran")
    func cache() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(PipelinesFixture.digits(), by: EngineFixture.operatorUser)
        let ended = try await world.drive(started.id, PipelinesFixture.play)
        var plan = try await world.pipelines.plan(.of(PipelinesFixture.digits()), by: EngineFixture.operatorUser)
        let batch = plan.tasks.filter { !$0.name.hasPrefix("deploy") }
        #expect(batch.map(\.cachedRun) == (try batch.map { try ended.node($0.name).run }))
        #expect(batch.allSatisfy { $0.cachedRun != nil && $0.cost.compute == .zero && $0.environment == nil })
        #expect(plan.cost.total == .zero)
        // Another depth: one variant would run, and what reads both.
        plan = try await world.pipelines.plan(.of(PipelinesFixture.digits(depth: 9)), by: EngineFixture.operatorUser)
        #expect(plan.tasks.filter { $0.cachedRun != nil }.map(\.name) == ["ingest", "prepare", "train[small]"])
        let train = try #require(plan.tasks.first { $0.name == "train[large]" })
        #expect(train.environment == "virginia" && train.cost.compute > .zero)
    }

    @Test("a deploy node's replicas are planned, each apart from the others, and cost by the hour")
    func replicas() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        for (name, zones) in [("oslo", ["EU"]), ("paris", ["EU"])] {
            _ = try await world.engine.addSite(name, zones: zones, slots: 0, servingSlots: 2)
        }
        var submission = PipelinesFixture.digits()
        submission.spec.pipelines?["digits"]?.nodes["deploy"]?.deploy?.replicas = ["champion": 2]
        let plan = try await world.pipelines.plan(.of(submission), by: EngineFixture.operatorUser)
        let replicas = plan.tasks.filter { $0.name.hasPrefix("deploy[") }
        #expect(replicas.map(\.name) == ["deploy[champion 1]", "deploy[champion 2]"])
        #expect(replicas.map(\.environment) == ["oslo", "paris"])
        #expect(replicas.allSatisfy { $0.cost.compute == .zero && ($0.pricePerHour ?? .zero) > .zero })
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
            try await world.pipelines.plan(.of(PipelinesFixture.digits()), by: EngineFixture.developer)
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
            + "residency: 'onprem' does not allow virginia (zones US). To begin with, allow the environment 'helsinki'."
        await #expect(throws: PipelineError.noPlace(sentence)) {
            try await world.pipelines.submit(submission, by: EngineFixture.operatorUser)
        }
        let plan = try await world.pipelines.plan(.of(submission), by: EngineFixture.operatorUser)
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
