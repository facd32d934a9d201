package import Contract
package import Kernel

/// What the pages show. Fulfilled in Wiring by the capabilities; the console asks nobody else.
package protocol ConsoleSource: Sendable {
    /// Whether pages need no token: the control plane listens on loopback only.
    var isOpen: Bool { get }
    /// - Throws: `unauthenticated` for a token that is wrong or has expired.
    func authenticate(_ token: String) async throws -> Principal
    func runs(_ request: PageRequest) async throws -> Page<Run>
    /// - Throws: `notFound`.
    func run(_ id: ID<Run>) async throws -> Run
    func attempts(of id: ID<Run>) async throws -> [Attempt]
    /// The latest value of each metric.
    func metrics(of id: ID<Run>) async throws -> [MetricPoint]
    /// The last `limit` bytes of the latest attempt's log.
    func logTail(of id: ID<Run>, limit: Int) async throws -> String
    func pipelineRuns(_ request: PageRequest) async throws -> Page<PipelineRun>
    /// - Throws: `notFound`.
    func pipelineRun(_ id: ID<PipelineRun>) async throws -> PipelineRun
    func environments() async throws -> [EnvironmentStatus]
    func endpoints() async throws -> [EndpointStatus]
    func costs(by dimension: CostDimension, pipelineRun: ID<PipelineRun>?) async throws -> CostReport
    func comparison(of pipelineRun: ID<PipelineRun>) async throws -> CostComparison
    /// The newest lines, newest first.
    func journal(limit: Int) async throws -> [JournalLine]
}
