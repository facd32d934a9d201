package import Contract
package import Data
package import Database
package import Journal
package import Kernel
package import Runs

/// Graphs of steps, executed as one: submitted, planned, watched, cancelled.
///
/// A pipeline run is a row and one row for each node; every step of it is a run of Runs, which knows how to place, retry and
/// commit it. What happens next is `PipelineMachine`'s decision and `PipelineReconciler`'s work; the verbs here only write what a
/// user wants and read what there is. It knows no models and no endpoints: built-in nodes are `NodeAction`s that Wiring brings.
/// A pipeline is refused before it starts when its file is wrong, when a task of it may run nowhere, or when it releases data
/// (`declassify`) and its user may not. Fails with `PipelineError`; costs some rows and one journal line.
package struct Pipelines: Sendable {
    package static let migrations = PipelineStore.migrations
    /// As for runs.
    package static let maximumIdempotencyKey = 200

    package let database: Database
    package let journal: Journal
    let time: any TimeSource
    package let runs: Runs
    let stores: Stores

    package init(database: Database, journal: Journal, time: any TimeSource, runs: Runs, stores: Stores) {
        self.database = database
        self.journal = journal
        self.time = time
        self.runs = runs
        self.stores = stores
    }

    /// Accepts a pipeline run; the same idempotency key in the same project gives the one that is there.
    ///
    /// - Throws: `invalid` for a file with mistakes, `forbidden` for a release that the user may not make, `exhausted` with
    ///   the plan's sentence for a task that no environment may run.
    package func submit(_ submission: PipelineSubmission, by principal: Principal) async throws -> PipelineRun {
        let checked = try CheckedSubmission(submission, by: principal)
        if let key = submission.idempotencyKey, let known = try await self.known(key, project: checked.spec.project) {
            return known
        }
        if let source = submission.source { try await self.stores.confirmUploaded(source, at: Stores.defaultName) }
        if let refusal = try await self.database.read({ try self.refusal(of: checked, in: $0) }) {
            throw PipelineError.noPlace(refusal)
        }
        let plan = try await self.database.read { try self.plan(checked, by: principal, in: $0) }
        if let refusal = plan.refusal, plan.isPlaced { throw PipelineError.noPlan(refusal) }
        return try await self.database.write { transaction in
            try self.insert(checked, plan, key: submission.idempotencyKey, by: principal, in: transaction)
        }
    }

    private func known(_ key: String, project: String) async throws -> PipelineRun? {
        try await self.database.read { reader in
            try PipelineStore.find(idempotencyKey: key, project: project, in: reader).map {
                try self.get($0, in: reader)
            }
        }
    }

    private func insert(
        _ checked: CheckedSubmission, _ plan: Plan, key: String?, by principal: Principal, in transaction: Transaction
    ) throws -> PipelineRun {
        let project = checked.spec.project
        if let key, let known = try PipelineStore.find(idempotencyKey: key, project: project, in: transaction) {
            return try self.get(known, in: transaction)
        }
        let now = self.time.now
        var random = SystemRandomNumberGenerator()
        let row = PipelineRow(
            id: ID(at: now, using: &random), project: project, pipeline: checked.pipeline, user: principal,
            onFailure: checked.onFailure,
            source: try checked.source.map { try self.stores.saveTree($0, in: transaction) }, idempotencyKey: key,
            startedAt: now, status: .running)
        let planned = Dictionary(plan.tasks.map { ($0.name, $0.environment) }) { first, _ in first }
        let nodes = checked.graph.nodes.map {
            NodeRow(
                name: $0.name, node: $0.node, variant: $0.variant, isAction: $0.isAction, needs: $0.needs,
                planned: planned[$0.name] ?? nil)
        }
        try PipelineStore.insert(PipelineState(row: row, nodes: nodes), spec: checked.spec, in: transaction)
        let line = JournalDraft(
            kind: "pipeline.started", subject: row.id.description, project: project, by: principal,
            body: [
                "pipeline": .string(row.pipeline), "nodes": .integer(Int64(nodes.count)), "plan": plan.journaled,
            ])
        try self.journal.append([line], at: now, in: transaction)
        return try self.get(row.id, in: transaction)
    }

    /// Gives a pipeline run up: what waits is not started, what runs is cancelled. A second time, or after its end, changes
    /// nothing.
    ///
    /// - Throws: `notFound`.
    package func cancel(_ id: ID<PipelineRun>, by principal: Principal) async throws -> PipelineRun {
        try await self.change(id) { step in
            guard !step.state.row.status.isTerminal else { return }
            step.giveUp(by: principal)
            _ = try step.handle(.cancel, by: principal)
        }
        return try await self.get(id)
    }

    /// - Throws: `notFound`.
    package func get(_ id: ID<PipelineRun>) async throws -> PipelineRun {
        try await self.database.read { try self.get(id, in: $0) }
    }

    /// - Throws: `notFound`.
    package func get(_ id: ID<PipelineRun>, in reader: any Reading) throws -> PipelineRun {
        guard let state = try PipelineStore.find(id, in: reader) else {
            throw PipelineError.unknownRun(id.description)
        }
        return try self.view(state, in: reader)
    }

    /// Newest first.
    ///
    /// - Throws: `invalid` for a cursor that this did not give out.
    package func page(_ request: PageRequest) async throws -> Page<PipelineRun> {
        let before = try request.cursor.map { text in
            guard let id = ID<PipelineRun>(text) else { throw PipelineError.badCursor(text) }
            return id
        }
        return try await self.database.read { reader in
            let states = try PipelineStore.page(before: before, limit: request.limit + 1, in: reader)
            let items = try states.prefix(request.limit).map { try self.view($0, in: reader) }
            return Page(items: items, next: states.count > request.limit ? items.last?.id.description : nil)
        }
    }

    /// One change of one pipeline run.
    ///
    /// - Throws: `notFound`, and what `body` throws; nothing of it is kept then.
    func change<Value: Sendable>(
        _ id: ID<PipelineRun>, _ body: @Sendable @escaping (inout PipelineStep) throws -> Value
    ) async throws -> Value {
        try await self.database.write { transaction in
            let step = try PipelineStep(
                id, runs: self.runs, journal: self.journal, now: self.time.now, in: transaction)
            guard var step else { throw PipelineError.unknownRun(id.description) }
            let value = try body(&step)
            try step.save()
            return value
        }
    }

    /// A pipeline run as people see it. A node costs what its runs cost; what was taken from the cache costs nothing.
    private func view(_ state: PipelineState, in reader: any Reading) throws -> PipelineRun {
        let runs = try self.runs.summaries(of: state.row.id, in: reader)
        let byNode = Dictionary(grouping: runs) { $0.node ?? "" }
        let nodes = state.nodes.map { node in
            let own = byNode[node.name] ?? []
            return NodeRun(
                name: node.name, node: node.node, variant: node.variant, status: node.status, reason: node.reason,
                run: node.run, result: node.result, environment: own.last?.environment,
                cost: own.map(\.cost).total(), needs: node.needs, startedAt: node.startedAt, endedAt: node.endedAt)
        }
        let row = state.row
        return PipelineRun(
            id: row.id, project: row.project, pipeline: row.pipeline, user: row.user.name, status: row.status,
            reason: row.reason, nodes: nodes, startedAt: row.startedAt, endedAt: row.endedAt,
            cost: runs.map(\.cost).total())
    }
}
