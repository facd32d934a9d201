package import Contract
package import Database
import Digest
package import Journal
package import Kernel
import Search

/// Evaluation datasets: questions with what is expected of the answers, shared by the experiments that judge by them.
///
/// A record is known by its inputs: one with the same inputs changes the record that is there. Schema, profile and digest
/// follow the records. A dataset made, or deleted with all its records, is a line of the journal; its records are rows.
///
/// Bounded by the size of a request and by rows of a page. Messages are MLflow's own.
package struct EvaluationDatasets: Sendable {
    /// Rows of a page, at most, and when the search does not say.
    package static let maximumPage = 50_000
    package static let defaultPage = 1000
    /// The tag whose value is who made or changed something.
    static let userTag = "mlflow.user"

    let database: Database
    let journal: Journal
    let time: any TimeSource

    package init(database: Database, journal: Journal, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.time = time
    }

    package func create(
        _ name: String, tags: [KeyValue], experiments: [String], by principal: Principal
    ) async throws -> EvaluationDataset {
        var random = SystemRandomNumberGenerator()
        let now = self.time.now
        let user = tags.first { $0.key == Self.userTag }?.value
        var dataset = EvaluationDataset(
            id: "d-" + HexadecimalID.make(using: &random), name: name, digest: Self.digest(name, now), createdAt: now,
            updatedAt: now, createdBy: user, updatedBy: user)
        dataset.tags = tags.sorted { $0.key < $1.key }
        let new = dataset
        try await self.database.write { transaction in
            try EvaluationDatasetStore.insert(new, in: transaction)
            for experiment in experiments {
                try EvaluationDatasetStore.add(experiment, to: new.id, in: transaction)
            }
            try self.append("created", new.id, ["name": .string(name)], by: principal, in: transaction)
        }
        return new
    }

    /// - Throws: `noDataset`.
    package func dataset(_ id: String) async throws -> EvaluationDataset {
        try await self.database.read { reader in
            guard let dataset = try EvaluationDatasetStore.dataset(id, in: reader) else {
                throw EvaluationError.noDataset(id)
            }
            return dataset
        }
    }

    /// Removes a dataset with its records. One that is not there is no error.
    package func delete(_ id: String, by principal: Principal) async throws {
        try await self.database.write { transaction in
            guard try EvaluationDatasetStore.delete(id, in: transaction) else { return }
            try self.append("deleted", id, [:], by: principal, in: transaction)
        }
    }

    /// A page of datasets, the youngest first when no order is given.
    ///
    /// - Parameter experiments: of these only; of all when empty.
    package func search(
        experiments: [String], filter: String?, order: [String], limit: Int64?, pageToken: String?
    ) async throws -> Page<EvaluationDataset> {
        let limit = limit ?? Int64(Self.defaultPage)
        guard (1...Int64(Self.maximumPage)).contains(limit) else {
            throw EvaluationError.invalidPageSize(limit, maximum: Self.maximumPage)
        }
        let clauses = try SearchDialect.evaluationDatasets.filter(filter)
        let orders = try SearchDialect.evaluationDatasets.orders(order.isEmpty ? ["created_time DESC"] : order)
        let fingerprint = SearchFingerprint(experiments + [filter ?? ""] + order)
        var offset = 0
        if case .integer(let value)? = try PageToken.decode(pageToken, for: fingerprint)?.values.first {
            offset = Int(clamping: max(0, value))
        }
        let start = offset
        let found = try await self.database.read { reader in
            try EvaluationDatasetStore.search(
                experiments: experiments, clauses: clauses, orders: orders, offset: start, limit: Int(limit) + 1,
                in: reader)
        }
        guard found.count > Int(limit) else { return Page(items: found) }
        return Page(
            items: Array(found.prefix(Int(limit))),
            next: PageToken([.integer(Int64(start) + limit)]).encoded(for: fingerprint))
    }

    // MARK: Tags and experiments

    /// - Throws: `noDatasetToTag`.
    package func set(_ tags: [KeyValue], of id: String) async throws {
        try await self.database.write { transaction in
            guard try EvaluationDatasetStore.dataset(id, in: transaction) != nil else {
                throw EvaluationError.noDatasetToTag(id)
            }
            for tag in tags { try EvaluationDatasetStore.set(tag, of: id, in: transaction) }
        }
    }

    /// Removes a tag. One that is not there is no error.
    package func deleteTag(_ key: String, of id: String) async throws {
        try await self.database.write { try EvaluationDatasetStore.deleteTag(key, of: id, in: $0) }
    }

    package func experiments(of id: String) async throws -> [String] {
        try await self.database.read { try EvaluationDatasetStore.experiments(of: id, in: $0) }
    }

    /// - Throws: `noDatasetToLink`, `noExperiment`.
    package func add(_ experiments: [String], to id: String) async throws -> EvaluationDataset {
        try await self.link(id) { dataset, transaction in
            for experiment in experiments {
                guard let number = Int64(experiment),
                    try ExperimentStore.experiment(number, in: transaction) != nil
                else { throw EvaluationError.noExperiment(experiment) }
                try EvaluationDatasetStore.add(String(number), to: id, in: transaction)
            }
            return true
        }
    }

    /// - Throws: `noDatasetToLink`.
    package func remove(_ experiments: [String], from id: String) async throws -> EvaluationDataset {
        try await self.link(id) { _, transaction in
            try EvaluationDatasetStore.remove(experiments, from: id, in: transaction) > 0
        }
    }

    private func link(
        _ id: String, _ change: @Sendable @escaping (EvaluationDataset, Transaction) throws -> Bool
    ) async throws -> EvaluationDataset {
        let now = self.time.now
        return try await self.database.write { transaction in
            guard var dataset = try EvaluationDatasetStore.dataset(id, in: transaction) else {
                throw EvaluationError.noDatasetToLink(id)
            }
            if try change(dataset, transaction) {
                dataset.updatedAt = now
                try EvaluationDatasetStore.update(dataset, in: transaction)
            }
            return dataset
        }
    }

    static func digest(_ name: String, _ now: Timestamp) -> String {
        String(Digest.sha256("\(name):\(now.milliseconds)").hex.prefix(8))
    }

    private func append(
        _ verb: String, _ id: String, _ body: [String: JSONValue], by principal: Principal, in transaction: Transaction
    ) throws {
        let line = JournalDraft(
            kind: "evaluation-dataset.\(verb)", subject: id, by: principal, body: .object(body))
        try self.journal.append([line], at: self.time.now, in: transaction)
    }
}
