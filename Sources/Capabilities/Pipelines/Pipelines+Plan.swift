package import Contract
import Data
import Database
import Kernel
import Placement
import Runs

extension Pipelines {
    /// Where each task of a pipeline would run if it were submitted now, for how much, and why not elsewhere.
    ///
    /// Every task is planned as if it ran: the cache is not looked at. Durations and sizes of outputs come from the last
    /// committed runs of the same step in the same project. Nothing is written.
    /// - Throws: as `submit`, a task without a place excepted: the plan says so itself.
    package func plan(_ submission: PipelineSubmission, by principal: Principal) async throws -> Plan {
        let checked = try CheckedSubmission(submission, by: principal)
        return try await self.database.read { reader in
            let tasks = try self.tasks(of: checked, in: reader)
            return try self.runs.planner(in: reader).plan(tasks, among: try self.runs.offers(in: reader))
        }
    }

    /// The sentence for the first task that no environment may ever run as things are declared; nil when there is none.
    func refusal(of checked: CheckedSubmission, in reader: any Reading) throws -> String? {
        let offers = try self.runs.offers(in: reader)
        let planner = try self.runs.planner(in: reader)
        return try self.tasks(of: checked, in: reader).lazy.compactMap { planner.refusal(of: $0, among: offers) }.first
    }

    private func tasks(of checked: CheckedSubmission, in reader: any Reading) throws -> [PlacementTask] {
        var demand = PipelineDemand(checked)
        for node in checked.graph.nodes where !node.isAction {
            for case .dataset(let name, let version) in try node.inputReferences() {
                let found = try self.runs.resolve(.dataset(name: name, version: version), in: reader)
                demand.datasets[.dataset(name: name, version: version)] = PipelineDemand.Known(
                    tree: found.tree, stores: try self.stores.stores(holding: found.tree, in: reader),
                    residency: found.residency)
            }
            guard let step = node.spec.step, demand.history[step] == nil else { continue }
            demand.history[step] = try self.history(of: step, project: checked.spec.project, in: reader)
        }
        if let source = checked.source {
            demand.source = PipelineDemand.Known(
                tree: source, stores: try self.stores.stores(holding: source, in: reader), residency: .any)
        }
        return try demand.tasks()
    }

    private func history(of step: String, project: String, in reader: any Reading) throws -> PipelineDemand.History {
        let last = try self.runs.lastCommitted(project: project, name: step, in: reader)
        return PipelineDemand.History(
            durations: try self.runs.durations(project: project, name: step, in: reader),
            outputs: try last?.outputs.flatMap { try self.stores.tree($0, in: reader) })
    }
}
