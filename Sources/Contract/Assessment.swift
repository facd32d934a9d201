package import Kernel

/// What somebody or something thinks of a trace, or of one of its spans.
package struct Assessment: Codable, Sendable, Hashable {
    package enum Kind: String, Codable, Sendable, Hashable {
        /// How good the answer was.
        case feedback
        /// What the answer should have been.
        case expectation
        /// That the trace shows a known problem.
        case issue
    }

    /// Why there is no feedback where there should be some.
    package struct Failure: Codable, Sendable, Hashable {
        package var code: String
        package var message: String?
        package var stack: String?

        package init(code: String, message: String? = nil, stack: String? = nil) {
            self.code = code
            self.message = message
            self.stack = stack
        }
    }

    /// `a-` and 32 hex digits.
    package var id: String
    package var trace: String
    package var kind: Kind
    package var name: String
    /// JSON; of an issue the issue's name.
    package var value: String
    package var failure: Failure?
    /// `HUMAN`, `LLM_JUDGE` or `CODE`.
    package var sourceType: String
    package var sourceID: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var span: String?
    package var rationale: String?
    /// By key; nil when none was given.
    package var metadata: [KeyValue]
    /// The assessment that this one stands in for.
    package var overrides: String?
    /// False when another stands in for it.
    package var isValid: Bool

    package init(
        id: String, trace: String, kind: Kind, name: String, value: String, failure: Failure? = nil, sourceType: String,
        sourceID: String, createdAt: Timestamp, updatedAt: Timestamp, span: String? = nil, rationale: String? = nil,
        metadata: [KeyValue] = [], overrides: String? = nil, isValid: Bool = true
    ) {
        self.id = id
        self.trace = trace
        self.kind = kind
        self.name = name
        self.value = value
        self.failure = failure
        self.sourceType = sourceType
        self.sourceID = sourceID
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.span = span
        self.rationale = rationale
        self.metadata = metadata
        self.overrides = overrides
        self.isValid = isValid
    }
}
