import Contract
import Database
import Fleet
import Journal
import Kernel
import Placement
import Testing

@testable import Pipelines
@testable import Runs

@Suite("What pipelines are held to")
struct PipelinesGoalTests {
    /// One step after another: `make` writes under another path than its name, `join` reads both, and a third input if there is one.
    private static func submission(
        placement: PlacementGoal? = nil, estimate: TimeSpan? = .hours(1)
    ) -> PipelineSubmission {
        let make = StepSpec(
            command: .shell("make"),
            outputs: StepOutputs(["y": StepOutput(path: "out/y/", size: .gibibytes(50))]),
            estimate: StepEstimate(duration: estimate))
        let join = StepSpec(
            command: .shell("join"), inputs: StepInputs(["x": StepInput(), "z": StepInput(optional: true)]),
            outputs: ["joined"], estimate: StepEstimate(duration: estimate))
        return PipelineSubmission(
            spec: ProjectSpec(
                project: "p", steps: ["make": make, "join": join],
                pipelines: [
                    "p": PipelineSpec(
                        nodes: [
                            "a": NodeSpec(step: "make"), "b": NodeSpec(step: "make"),
                            "c": NodeSpec(step: "join", inputs: ["x": NodeInput(["a.y", "b.y"])]),
                        ], placement: placement)
                ]), pipeline: "p")
    }

