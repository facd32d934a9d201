import Contract
import Data
import Database
import Kernel
import Logging
import Synchronization
import Testing

@testable import Pipelines
@testable import Runs

/// A built-in node's work, remembered instead of done.
final class RecordingAction: NodeAction {
    private let state = Mutex<(requests: [NodeActionRequest], faults: [PlainFault])>(([], []))

    var requests: [NodeActionRequest] { self.state.withLock { $0.requests } }

    /// The next calls throw these.
    func fail(with faults: [PlainFault]) { self.state.withLock { $0.faults = faults } }

    func perform(_ request: NodeActionRequest, in transaction: Transaction) throws -> String {
        try self.state.withLock { state in
            if !state.faults.isEmpty { throw state.faults.removeFirst() }
            state.requests.append(request)
            return "did \(request.node)"
        }
    }
}

/// Pipelines on the engine's fixture, driven by hand: every tick, placement, transfer and worker's turn is a call.
final class PipelinesFixture: Sendable {
    /// What a played worker does with an assignment.
    enum Turn: Sendable {
        case succeed([String: String], TimeSpan = .seconds(10))
        case fail(Int)
        /// Claims it and runs on.
        case hold
    }

    /// More rounds than any pipeline of these tests takes.
    private static let maximumRounds = 60

    let engine: EngineFixture
    let pipelines: Pipelines
    let reconciler: PipelineReconciler
    let register = RecordingAction()
    let deploy = RecordingAction()
    private let workers = Mutex<[String: ID<Worker>]>([:])
    private let held = Mutex<[(worker: ID<Worker>, assignment: Assignment)]>([])

