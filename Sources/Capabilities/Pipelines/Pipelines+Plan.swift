package import Contract
import Data
import Database
import Digest
import Kernel
import Placement
import Runs

extension Pipelines {
    /// Where each task of a pipeline would run if it were submitted now, for how much, and why not elsewhere.
    ///
    /// What would be taken from the cache is named with its run and costs nothing; a node behind one that would run is planned as
    /// if it ran, since what it would read is not known yet. Durations and sizes of outputs come from the last committed runs
    /// of the same step in the same project. Replicas of deploy nodes are placed too, apart from each other. Nothing is written.
    /// - Throws: as `submit`, a task without a place excepted: the plan says so itself.
    package func plan(_ submission: PipelineSubmission, by principal: Principal) async throws -> Plan {
        let checked = try CheckedSubmission(submission, by: principal)
        return try await self.database.read { reader in
            let cached = try self.cached(checked, by: principal, in: reader)
            let tasks = try self.tasks(of: checked, cached: cached, in: reader)
            var plan = try self.runs.planner(in: reader).plan(tasks, among: try self.runs.offers(in: reader))
            let planned = Dictionary(grouping: plan.tasks) { $0.task.prefix { $0 != "[" } }
            let byName = Dictionary(uniqueKeysWithValues: plan.tasks.map { ($0.task, $0) })
            plan.tasks = checked.graph.nodes.flatMap { node -> [PlannedTask] in
                if let run = cached[node.name] { return [PlannedTask(task: node.name, cachedRun: run.id)] }
                return node.isAction ? planned[node.name[...]] ?? [] : byName[node.name].map { [$0] } ?? []
            }
            return plan
        }
    }

    /// The committed runs that would stand in for nodes, by node: of those whose inputs are known, which is all as long as
    /// nothing before them would run.
    private func cached(
        _ checked: CheckedSubmission, by principal: Principal, in reader: any Reading
    ) throws -> [String: Run] {
        var random = SystemRandomNumberGenerator()
        let row = PipelineRow(
            id: ID(at: self.time.now, using: &random), project: checked.spec.project, pipeline: checked.pipeline,
            user: principal, onFailure: checked.onFailure,
            source: checked.source.map { Digest.sha256($0.canonicalText) }, idempotencyKey: nil,
            startedAt: self.time.now, status: .running)
        let nodes = checked.graph.nodes.map {
            NodeRow(name: $0.name, node: $0.node, variant: $0.variant, isAction: $0.isAction, needs: $0.needs)
        }
        var state = PipelineState(row: row, nodes: nodes)
        var found: [String: Run] = [:]
        for node in checked.graph.nodes where !node.isAction {
            let producers = try node.inputReferences().flatMap { reference -> [String] in
                guard case .output(let other, let variant, _) = reference else { return [] }
                return state.members(of: other, variant: variant).map(\.name)
            }
            guard producers.allSatisfy({ found[$0] != nil }) else { continue }
            let draft = try NodeDraft(state: state, spec: checked.spec).run(of: node)
            guard let run = try self.runs.committedRun(for: draft, in: reader) else { continue }
            found[node.name] = run
            state.update(node.name) { $0.run = run.id }
        }
        return found
    }

    /// The sentence for the first task that no environment may ever run as things are declared; nil when there is none.
    func refusal(of checked: CheckedSubmission, in reader: any Reading) throws -> String? {
        let offers = try self.runs.offers(in: reader)
        let planner = try self.runs.planner(in: reader)
        return try self.tasks(of: checked, cached: [:], in: reader).filter { $0.kind == .batch }.lazy.compactMap {
            planner.refusal(of: $0, among: offers)
        }.first
    }

    private func tasks(
        of checked: CheckedSubmission, cached: [String: Run], in reader: any Reading
    ) throws -> [PlacementTask] {
        var demand = PipelineDemand(checked)
        for (name, run) in cached {
            let outputs = try run.outputs.flatMap { try self.stores.tree($0, in: reader) } ?? .empty
            demand.cached[name] = PipelineDemand.Known(
                tree: outputs, stores: try self.stores.stores(holding: outputs, in: reader),
                residency: run.outputResidency)
        }
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
