import Contract
package import Database
import Journal
import Kernel

extension Models {
    /// The alias of the best version that did not become champion.
    package static let challengerAlias = "challenger"

    /// Makes a version of each candidate, decides between them and moves the aliases, in the caller's transaction.
    ///
    /// - Returns: what it did and why, in a sentence; for a key that was seen before what it said then.
    /// - Throws: `invalid` when there is no candidate, or one has no metric.
    package func register(_ request: RegistrationRequest, in transaction: Transaction) throws -> String {
        if let result = try ModelStore.registration(request.key, in: transaction) { return result }
        try ResourceName.check(request.spec.model, of: "model")
        try ResourceName.check(request.spec.alias, of: "alias")
        let metrics = RegistrationMetrics(metric: request.metric, points: request.metrics)
        let measured = try self.measure(request, metrics)
        let entries = measured.map(\.entry)
        let decision = RegistrationDecision(entries: entries, higherIsBetter: request.spec.higherIsBetter ?? true) {
            self.difference(entries[$0].variant, entries[$1].variant, metrics)
        }
        var lines: [JournalDraft] = []
        let versions = try measured.map { try self.version(of: $0, request, &lines, in: transaction) }
        let sentence = RegistrationSentence.text(
            model: request.spec.model, alias: request.spec.alias,
            entries: zip(versions, entries).map { .init(version: $0, entry: $1) }, decision: decision)
        try ModelStore.saveRegistration(request.key, result: sentence, in: transaction)
        lines += try self.moveAliases(versions, decision, sentence, request, in: transaction)
        try self.journal.append(lines, at: self.time.now, in: transaction)
        return sentence
    }

    /// A candidate with its metric.
    private struct Measured {
        var candidate: ModelCandidate
        var entry: RegistrationDecision.Entry
    }

    /// The candidates that differ: of equal trees the first stands for all.
    private func measure(_ request: RegistrationRequest, _ metrics: RegistrationMetrics) throws -> [Measured] {
        guard !request.candidates.isEmpty else { throw ModelError.noCandidates(model: request.spec.model) }
        var seen: Set<ContentDigest> = []
        return try request.candidates.filter { seen.insert($0.tree).inserted }.map { candidate in
            guard let metric = metrics.summary(of: candidate.variant) else {
                let name = request.metric + (candidate.variant.map { "/" + $0 } ?? "")
                throw ModelError.noMetric(name, model: request.spec.model, known: metrics.names)
            }
            return Measured(
                candidate: candidate,
                entry: .init(variant: candidate.variant, metric: metric, cost: candidate.cost))
        }
    }

    private func difference(_ a: String?, _ b: String?, _ metrics: RegistrationMetrics) -> MetricSummary? {
        guard let a, let b else { return nil }
        return metrics.difference(min(a, b), max(a, b))
    }

    /// The version that has the candidate's tree, made if there is none.
    private func version(
        of measured: Measured, _ request: RegistrationRequest, _ lines: inout [JournalDraft],
        in transaction: Transaction
    ) throws -> Int {
        let (model, candidate, now) = (request.spec.model, measured.candidate, self.time.now)
        if let known = try ModelStore.version(model, tree: candidate.tree, in: transaction) {
            // The same bytes, made from data that may lie in fewer places: the version obeys both.
            let residency = known.residency.strictest(candidate.residency)
            if residency != known.residency {
                try ModelStore.tighten(known, to: residency, in: transaction)
                try ModelStore.setTag(
                    Self.residencyTag, residency.description, of: model, known.version, in: transaction)
            }
            return known.version
        }
        try self.ensure(model, for: request, &lines, in: transaction)
        let number = try ModelStore.takeVersion(of: model, at: now, in: transaction)
        let version = ModelVersion(
            model: model, version: number, tree: candidate.tree, source: Self.source(of: candidate.tree),
            residency: candidate.residency, run: candidate.run, runName: candidate.run.hexadecimal,
            variant: candidate.variant, metric: measured.entry.metric, trainingCost: candidate.cost,
            tags: Self.tags(of: measured), createdBy: request.user.name, createdAt: now, updatedAt: now)
        try ModelStore.insert(version, in: transaction)
        try self.announce(version, isPrompt: false, in: transaction)
        var body: [String: JSONValue] = [
            "version": .integer(Int64(number)), "tree": .string(candidate.tree.hex),
            "run": .string(candidate.run.description),
            "pipelineRun": .string(request.pipelineRun.description),
            "trainingCost": .integer(candidate.cost.nanodollars),
            request.metric: .number(measured.entry.metric.value),
        ]
        if let variant = candidate.variant { body["variant"] = .string(variant) }
        lines.append(
            JournalDraft(
                kind: "model.registered", subject: model, project: request.project, by: request.user,
                body: .object(body)))
        return number
    }

    private func ensure(
        _ model: String, for request: RegistrationRequest, _ lines: inout [JournalDraft], in transaction: Transaction
    ) throws {
        guard try ModelStore.insert(model, description: nil, at: self.time.now, in: transaction) else { return }
        try WebhookOutbox.put(
            .modelCreated, ["name": .string(model), "description": "", "tags": [:]], at: self.time.now, in: transaction)
        lines.append(
            JournalDraft(kind: "model.created", subject: model, project: request.project, by: request.user))
    }

    /// Where the files of a committed tree are.
    static func source(of tree: ContentDigest) -> String { "martlet://trees/\(tree.hex)" }

    private static let residencyTag = "martlet.residency"

    /// What MLflow's clients see of what only we know.
    private static func tags(of measured: Measured) -> [String: String] {
        var tags = [
            "martlet.cost": measured.candidate.cost.description,
            self.residencyTag: measured.candidate.residency.description,
        ]
        tags["martlet.variant"] = measured.candidate.variant
        return tags
    }

    private func moveAliases(
        _ versions: [Int], _ decision: RegistrationDecision, _ reason: String, _ request: RegistrationRequest,
        in transaction: Transaction
    ) throws -> [JournalDraft] {
        let present = try self.existing(request.spec.model, in: transaction).aliases
        var moves = [(request.spec.alias, versions[decision.champion])]
        if let challenger = decision.challenger, request.spec.alias != Self.challengerAlias {
            moves.append((Self.challengerAlias, versions[challenger]))
        }
        return try moves.compactMap { alias, version in
            let move = AliasMove(model: request.spec.model, alias: alias, from: present[alias], to: version)
            return try self.move(move, reason: reason, project: request.project, by: request.user, in: transaction)
        }
    }
}
