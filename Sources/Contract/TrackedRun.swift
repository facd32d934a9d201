package import Kernel

/// How far a tracked run is, in MLflow's words.
package enum TrackedRunStatus: String, Codable, Sendable, CaseIterable {
    case running = "RUNNING"
    case scheduled = "SCHEDULED"
    case finished = "FINISHED"
    case failed = "FAILED"
    case killed = "KILLED"
}

/// A run as tracking knows it: who, when, with which parameters, how well.
///
/// A step that Martlet executes is one, with the id of its `Run`; so is what a laptop logs.
package struct TrackedRun: Codable, Sendable, Hashable {
    /// Written as 32 hexadecimal digits by MLflow.
    package var id: ID<Run>
    package var experiment: Int64
    package var name: String
    package var user: String
    package var status: TrackedRunStatus
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var lifecycle: LifecycleStage
    /// Where its artifacts lie: `mlflow-artifacts:/<experiment>/<run>/artifacts` unless the experiment says otherwise.
    package var artifactURI: String
    /// The last point of each metric: that of the largest (step, time, value).
    package var metrics: [MetricPoint]
    package var parameters: [KeyValue]
    package var tags: [KeyValue]
    package var datasetInputs: [DatasetInput]
    /// Ids of logged models that it read.
    package var modelInputs: [String]
    package var modelOutputs: [ModelOutput]

    package init(
        id: ID<Run>, experiment: Int64, name: String, user: String, status: TrackedRunStatus, startedAt: Timestamp,
        endedAt: Timestamp? = nil, lifecycle: LifecycleStage = .active, artifactURI: String,
        metrics: [MetricPoint] = [], parameters: [KeyValue] = [], tags: [KeyValue] = [],
        datasetInputs: [DatasetInput] = [], modelInputs: [String] = [], modelOutputs: [ModelOutput] = []
    ) {
        self.id = id
        self.experiment = experiment
        self.name = name
        self.user = user
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.lifecycle = lifecycle
        self.artifactURI = artifactURI
        self.metrics = metrics
        self.parameters = parameters
        self.tags = tags
        self.datasetInputs = datasetInputs
        self.modelInputs = modelInputs
        self.modelOutputs = modelOutputs
    }
}

/// A logged model that a run made, and at which step of its training.
package struct ModelOutput: Codable, Sendable, Hashable {
    /// `m-` and 32 hexadecimal digits.
    package var model: String
    package var step: Int64

    package init(model: String, step: Int64) {
        self.model = model
        self.step = step
    }
}

/// A dataset that a run read, as MLflow's clients describe it.
package struct TrackedDataset: Codable, Sendable, Hashable {
    package var name: String
    package var digest: String
    package var sourceType: String
    /// JSON, as the client wrote it.
    package var source: String
    package var schema: String?
    package var profile: String?

    package init(
        name: String, digest: String, sourceType: String, source: String, schema: String? = nil, profile: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
    }
}

/// A dataset with what the run says about its use, such as `mlflow.data.context`: training.
package struct DatasetInput: Codable, Sendable, Hashable {
    package var dataset: TrackedDataset
    package var tags: [KeyValue]

    package init(dataset: TrackedDataset, tags: [KeyValue] = []) {
        self.dataset = dataset
        self.tags = tags
    }
}

/// One use of a dataset in an experiment.
package struct DatasetSummary: Codable, Sendable, Hashable {
    /// The tag of a dataset's input that says what it was read for.
    package static let contextKey = "mlflow.data.context"

    package var experiment: Int64
    package var name: String
    package var digest: String
    /// What it was read for, such as `training`.
    package var context: String?

    package init(experiment: Int64, name: String, digest: String, context: String? = nil) {
        self.experiment = experiment
        self.name = name
        self.digest = digest
        self.context = context
    }
}
