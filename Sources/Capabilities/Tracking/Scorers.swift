package import Contract
package import Database
package import Journal
package import Kernel

/// Scorers of experiments: judges and code that say how good an answer is, in numbered versions.
///
/// What a scorer is, its client wrote as JSON and its client runs: here it is text and never executed. A registered version
/// and a deleted one are lines of the journal. Messages are MLflow's own.
package struct Scorers: Sendable {
    let database: Database
    let journal: Journal
    let time: any TimeSource

    package init(database: Database, journal: Journal, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.time = time
    }

    /// Registers the next version of a scorer.
    ///
    /// - Throws: `emptyScorerName`, `invalidScorer`; that there is no such experiment, or that it is deleted.
    package func register(
        _ name: String, in experiment: String, serialized: String, by principal: Principal
    ) async throws -> Scorer {
        guard !name.allSatisfy(\.isWhitespace) else { throw EvaluationError.emptyScorerName }
        guard (try? JSONValue(text: serialized)) != nil else { throw EvaluationError.invalidScorer }
        let number = try Experiments.id(experiment)
        var random = SystemRandomNumberGenerator()
        let fresh = HexadecimalID.make(using: &random)
        let now = self.time.now
        return try await self.database.write { transaction in
            let home = try Experiments.active(number, in: transaction)
            let versions = try ScorerStore.versions(of: name, experiment: home.id, in: transaction)
            let id = try versions.last?.id ?? ScorerStore.id(of: name, experiment: home.id, in: transaction) ?? fresh
            let scorer = Scorer(
                id: id, experiment: home.id, name: name, version: (versions.last?.version ?? 0) + 1,
                serialized: serialized, createdAt: now)
            try ScorerStore.insert(scorer, in: transaction)
            try self.append("registered", scorer, at: now, by: principal, in: transaction)
            return scorer
        }
    }

    /// The latest version of each scorer.
    ///
    /// - Parameter experiments: of these; of every active one when nil.
    package func latest(of experiments: [String]?) async throws -> [Scorer] {
        let numbers = try experiments?.map(Experiments.id)
        return try await self.database.read { try ScorerStore.latest(of: numbers, in: $0) }
    }

    /// Every version of a scorer, by number.
    ///
    /// - Throws: `noScorer`.
    package func versions(of name: String, in experiment: String) async throws -> [Scorer] {
        let number = try Experiments.id(experiment)
        return try await self.database.read { reader in
            _ = try Experiments.active(number, in: reader)
            let versions = try ScorerStore.versions(of: name, experiment: number, in: reader)
            guard !versions.isEmpty else {
                throw EvaluationError.noScorer(name, version: nil, experiment: experiment)
            }
            return versions
        }
    }

    /// - Parameter version: the latest when nil.
    /// - Throws: `noScorer`.
    package func scorer(_ name: String, version: Int64?, in experiment: String) async throws -> Scorer {
        let versions = try await self.database.read { reader in
            let number = try Experiments.id(experiment)
            _ = try Experiments.active(number, in: reader)
            return try ScorerStore.versions(of: name, experiment: number, in: reader)
        }
        guard let found = version == nil ? versions.last : versions.first(where: { $0.version == version }) else {
            throw EvaluationError.noScorer(name, version: version, experiment: experiment)
        }
        return found
    }

    /// Removes a version.
    ///
    /// - Parameter version: every one when nil.
    /// - Throws: `noScorer`.
    package func delete(
        _ name: String, version: Int64?, in experiment: String, by principal: Principal
    ) async throws {
        let number = try Experiments.id(experiment)
        let now = self.time.now
        try await self.database.write { transaction in
            _ = try Experiments.active(number, in: transaction)
            let doomed = try ScorerStore.versions(of: name, experiment: number, in: transaction).filter {
                version == nil || $0.version == version
            }
            guard let last = doomed.last else {
                throw EvaluationError.noScorer(name, version: version, experiment: experiment)
            }
            for scorer in doomed { try ScorerStore.delete(scorer, in: transaction) }
            try self.append("deleted", last, at: now, by: principal, in: transaction)
        }
    }

    private func append(
        _ verb: String, _ scorer: Scorer, at now: Timestamp, by principal: Principal, in transaction: Transaction
    ) throws {
        let line = JournalDraft(
            kind: "scorer.\(verb)", subject: scorer.id, by: principal,
            body: [
                "name": .string(scorer.name), "experiment": .integer(scorer.experiment),
                "version": .integer(scorer.version),
            ])
        try self.journal.append([line], at: now, in: transaction)
    }
}
