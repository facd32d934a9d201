package import Kernel

/// A version of a scorer: code or a judge that says how good an answer is.
package struct Scorer: Codable, Sendable, Hashable {
    package var id: String
    package var experiment: Int64
    package var name: String
    /// From 1 on.
    package var version: Int64
    /// JSON, as the client wrote it.
    package var serialized: String
    package var createdAt: Timestamp

    package init(
        id: String, experiment: Int64, name: String, version: Int64, serialized: String, createdAt: Timestamp
    ) {
        self.id = id
        self.experiment = experiment
        self.name = name
        self.version = version
        self.serialized = serialized
        self.createdAt = createdAt
    }
}
