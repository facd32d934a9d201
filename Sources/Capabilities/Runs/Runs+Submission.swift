package import Contract
import Data
package import Database
import Digest
import Journal
import Kernel
import Placement

extension Runs {
    /// Accepts a run from outside.
    ///
    /// - Throws: `invalid` for what cannot run as it is, `forbidden` for a release that the user's role does not permit.
    package func submit(_ submission: RunSubmission, by principal: Principal) async throws -> Run {
        for input in submission.inputs ?? [] {
            for case .tree in input.sources.values {
                throw RunError.badField(
                    "input '\(input.name)'", why: "name a dataset, a run or a model, which have a residency.")
            }
        }
        if let source = submission.source { try await self.stores.confirmUploaded(source, at: Stores.defaultName) }
        return try await self.database.write { transaction in
            try self.submit(RunDraft(submission: submission, user: principal), in: transaction)
        }
    }

    /// Accepts a run in the caller's transaction; the same idempotency key in the same project gives the run that is there.
    package func submit(_ draft: RunDraft, in transaction: Transaction) throws -> Run {
        if let key = draft.submission.idempotencyKey,
            let known = try RunStore.find(idempotencyKey: key, project: draft.submission.project, in: transaction)
        {
            return known.run
        }
        let prepared = try self.prepare(draft, in: transaction)
        var row = prepared.row
        if let source = draft.submission.source {
            row.run.source = try self.stores.saveTree(source, in: transaction)
        }
        for (name, tree) in prepared.trees { row.inputTrees[name] = try self.stores.saveTree(tree, in: transaction) }
        try RunStore.insert(row, in: transaction)
        try self.requirePlace(for: row, in: transaction)
        try self.journal.append(self.submittedLines(row), at: row.run.submittedAt, in: transaction)
        return row.run
    }

    /// Waiting helps when a worker may join or a slot fall free; it does not against a policy, a residency or a missing engine.
    ///
    /// - Throws: `exhausted` with every environment's reason.
    private func requirePlace(for row: RunRow, in reader: any Reading) throws {
        let step = row.run.step
        let isPicky = step.image != nil || step.placement != nil || step.resources != nil || !row.run.residency.isAny
        guard isPicky else { return }
        var estimates = StepEstimates()
        let task = try self.task(for: row, &estimates, in: reader)
        let refusal = try self.planner(in: reader).refusal(of: task, among: try self.offers(in: reader))
        if let refusal { throw RunError.nowhere(refusal) }
    }

    /// The run whose committed outputs may stand in for the draft's: same key, same project, outputs still stored.
    package func committedRun(for draft: RunDraft, in reader: any Reading) throws -> Run? {
        guard draft.submission.step.cache ?? true, draft.kind == .batch else { return nil }
        let key = try self.prepare(draft, in: reader).row.cacheKey
        return try RunStore.committed(key: key, project: draft.submission.project, limit: 4, in: reader).first { run in
            guard let outputs = run.outputs, let tree = try self.stores.tree(outputs, in: reader) else { return false }
            return try self.stores.isStored(tree, in: reader)
        }
    }

    /// Checks a draft against everything that is known and works out its row, writing nothing.
    private func prepare(_ draft: RunDraft, in reader: any Reading) throws -> (row: RunRow, trees: [String: Tree]) {
        let submission = draft.submission
        try SubmissionCheck.check(submission)
        let parameters = try SubmissionCheck.parameters(of: submission)
        let inputs = try self.resolve(submission.inputs ?? [], in: reader)
        if let source = submission.source { try self.requireStored(source, in: reader) }
        if submission.step.declassify != nil, !draft.user.role.includes(.operator) {
            throw RunError.mayNotDeclassify(user: draft.user.name, role: draft.user.role)
        }
        let source = draft.source ?? submission.source.map { Digest.sha256($0.canonicalText) }
        let digests = inputs.trees.mapValues { Digest.sha256($0.canonicalText) }
        let key = try RunKey.digest(step: submission.step, parameters: parameters, source: source, inputs: digests)
        let now = self.time.now
        var random = SystemRandomNumberGenerator()
        let run = Run(
            id: ID(at: now, using: &random), project: submission.project, name: submission.name, user: draft.user.name,
            kind: draft.kind, status: .queued, step: submission.step, parameters: parameters, source: source,
            inputs: submission.inputs ?? [], residency: inputs.residency,
            outputResidency: submission.step.declassify?.residency ?? inputs.residency, pipelineRun: draft.pipelineRun,
            node: draft.node, endpoint: draft.endpoint, attempt: 0, submittedAt: now, cost: .zero)
        let row = RunRow(
            run: run, userRole: draft.user.role, failures: 0, stopOrdered: false, notBefore: now, waits: false,
            avoid: draft.avoid, planned: draft.planned, egressPosted: .zero, revision: draft.revision, cacheKey: key,
            idempotencyKey: submission.idempotencyKey,
            inputTrees: [:])
        return (row, inputs.trees)
    }

    private func requireStored(_ source: Tree, in reader: any Reading) throws {
        guard try !self.stores.isStored(source, in: reader) else { return }
        let missing = try self.stores.missing(source, at: Stores.defaultName, in: reader)
        let first = source.entries.first { entry in missing.contains { $0.sha256 == entry.sha256 } }
        throw RunError.blobsMissing(count: missing.count, first: first?.path ?? "")
    }

    private func submittedLines(_ row: RunRow) -> [JournalDraft] {
        let note = RunNote(actor: row.run.user)
        var facts: [String: JSONValue] = [
            "kind": .string(row.run.kind.rawValue), "residency": .string(row.run.residency.description),
        ]
        if let source = row.run.source { facts["source"] = .string(source.hex) }
        let submitted = self.line("run.submitted", row.run, note, facts)
        guard let release = row.run.step.declassify else { return [submitted] }
        let released = self.line(
            "residency.declassified", row.run, RunNote(actor: row.run.user, reason: release.reason),
            ["from": .string(row.run.residency.description), "to": .string(release.residency.description)])
        return [submitted, released]
    }
}
