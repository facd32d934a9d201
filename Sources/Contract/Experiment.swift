package import Kernel

/// Whether an experiment, a run or a model is there, or was deleted and may be restored.
package enum LifecycleStage: String, Codable, Sendable, CaseIterable {
    case active, deleted
}

/// A key with its value: a tag or a parameter. Both are text.
package struct KeyValue: Codable, Sendable, Hashable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// What runs are gathered under, to be compared: MLflow's experiment.
package struct Experiment: Codable, Sendable, Hashable {
    /// The experiment `Default`, which is there from the first start.
    package static let defaultID: Int64 = 0
    package static let defaultName = "Default"

    /// A small number, as MLflow's are.
    package var id: Int64
    /// Unique, deleted ones included. 1 to 500 characters.
    package var name: String
    /// The URI below which its runs keep their artifacts, without a slash at the end.
    package var artifactLocation: String
    package var lifecycle: LifecycleStage
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// By key, in the order of keys.
    package var tags: [KeyValue]

    package init(
        id: Int64, name: String, artifactLocation: String, lifecycle: LifecycleStage = .active, createdAt: Timestamp,
        updatedAt: Timestamp, tags: [KeyValue] = []
    ) {
        self.id = id
        self.name = name
        self.artifactLocation = artifactLocation
        self.lifecycle = lifecycle
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.tags = tags
    }
}
