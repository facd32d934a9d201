package import Contract
package import Database
package import Kernel

/// What a pipeline needs to know of one of its runs; read without decoding the whole of it.
package struct RunSummary: Sendable, Hashable {
    package let id: ID<Run>
    package let node: String?
    package let status: RunStatus
    package let reason: String?
    package let environment: String?
    /// Posted so far, all attempts and kinds.
    package let cost: Money
}

extension Runs {
    /// The runs of a pipeline run, oldest first.
    package func summaries(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [RunSummary] {
        try RunStore.summaries(of: pipelineRun, in: reader)
    }

    /// The latest run of a step that committed; what a plan takes sizes from.
    package func lastCommitted(project: String, name: String, in reader: any Reading) throws -> Run? {
        try RunStore.lastCommitted(project: project, name: name, in: reader)
    }
}
