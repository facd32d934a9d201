package import Contract
import Data
package import Database
import Fleet
package import Kernel

/// What one attempt was billed for.
package struct AttemptUsage: Sendable, Hashable {
    package var environment: String
    package var billed: TimeSpan
    /// Whether the attempt committed, serves, or served until it was told to stop.
    package var succeeded: Bool
    package var cost: Money
    package var residency: Residency
}

extension Runs {
    /// What the runs of a pipeline run were billed for, lease by lease.
    package func usage(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [AttemptUsage] {
        try RunStore.of(pipelineRun: pipelineRun, in: reader).flatMap { run in
            let attempts = try AttemptStore.of(run: run.id, in: reader)
            return try self.leases.all(attempts.map(\.lease), in: reader).map { lease in
                let status = attempts.first { $0.lease == lease.id }?.status ?? .lost
                return AttemptUsage(
                    environment: lease.environment, billed: lease.billed,
                    succeeded: status != .failed && status != .lost,
                    cost: lease.cost, residency: run.residency)
            }
        }
    }

    /// What it would cost to bring the datasets that a pipeline run read to an environment's store.
    package func datasetEgress(
        of pipelineRun: ID<PipelineRun>, to environment: Environment, in reader: any Reading
    ) throws -> EgressCost {
        guard let destination = try self.stores.store(environment.store, in: reader) else { return EgressCost() }
        var seen: Set<InputSource> = []
        var total = EgressCost()
        for run in try RunStore.of(pipelineRun: pipelineRun, in: reader) {
            for source in run.inputs.flatMap({ $0.sources.values }) where seen.insert(source).inserted {
                guard case .dataset(let name, let version) = source,
                    let found = try self.datasets.version(name, version, in: reader),
                    let home = try self.stores.store(found.store, in: reader), home.name != destination.name
                else { continue }
                total.add(found.size, at: self.egress(from: home, to: destination))
            }
        }
        return total
    }
}
