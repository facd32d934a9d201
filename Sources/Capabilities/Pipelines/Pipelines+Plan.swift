package import Contract
import Data
import Database
import Digest
import Kernel
import Placement
import Runs

extension Pipelines {
    /// A plan that is not proven after this long is given as it is, with its gap.
    static let planningTime = TimeSpan.seconds(2)

    /// Where each task of a pipeline, or a step, would run if it were submitted now, for how much, and why not elsewhere.
    ///
    /// What would be taken from the cache is named with its run and costs nothing; a node behind one that would run is planned as
    /// if it ran, since what it would read is not known yet. Durations and sizes of outputs are what the steps say, else those of the
    /// last committed runs of the same step in the same project. Replicas of deploy nodes are placed too, apart from each other.
    /// Nothing is written.
    /// - Throws: as `submit`, a task without a place excepted: the plan says so itself.
    package func plan(_ request: PlanRequest, by principal: Principal) async throws -> Plan {
        let checked = try CheckedSubmission(request.submission, by: principal)
        return try await self.database.read { reader in
            try self.plan(
                checked, goal: checked.goal.overridden(by: request.goal), wholeCatalog: request.wholeCatalog ?? false,
                by: principal, in: reader)
        }
    }

    /// As above, of what was checked already.
    func plan(
        _ checked: CheckedSubmission, goal: PlacementGoal? = nil, wholeCatalog: Bool = false, by principal: Principal,
        in reader: any Reading
    ) throws -> Plan {
        let cached = try self.cached(checked, by: principal, in: reader)
        let tasks = try self.tasks(of: checked, cached: cached, in: reader)
        let planner = try self.runs.planner(wholeCatalog: wholeCatalog, in: reader)
        let end = self.time.now + Self.planningTime
        var plan = planner.plan(
            tasks, among: try self.runs.offers(withWaits: true, in: reader), goal: goal ?? checked.goal,
            isOut: { self.time.now > end })
        let members = Dictionary(grouping: plan.tasks) { $0.name.prefix { $0 != "[" } }
        let byName = Dictionary(uniqueKeysWithValues: plan.tasks.map { ($0.name, $0) })
        plan.tasks = checked.graph.nodes.flatMap { node -> [PlannedTask] in
            if let run = cached[node.name] { return [PlannedTask(name: node.name, cachedRun: run.id)] }
            return node.isAction ? members[node.name[...]] ?? [] : byName[node.name].map { [$0] } ?? []
        }
        return plan
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
        var estimates = StepEstimates()
        for node in checked.graph.nodes where !node.isAction {
            for case .dataset(let name, let version) in try node.inputReferences() {
                let found = try self.runs.resolve(.dataset(name: name, version: version), in: reader)
                demand.datasets[.dataset(name: name, version: version)] = PipelineDemand.Known(
                    tree: found.tree, stores: try self.stores.stores(holding: found.tree, in: reader),
                    residency: found.residency)
            }
            guard let name = node.spec.step, demand.history[name] == nil, let step = checked.spec.steps[name] else {
                continue
            }
            demand.history[name] = try self.history(
                of: step, named: name, project: checked.spec.project, &estimates, in: reader)
        }
        if let source = checked.source {
            demand.source = PipelineDemand.Known(
                tree: source, stores: try self.stores.stores(holding: source, in: reader), residency: .any)
        }
        return try demand.tasks()
    }

    private func history(
        of step: StepSpec, named name: String, project: String, _ estimates: inout StepEstimates, in reader: any Reading
    ) throws -> PipelineDemand.History {
        let last = try self.runs.lastCommitted(project: project, name: name, in: reader)
        return PipelineDemand.History(
            estimate: try estimates.estimate(of: step, project: project, name: name) {
                try self.runs.durations(project: $0, name: $1, in: reader)
            },
            outputs: try last?.outputs.flatMap { try self.stores.tree($0, in: reader) })
    }
}

extension PlacementGoal {
    /// What was said for this once goes before what the file says.
    func overridden(by other: PlacementGoal?) -> PlacementGoal {
        PlacementGoal(
            objective: other?.objective ?? self.objective, deadline: other?.deadline ?? self.deadline,
            budget: other?.budget ?? self.budget)
    }
}

extension PlanRequest {
    /// The pipeline that is asked about; a step is a pipeline of one node whose inputs nobody has to give.
    var submission: PipelineSubmission {
        var spec = self.spec
        if spec.pipelines?[self.target] == nil, var step = spec.steps[self.target] {
            step.inputs = step.inputs.map { StepInputs($0.byName.mapValues { _ in StepInput(optional: true) }) }
            spec.steps[self.target] = step
            spec.pipelines = [self.target: PipelineSpec(nodes: [self.target: NodeSpec(step: self.target)])]
        }
        return PipelineSubmission(spec: spec, pipeline: self.target, source: self.source)
    }
}

extension Plan {
    /// Whether every task has a place, or needs none.
    var isPlaced: Bool { self.tasks.allSatisfy { $0.isPlaced || $0.cachedRun != nil } }

    /// What the journal keeps of it: every choice and every figure. Why not elsewhere is in the lines of the runs.
    var journaled: JSONValue {
        var plan: [String: JSONValue] = [
            "objective": .string(self.objective.rawValue), "optimal": .bool(self.optimal),
            "cost": self.cost.journaled, "duration": .string(self.duration.description),
            "tasks": .array(self.tasks.map(\.journaled)),
        ]
        if let gap = self.gap { plan["gap"] = .number(gap) }
        if let deadline = self.deadline { plan["deadline"] = .string(deadline.description) }
        if let budget = self.budget { plan["budget"] = .string(budget.money.decimal) }
        return .object(plan)
    }
}

extension PlannedCost {
    fileprivate var journaled: JSONValue {
        [
            "compute": .string(self.compute.money.decimal), "egress": .string(self.egress.money.decimal),
            "storage": .string(self.storage.money.decimal),
        ]
    }
}

extension PlannedTask {
    fileprivate var journaled: JSONValue {
        var task: [String: JSONValue] = [
            "name": .string(self.name), "start": .string(self.start.description),
            "end": .string(self.end.description), "cost": self.cost.journaled, "basis": .string(self.basis),
        ]
        if let environment = self.environment { task["environment"] = .string(environment) }
        if let run = self.cachedRun { task["cachedRun"] = .string(run.description) }
        if let runnerUp = self.runnerUp { task["runnerUp"] = .string(runnerUp) }
        if let difference = self.difference { task["difference"] = .string(difference.money.decimal) }
        return .object(task)
    }
}