    @Test("a plan takes durations and sizes from the steps, and says start and end of each")
    func estimates() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let plan = try await world.pipelines.plan(.of(Self.submission()), by: EngineFixture.developer)
        #expect(plan.tasks.map(\.environment) == ["virginia", "virginia", "virginia"])
        #expect(plan.tasks.map(\.start) == [.zero, .zero, .hours(1)])
        #expect(plan.duration == .hours(2) && plan.optimal)
        // Half a dollar an hour for a slot in Virginia.
        #expect(plan.cost.compute == Dollars(Money(nanodollars: 1_500_000_000)))
        #expect(plan.tasks.allSatisfy { $0.basis == "the step's own estimate" })
    }

    @Test("a pipeline that cannot hold its budget or its deadline is refused with the least that can")
    func refused() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let poor = Self.submission(placement: PlacementGoal(budget: .dollars(1)))
        let sentence = "The budget of $1.00 cannot be kept: the cheapest plan costs $1.50. Raise it by $0.50."
        await #expect(throws: PipelineError.noPlan(sentence)) {
            try await world.pipelines.submit(poor, by: EngineFixture.developer)
        }
        #expect(PipelineError.noPlan(sentence).kind == .exhausted)
        let late = Self.submission(placement: PlacementGoal(deadline: .minutes(100)))
        await #expect(
            throws: PipelineError.noPlan(
                "The deadline of 100m cannot be kept: the shortest plan takes 2h. Give it 20m more.")
        ) { try await world.pipelines.submit(late, by: EngineFixture.developer) }
        #expect(try await world.pipelines.page(PageRequest()).items.isEmpty)
        // What was given for this once goes before what the file says.
        var asked = PlanRequest.of(poor)
        asked.goal = PlacementGoal(budget: .dollars(2))
        #expect(try await world.pipelines.plan(asked, by: EngineFixture.developer).refusal == nil)
    }

    @Test("the plan is in the journal, and its runs go where it says when there is room")
    func journaled() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let goal = PlacementGoal(deadline: .hours(3), budget: .dollars(5))
        let started = try await world.pipelines.submit(
            Self.submission(placement: goal), by: EngineFixture.developer)
        let line = try await world.engine.database.read { reader in
            try world.engine.journal.page(
                JournalFilter(subject: started.id.description), PageRequest(limit: 10), in: reader)
        }.items.first { $0.kind == "pipeline.started" }
        let plan = try #require(line?.body["plan"])
        #expect(plan["deadline"] == "3h" && plan["budget"] == "5.00" && plan["optimal"] == true)
        guard case .array(let tasks)? = plan["tasks"] else {
            Issue.record("the plan has no tasks")
            return
        }
        #expect(tasks.first?["environment"] == "virginia")
        let ended = try await world.drive(started.id) { assignment in
            .succeed(assignment.name == "make" ? ["out/y/part": assignment.name] : ["joined": "j"], .hours(1))
        }
        #expect(ended.status == .succeeded, "\(ended.reason ?? "")")
        #expect(ended.nodes.map(\.environment) == ["virginia", "virginia", "virginia"])
    }

    @Test(
        "several sources of an input lie in folders of their names, outputs where their step says, and optional ones may be missing"
    )
    func files() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        let started = try await world.pipelines.submit(Self.submission(), by: EngineFixture.developer)
        _ = try await world.drive(started.id) { assignment in
            .succeed(assignment.name == "make" ? ["out/y/part": "same"] : ["joined": "j"], .hours(1))
        }
        let ended = try await world.pipelines.get(started.id)
        let run = try #require(try ended.node("c").run)
        let inputs = try await world.engine.runs.get(run).inputs
        #expect(inputs.map(\.name) == ["x"])
        #expect(inputs.first?.sources.keys.sorted() == ["a.y", "b.y"])
        for source in inputs.flatMap({ $0.sources.values }) {
            guard case .output(_, let path) = source else { Issue.record("\(source) is no output"); continue }
            #expect(path == "out/y")
        }
    }

    @Test("a step is planned by itself, without its inputs")
    func step() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var request = PlanRequest.of(Self.submission())
        request.target = "join"
        let plan = try await world.pipelines.plan(request, by: EngineFixture.developer)
        #expect(plan.tasks.map(\.name) == ["join"] && plan.tasks[0].environment == "virginia")
        request.target = "jion"
        await #expect(throws: PipelineError.unknownPipeline("jion", known: ["p"])) {
            try await world.pipelines.plan(request, by: EngineFixture.developer)
        }
    }

    @Test("over the whole catalog a task may go where no worker has joined, and the plan is proven")
    func wholeCatalog() async throws {
        let world = try await PipelinesFixture()
        try await world.addSites()
        var request = PlanRequest.of(Self.submission())
        request.wholeCatalog = true
        request.spec.steps["make"]?.resources = Resources(cpus: 64, memory: .gibibytes(200))
        let plan = try await world.pipelines.plan(request, by: EngineFixture.developer)
        #expect(plan.optimal && plan.refusal == nil)
        #expect(plan.tasks.allSatisfy { $0.isPlaced })
        let make = try #require(plan.tasks.first { $0.name == "a" })
        #expect(make.environment == nil && make.machineType != nil)
        #expect(make.reasons.contains { $0.offers == "virginia" && $0.reason.hasPrefix("cpus:") })
        #expect(make.reasons.contains { $0.count > 1000 })
        request.wholeCatalog = nil
        let here = try await world.pipelines.plan(request, by: EngineFixture.developer)
        #expect(here.refusal?.contains("To begin with, ask for 4 CPUs") == true, "\(here.refusal ?? "")")
    }

    @Test("an environment that could not take what was placed there counts as dearer for a while")
    func remembered() async throws {
        let engine = try await EngineFixture()
        let worker = try await engine.addSite("oslo", zones: ["EU"], hardware: .dollars(10_000))
        let step = StepSpec(command: .shell("true"))
        let run = try await engine.runs.submit(
            RunSubmission(project: "p", name: "s", step: step), by: EngineFixture.developer)
        _ = try await engine.runs.placeQueued()
        #expect(try await engine.runs.get(run.id).environment == "oslo")
        _ = try await engine.workers.drain(worker)
        try await engine.runs.settlePlaced()
        func availability() async throws -> Double {
            try await engine.database.read { try engine.runs.offers(in: $0).first?.availability ?? -1 }
        }
        #expect(abs(try await availability() - 0.5) < 0.01)
        engine.time.advance(by: .hours(3))
        #expect(try await availability() > 0.98)
    }
}
