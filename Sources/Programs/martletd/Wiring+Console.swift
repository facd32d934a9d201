import Access
import Console
import Contract
import ControlPlane
import Costs
import Database
import Fleet
import Journal
import Kernel
import Pipelines
import Runs
import Serving
import Tracking

/// The control plane's pages, made by the Console.
struct ConsolePages: PageServing {
    private let console: Console

    init(wiring: Wiring) {
        self.console = Console(source: CapabilitySource(wiring: wiring), time: wiring.time)
    }

    var bodyLimit: Int { Console.formLimit }

    func answer(_ request: PageQuery) async throws -> Answer? {
        try await self.console.answer(
            .init(method: request.method, path: request.path, cookie: request.cookie, body: request.body))
    }
}

/// What the Console shows, from the capabilities.
private struct CapabilitySource: ConsoleSource {
    /// What a page shows of a log, in bytes.
    static let logTail = 64 << 10

    let wiring: Wiring

    func authenticate(_ token: String) async throws -> Principal { try await self.wiring.access.authenticate(token) }

    var openPrincipal: Principal? { self.wiring.options.insecureLocal ? ControlPlane.localPrincipal : nil }

    func runs(limit: Int) async throws -> [Run] {
        try await self.wiring.runs.page(PageRequest(limit: limit), filter: RunFilter()).items
    }

    func run(_ id: ID<Run>) async throws -> RunDetails {
        let runs = self.wiring.runs
        let run = try await runs.get(id)
        let tail = try await runs.logTail(of: id, limit: Self.logTail)
        return RunDetails(
            run: run, attempts: try await runs.attempts(of: id),
            metrics: try await self.wiring.metrics.recent(of: id, limit: PageRequest.maximumLimit),
            costs: try await self.wiring.ledger.report(by: [.kind, .environment], CostFilter(run: id)),
            log: LogTail(bytes: tail.bytes, skipped: tail.skipped))
    }

    func runCounts() async throws -> [RunStatus: Int] { try await self.wiring.runs.counts() }

    func pipelineRuns(limit: Int) async throws -> [PipelineRun] {
        try await self.wiring.pipelines.page(PageRequest(limit: limit)).items
    }

    func pipelineRun(_ id: ID<PipelineRun>) async throws -> PipelineRun { try await self.wiring.pipelines.get(id) }

    func environments() async throws -> [EnvironmentStatus] { try await self.wiring.environments.list() }

    func endpoints() async throws -> [EndpointStatus] {
        try await self.wiring.endpoints.list(PageRequest(limit: PageRequest.defaultLimit)).items
    }

    func costs(by dimensions: [CostDimension], pipelineRun: ID<PipelineRun>?) async throws -> CostReport {
        try await self.wiring.ledger.report(by: dimensions, CostFilter(pipelineRun: pipelineRun))
    }

    func comparison(of id: ID<PipelineRun>) async throws -> CostComparison { try await self.wiring.ledger.compare(id) }

    func journal(limit: Int) async throws -> [JournalLine] {
        let journal = self.wiring.journal
        return try await self.wiring.database.read {
            try journal.page(JournalFilter(), PageRequest(limit: limit), in: $0).items
        }
    }

    func change(after sequence: Int64) async -> Int64 { await self.wiring.journal.wait(past: sequence) }
}