    init() async throws {
        self.engine = try await EngineFixture()
        try await self.engine.database.migrate(Pipelines.migrations)
        self.pipelines = Pipelines(
            database: self.engine.database, journal: self.engine.journal, time: self.engine.time,
            runs: self.engine.runs,
            stores: self.engine.stores)
        self.reconciler = PipelineReconciler(
            pipelines: self.pipelines, actions: NodeActions(register: self.register, deploy: self.deploy),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The two sites of most tests: raw data may lie only at the dear one.
    func addSites() async throws {
        try await self.addSite("helsinki", zones: ["onprem", "EU"], hardware: .dollars(100_000))
        try await self.addSite("virginia", zones: ["US"], hardware: .dollars(10_000))
        try await self.engine.addDataset(
            "digits", "id,pixel\n1,2\n", at: "helsinki-store", residency: .only(["onprem"]))
    }

    func addSite(_ name: String, zones: [String], hardware: Money, slots: Int = 2) async throws {
        let worker = try await self.engine.addSite(name, zones: zones, hardware: hardware, slots: slots)
        self.workers.withLock { $0[name] = worker }
    }

    /// Runs the world until the pipeline run ends or nothing moves any more.
    func drive(_ id: ID<PipelineRun>, _ play: (Assignment) -> Turn) async throws -> PipelineRun {
        let transfers = TransferReconciler(
            transfers: self.engine.transfers, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for _ in 0..<Self.maximumRounds {
            await self.reconciler.tick()
            let run = try await self.pipelines.get(id)
            if run.status.isTerminal { return run }
            _ = try await self.engine.runs.placeQueued()
            await transfers.tick()
            try await self.engine.runs.settlePlaced()
            for (environment, worker) in self.workers.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
                try await self.turn(of: worker, in: environment, play)
            }
        }
        return try await self.pipelines.get(id)
    }

    private func turn(of worker: ID<Worker>, in environment: String, _ play: (Assignment) -> Turn) async throws {
        let claim = ClaimRequest(slots: 2, servingSlots: 0, wait: .zero)
        for assignment in try await self.engine.runs.claim(claim, by: worker).assignments {
            _ = try await self.engine.beat(worker, assignment)
            switch play(assignment) {
            case .succeed(let files, let time):
                self.engine.time.advance(by: time)
                _ = try await self.engine.beat(worker, assignment)
                let tree = try await self.engine.stage(files, for: assignment, at: environment + "-store")
                try await self.report(.succeeded, assignment, worker, outputs: tree)
            case .fail(let code): try await self.report(.failed, assignment, worker, exitCode: code)
            case .hold: self.held.withLock { $0.append((worker, assignment)) }
            }
        }
    }

    /// The workers that hold assignments ask what to do with them, and stop those that they are told to.
    ///
    /// - Returns: how many were stopped.
    func obeyStops() async throws -> Int {
        var stopped = 0
        for (worker, assignment) in self.held.withLock({ $0 }) {
            guard try await self.engine.beat(worker, assignment) == .stop else { continue }
            try await self.report(.cancelled, assignment, worker)
            stopped += 1
        }
        return stopped
    }

    private func report(
        _ outcome: AttemptReport.Outcome, _ assignment: Assignment, _ worker: ID<Worker>, exitCode: Int? = nil,
        outputs: Tree? = nil
    ) async throws {
        let report = AttemptReport(
            attempt: assignment.attempt, fence: assignment.fence, outcome: outcome, exitCode: exitCode,
            reason: exitCode.map { "The command ended with exit code \($0)." }, outputs: outputs)
        _ = try await self.engine.runs.report(ReportBatch(reports: [report]), by: worker)
    }

    static func step(
        inputs: StepInputs? = nil, outputs: StepOutputs? = nil, parameters: [String: JSONValue]? = nil,
        placement: PlacementPolicy? = nil, declassify: Declassification? = nil
    ) -> StepSpec {
        StepSpec(
            command: .arguments(["python", "step.py"]), parameters: parameters, inputs: inputs, outputs: outputs,
            placement: placement, declassify: declassify)
    }

    /// ingest → prepare → train (two variants) → evaluate → register → deploy, as in the example.
    static func digits(declassify: Bool = true, depth: Int = 8, key: String? = nil) -> PipelineSubmission {
        let steps: [String: StepSpec] = [
            "ingest": step(inputs: ["raw"], outputs: ["clean"]),
            "prepare": step(
                inputs: ["clean"], outputs: ["split"],
                declassify: declassify ? Declassification(residency: .any, reason: "no subject ids") : nil),
            "train": step(inputs: ["split"], outputs: ["model"], parameters: ["depth": 1]),
            "evaluate": step(inputs: ["models", "split"], outputs: ["report.json"]),
            "serve": step(inputs: ["model"]),
            "unused": step(),
        ]
        let nodes: [String: NodeSpec] = [
            "ingest": NodeSpec(step: "ingest", inputs: ["raw": "dataset://digits@1"]),
            "prepare": NodeSpec(step: "prepare", inputs: ["clean": "ingest.clean"]),
            "train": NodeSpec(
                step: "train", inputs: ["split": "prepare.split"],
                forEach: ["small": ["depth": 2], "large": ["depth": .integer(Int64(depth))]]),
            "evaluate": NodeSpec(step: "evaluate", inputs: ["models": "train.model", "split": "prepare.split"]),
            "register": NodeSpec(
                register: RegisterSpec(
                    model: "digits", from: ["train.model"], metric: "evaluate.accuracy", alias: "champion")),
            "deploy": NodeSpec(
                deploy: DeploySpec(endpoint: "digits", step: "serve", model: "digits", traffic: ["champion": 100])),
        ]
        return PipelineSubmission(
            spec: ProjectSpec(project: "digits", steps: steps, pipelines: ["digits": PipelineSpec(nodes: nodes)]),
            pipeline: "digits", idempotencyKey: key)
    }

    /// What the steps of `digits` write.
    static func play(_ assignment: Assignment) -> Turn {
        switch assignment.name {
        case "ingest": .succeed(["clean/rows.csv": "1,2"])
        case "prepare": .succeed(["split/train.csv": "2"])
        case "train": .succeed(["model/weights.txt": assignment.parameters["depth"]?.plain ?? ""], .seconds(30))
        default: .succeed(["report.json": "{}"])
        }
    }
}

extension PipelineRun {
    func node(_ name: String) throws -> NodeRun { try #require(self.nodes.first { $0.name == name }) }
}

extension PlanRequest {
    /// What a submission would do.
    static func of(_ submission: PipelineSubmission) -> PlanRequest {
        PlanRequest(spec: submission.spec, target: submission.pipeline, source: submission.source)
    }
}
