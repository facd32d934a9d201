package import Contract
package import Kernel

/// What the pages show. Fulfilled in Wiring; every call sees the present state.
package protocol ConsoleSource: Sendable {
    /// - Throws: `unauthenticated` when the token is wrong, expired or revoked.
    func authenticate(_ token: String) async throws -> Principal
    /// Who may look without a token; nil when nobody may.
    var openPrincipal: Principal? { get }

    /// The newest runs first.
    func runs(limit: Int) async throws -> [Run]
    /// - Throws: `notFound`.
    func run(_ id: ID<Run>) async throws -> RunDetails
    func runCounts() async throws -> [RunStatus: Int]
    /// The newest first.
    func pipelineRuns(limit: Int) async throws -> [PipelineRun]
    /// - Throws: `notFound`.
    func pipelineRun(_ id: ID<PipelineRun>) async throws -> PipelineRun
    func environments() async throws -> [EnvironmentStatus]
    func endpoints() async throws -> [EndpointStatus]
    func costs(by dimensions: [CostDimension], pipelineRun: ID<PipelineRun>?) async throws -> CostReport
    /// What a pipeline run would have cost elsewhere.
    func comparison(of id: ID<PipelineRun>) async throws -> CostComparison
    /// The last lines first.
    func journal(limit: Int) async throws -> [JournalLine]

    /// The number of the last journal line, as soon as it is greater than `sequence`.
    func change(after sequence: Int64) async -> Int64
}

/// A run with everything that its page shows.
package struct RunDetails: Sendable {
    package var run: Run
    package var attempts: [Attempt]
    /// In the order they came, bounded by what a page can draw.
    package var metrics: [MetricPoint]
    package var costs: CostReport
    package var log: LogTail

    package init(run: Run, attempts: [Attempt], metrics: [MetricPoint], costs: CostReport, log: LogTail) {
        self.run = run
        self.attempts = attempts
        self.metrics = metrics
        self.costs = costs
        self.log = log
    }
}

/// The end of a log.
package struct LogTail: Sendable {
    package var bytes: [UInt8]
    /// How many bytes come before.
    package var skipped: Int64

    package init(bytes: [UInt8], skipped: Int64) {
        self.bytes = bytes
        self.skipped = skipped
    }
}
