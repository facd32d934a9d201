import Contract
import Data
import Database
import Journal
import Kernel
package import Logging
import Runs
import ServiceLifecycle

/// Moves pipeline runs along: starts the nodes whose needs are good, takes committed runs in their place, performs built-in
/// nodes, cancels what runs when a pipeline stops, and ends it.
///
/// It has no memory: what to do follows from the rows of the pipeline runs that have not ended and of their runs, so a crash
/// between any two lines costs one more look. It runs after each journal line and at least every `period`; a tick looks at
/// `runsPerTick` pipeline runs and the next tick goes on with the others. A node that cannot be started fails with the
/// fault's message; what may pass (the database does not answer) is simply still due at the next tick.
package struct PipelineReconciler: Service {
    /// Nothing waits for this: every change of a run is a journal line. It is there for the line that was missed.
    static let period = Duration.seconds(1)
    /// A burst of journal lines is one tick.
    static let pause = Duration.milliseconds(5)
    /// Pipeline runs looked at in one tick: some milliseconds of reading.
    static let runsPerTick = 64
    /// Rounds of one pipeline run in one tick: each starts everything that is due, so this is the depth of a fully cached graph.
    static let roundsPerTick = 64

    private let pipelines: Pipelines
    private let actions: NodeActions
    private let logger: Logger

    package init(pipelines: Pipelines, actions: NodeActions, logger: Logger) {
        self.pipelines = pipelines
        self.actions = actions
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var cursor = ""
            await self.pipelines.journal.whenNudged(orEvery: Self.period, pause: Self.pause) {
                cursor = await self.tick(after: cursor)
                // An unfinished round goes on at once; else there is nothing to do before the next line.
                return !cursor.isEmpty
            }
        }
    }

    /// Looks once at the open pipeline runs after `cursor`.
    ///
    /// - Returns: where the next tick goes on; empty when it begins anew.
    @discardableResult
    package func tick(after cursor: String = "") async -> String {
        do {
            let ids = try await self.pipelines.database.read {
                try PipelineStore.open(after: cursor, limit: Self.runsPerTick, in: $0)
            }
            for id in ids { await self.attempt(id) { try await self.advance(id) } }
            return ids.count == Self.runsPerTick ? ids.last?.description ?? "" : ""
        } catch {
            self.logger.warning("pipelines wait", metadata: ["error": "\(error)"])
            return ""
        }
    }

    /// Starts what is due until nothing more becomes due at once.
    private func advance(_ id: ID<PipelineRun>) async throws {
        guard try await self.isDue(id) else { return }
        for _ in 0..<Self.roundsPerTick {
            let due = try await self.change(id) { try $0.handle(.tick, by: .controlPlane) }
            var progress = false
            for effect in due {
                if await self.attempt(id, { try await self.carryOut(effect, of: id) }) { progress = true }
            }
            guard progress else { return }
        }
    }

    /// A look without writing: most ticks find nothing.
    private func isDue(_ id: ID<PipelineRun>) async throws -> Bool {
        try await self.pipelines.database.read { reader in
            guard let state = try PipelineStore.find(id, in: reader) else { return false }
            if try !PipelineStep.ended(state, runs: self.pipelines.runs, in: reader).isEmpty { return true }
            var machine = state.machine
            return machine.handle(.tick).contains { effect in
                guard case .cancelRun(let name) = effect else { return true }
                return state.node(name)?.reason == nil
            }
        }
    }

    /// Carries out one effect; when that cannot be, the node fails and says why.
    private func carryOut(_ effect: PipelineMachine.Effect, of id: ID<PipelineRun>) async throws {
        guard let name = effect.startedNode else { return }
        do {
            try await self.change(id) { step in
                guard try step.handle(.tick, by: .controlPlane).contains(effect) else { return }
                if case .perform = effect {
                    try self.perform(name, &step)
                } else {
                    try self.start(name, &step)
                }
            }
        } catch let fault as any Fault where !fault.kind.isRetryable {
            self.logger.info("a node failed to start", metadata: ["node": "\(name)", "detail": "\(fault.detail)"])
            try await self.change(id) { _ = try $0.handle(.failed(name, reason: fault.message), by: .controlPlane) }
        }
    }

    /// Takes a committed run in the node's place, or submits one.
    private func start(_ name: String, _ step: inout PipelineStep) throws {
        let draft = try self.draft(step)
        guard let node = draft.graph.node(name) else { return }
        let submission = try draft.run(of: node)
        let runs = self.pipelines.runs
        if let committed = try runs.committedRun(for: submission, in: step.transaction) {
            step.update(name) { $0.run = committed.id }
            step.note(self.cachedLine(step.state.row, node: name, run: committed.id))
            _ = try step.handle(.cached(name), by: .controlPlane)
        } else {
            let run = try runs.submit(submission, in: step.transaction)
            step.update(name) { $0.run = run.id }
            _ = try step.handle(.started(name), by: .controlPlane)
        }
    }

    private func perform(_ name: String, _ step: inout PipelineStep) throws {
        let draft = try self.draft(step)
        guard let node = draft.graph.node(name) else { return }
        let (run, metric) = try draft.metric(of: node)
        let request = NodeActionRequest(
            pipelineRun: step.state.row.id, project: step.state.row.project, user: step.state.row.user, node: name,
            spec: node.spec, steps: draft.spec.steps, source: step.state.row.source,
            candidates: try self.candidates(draft, node, in: step.transaction), metricRun: run, metricName: metric)
        let action = node.spec.register == nil ? self.actions.deploy : self.actions.register
        let result = try action.perform(request, in: step.transaction)
        let now = step.now
        step.update(name) {
            $0.result = result
            $0.startedAt = now
        }
        _ = try step.handle(.performed(name), by: .controlPlane)
    }

    private func draft(_ step: PipelineStep) throws -> NodeDraft {
        guard let spec = try PipelineStore.spec(of: step.state.row.id, in: step.transaction) else {
            throw PipelineError.unknownRun(step.state.row.id.description)
        }
        return try NodeDraft(state: step.state, spec: spec)
    }

    /// The candidates with their trees, each stored as a tree of its own.
    private func candidates(
        _ draft: NodeDraft, _ node: GraphNode, in transaction: Transaction
    ) throws -> [Candidate] {
        try draft.candidates(of: node).map { found in
            let source = InputSource.output(run: found.run, path: found.path)
            let (tree, residency) = try self.pipelines.runs.resolve(source, in: transaction)
            let run = try self.pipelines.runs.run(found.run, in: transaction)
            return Candidate(
                run: found.run, variant: found.variant,
                tree: try self.pipelines.stores.saveTree(tree, in: transaction), residency: residency,
                cost: run?.cost ?? .zero)
        }
    }

    private func cachedLine(_ row: PipelineRow, node: String, run: ID<Run>) -> JournalDraft {
        JournalDraft(
            kind: "node.cached", subject: row.id.description, project: row.project, by: .controlPlane,
            body: ["node": .string(node), "run": .string(run.description)])
    }

    private func change<Value: Sendable>(
        _ id: ID<PipelineRun>, _ body: @Sendable @escaping (inout PipelineStep) throws -> Value
    ) async throws -> Value {
        try await self.pipelines.change(id, body)
    }

    /// - Returns: whether `work` went through.
    @discardableResult
    private func attempt(_ id: ID<PipelineRun>, _ work: () async throws -> Void) async -> Bool {
        do {
            try await work()
            return true
        } catch {
            self.logger.warning("a pipeline run waits", metadata: ["pipelineRun": "\(id)", "error": "\(error)"])
            return false
        }
    }
}
