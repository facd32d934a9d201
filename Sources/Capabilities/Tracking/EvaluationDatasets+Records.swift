package import Contract
import Database
import Digest
import FoundationEssentials
import Kernel

extension EvaluationDatasets {
    /// Records of a page, when the request does not say.
    package static let recordsPerPage = 1000

    /// Adds records, or changes those that have the same inputs: outputs are replaced, expectations and tags added to.
    ///
    /// - Parameter records: each a map with `inputs` and, as it may be, `outputs`, `expectations`, `tags` and `source`.
    /// - Throws: `noDataset`, `invalidRecord`.
    package func upsert(_ records: [SpanValue], in id: String) async throws -> (inserted: Int, updated: Int) {
        let now = self.time.now
        return try await self.database.write { transaction in
            guard var dataset = try EvaluationDatasetStore.dataset(id, in: transaction) else {
                throw EvaluationError.noDataset(id)
            }
            var counts = (inserted: 0, updated: 0)
            var user: String?
            for record in records {
                guard case .map = record else { throw EvaluationError.invalidRecord(record.json) }
                user = record["tags"]?[Self.userTag]?.textValue ?? user
                if try Self.upsert(record, in: id, at: now, transaction) {
                    counts.inserted += 1
                } else {
                    counts.updated += 1
                }
            }
            dataset.schema = EvaluationSchema.extended(dataset.schema, by: records) ?? dataset.schema
            dataset.profile = try Self.profile(of: id, transaction) ?? dataset.profile
            dataset.updatedAt = now
            dataset.updatedBy = user
            dataset.digest = Self.digest(dataset.name, now)
            try EvaluationDatasetStore.update(dataset, in: transaction)
            return counts
        }
    }

    /// - Returns: whether it is new.
    private static func upsert(
        _ new: SpanValue, in dataset: String, at now: Timestamp, _ transaction: Transaction
    ) throws -> Bool {
        let inputs = new["inputs"] ?? .map([])
        let digest = Digest.sha256(try JSONValue(text: inputs.json).text)
        let user = new["tags"]?[Self.userTag]?.textValue
        if var record = try EvaluationRecordStore.record(inputs: digest, of: dataset, in: transaction) {
            if let outputs = new["outputs"] { record.outputs = outputs == .null ? nil : outputs }
            record.expectations = Self.merged(record.expectations, with: new["expectations"])
            record.tags = Self.merged(record.tags, with: new["tags"])
            record.updatedAt = now
            record.updatedBy = user ?? record.updatedBy
            try EvaluationRecordStore.save(record, inputs: digest, of: dataset, in: transaction)
            return false
        }
        func given(_ key: String) -> SpanValue? { new[key].flatMap { $0 == .null ? nil : $0 } }
        var random = SystemRandomNumberGenerator()
        let record = EvaluationRecord(
            id: "dr-" + HexadecimalID.make(using: &random), inputs: inputs,
            outputs: new["outputs"] == nil ? .map([]) : given("outputs"), expectations: given("expectations"),
            tags: given("tags"), source: given("source"), createdAt: now, updatedAt: now, createdBy: user,
            updatedBy: user)
        try EvaluationRecordStore.save(record, inputs: digest, of: dataset, in: transaction)
        return true
    }

    private static func merged(_ old: SpanValue?, with new: SpanValue?) -> SpanValue? {
        guard case .map(let added)? = new, !added.isEmpty else { return old }
        guard case .map(var fields)? = old else { return new }
        for field in added {
            if let known = fields.firstIndex(where: { $0.key == field.key }) {
                fields[known].value = field.value
            } else {
                fields.append(field)
            }
        }
        return .map(fields)
    }

    /// Records in the order they came, within a page.
    ///
    /// - Throws: `invalidPageToken`.
    package func records(
        of id: String, limit: Int64, pageToken: String?
    ) async throws -> (records: [EvaluationRecord], next: String?) {
        let limit = Int(clamping: min(max(1, limit), Int64(Self.maximumPage)))
        let place = try pageToken.flatMap { $0.isEmpty ? nil : try Self.place($0) }
        var records = try await self.database.read { reader in
            try EvaluationRecordStore.records(of: id, after: place, limit: limit + 1, in: reader)
        }
        guard records.count > limit else { return (records, nil) }
        records.removeLast(records.count - limit)
        let next = records.last.map { last in
            Data("\(last.createdAt.milliseconds):\(last.id)".utf8).base64EncodedString()
        }
        return (records, next)
    }

    /// - Returns: how many were there.
    package func deleteRecords(_ records: [String], of id: String) async throws -> Int {
        try await self.database.write { transaction in
            let count = try EvaluationRecordStore.delete(records, of: id, in: transaction)
            if count > 0, var dataset = try EvaluationDatasetStore.dataset(id, in: transaction) {
                dataset.profile = try Self.profile(of: id, transaction) ?? "null"
                try EvaluationDatasetStore.update(dataset, in: transaction)
            }
            return count
        }
    }

    private static func profile(of id: String, _ transaction: Transaction) throws -> String? {
        let count = try EvaluationRecordStore.count(of: id, in: transaction)
        return count > 0 ? SpanValue.map([SpanField("num_records", .integer(count))]).json : nil
    }

    private static func place(_ token: String) throws -> (at: Timestamp, id: String) {
        guard let data = Data(base64Encoded: token) else { throw EvaluationError.invalidPageToken(token) }
        let parts = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let at = Int64(parts[0]) else { throw EvaluationError.invalidPageToken(token) }
        return (Timestamp(milliseconds: at), String(parts[1]))
    }
}
