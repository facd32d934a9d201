package import Kernel

/// A set of questions, and what the answers should be, by which an application is judged.
package struct EvaluationDataset: Codable, Sendable, Hashable {
    /// `d-` and 32 hex digits.
    package var id: String
    package var name: String
    /// Eight hex digits that change with every change of the records.
    package var digest: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var createdBy: String?
    package var updatedBy: String?
    /// What fields the records have, and of which types: JSON.
    package var schema: String?
    /// How many records there are: JSON.
    package var profile: String?
    /// By key.
    package var tags: [KeyValue] = []

    package init(
        id: String, name: String, digest: String, createdAt: Timestamp, updatedAt: Timestamp, createdBy: String? = nil,
        updatedBy: String? = nil, schema: String? = nil, profile: String? = nil
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.createdBy = createdBy
        self.updatedBy = updatedBy
        self.schema = schema
        self.profile = profile
    }
}

/// One question of an evaluation dataset. Two records with the same inputs are one.
package struct EvaluationRecord: Sendable, Hashable {
    /// `dr-` and 32 hex digits.
    package var id: String
    package var inputs: SpanValue
    package var outputs: SpanValue?
    package var expectations: SpanValue?
    package var tags: SpanValue?
    /// Where it comes from: a map with `source_type` and `source_data`.
    package var source: SpanValue?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var createdBy: String?
    package var updatedBy: String?

    package init(
        id: String, inputs: SpanValue, outputs: SpanValue? = nil, expectations: SpanValue? = nil,
        tags: SpanValue? = nil, source: SpanValue? = nil, createdAt: Timestamp, updatedAt: Timestamp,
        createdBy: String? = nil, updatedBy: String? = nil
    ) {
        self.id = id
        self.inputs = inputs
        self.outputs = outputs
        self.expectations = expectations
        self.tags = tags
        self.source = source
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.createdBy = createdBy
        self.updatedBy = updatedBy
    }
}
