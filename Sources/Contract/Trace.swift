package import Kernel

/// A trace: one request to a program, with the spans it is made of.
package struct Trace: Codable, Sendable, Hashable {
    package enum State: String, Codable, Sendable, Hashable, CaseIterable {
        case unspecified = "STATE_UNSPECIFIED"
        case ok = "OK"
        case error = "ERROR"
        case inProgress = "IN_PROGRESS"
    }

    /// `tr-` and 32 hex digits, as a rule; whatever the client says.
    package var id: String
    package var experiment: Int64
    /// The client's own name for the request.
    package var clientRequest: String?
    package var startedAt: Timestamp
    /// Nil while it goes on.
    package var duration: TimeSpan?
    package var state: State
    /// The beginning of what went in and of what came out, for lists.
    package var requestPreview: String?
    package var responsePreview: String?
    /// What was known when it was made; never changed by hand. By key.
    package var metadata: [KeyValue] = []
    /// By key.
    package var tags: [KeyValue] = []
    package var assessments: [Assessment] = []

    package init(
        id: String, experiment: Int64, clientRequest: String? = nil, startedAt: Timestamp, duration: TimeSpan? = nil,
        state: State, requestPreview: String? = nil, responsePreview: String? = nil
    ) {
        self.id = id
        self.experiment = experiment
        self.clientRequest = clientRequest
        self.startedAt = startedAt
        self.duration = duration
        self.state = state
        self.requestPreview = requestPreview
        self.responsePreview = responsePreview
    }

    /// The value of a tag.
    package func tag(_ key: String) -> String? { self.tags.first { $0.key == key }?.value }

    /// The value of a key of the metadata.
    package func metadata(_ key: String) -> String? { self.metadata.first { $0.key == key }?.value }
}
