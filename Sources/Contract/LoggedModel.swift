package import Kernel

/// A model that a run has logged, before anybody registers it: a name, its files, what it was made with and how it measured.
///
/// Its files lie below `artifactURI`; `models:/<id>` names it wherever MLflow takes a model.
package struct LoggedModel: Codable, Sendable, Hashable {
    /// How far the upload of its files is.
    package enum Status: String, Codable, Sendable, Hashable, CaseIterable {
        case unspecified = "UNSPECIFIED"
        case pending = "PENDING"
        case ready = "READY"
        case failed = "FAILED"
    }

    /// `m-` and 32 hex digits.
    package var id: String
    package var experiment: Int64
    package var name: String
    package var artifactURI: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var status: Status
    package var modelType: String?
    /// The run that made it, 32 hex digits.
    package var sourceRun: String?
    package var statusMessage: String?
    /// By key.
    package var tags: [KeyValue] = []
    /// By key.
    package var params: [KeyValue] = []
    package var metrics: [LoggedModelMetric] = []

    package init(
        id: String, experiment: Int64, name: String, artifactURI: String, createdAt: Timestamp, updatedAt: Timestamp,
        status: Status, modelType: String? = nil, sourceRun: String? = nil, statusMessage: String? = nil
    ) {
        self.id = id
        self.experiment = experiment
        self.name = name
        self.artifactURI = artifactURI
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.status = status
        self.modelType = modelType
        self.sourceRun = sourceRun
        self.statusMessage = statusMessage
    }
}

/// One measurement of a logged model, on a dataset when it says which.
package struct LoggedModelMetric: Codable, Sendable, Hashable {
    package var model: String
    package var key: String
    package var value: Double
    package var at: Timestamp
    package var step: Int64
    /// The run that measured, 32 hex digits.
    package var run: String
    package var datasetName: String?
    package var datasetDigest: String?

    package init(
        model: String, key: String, value: Double, at: Timestamp, step: Int64, run: String, datasetName: String? = nil,
        datasetDigest: String? = nil
    ) {
        self.model = model
        self.key = key
        self.value = value
        self.at = at
        self.step = step
        self.run = run
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }
}

/// What a search of logged models asks for.
package struct LoggedModelQuery: Sendable, Hashable {
    /// One dataset that a metric was measured on.
    package struct DatasetScope: Sendable, Hashable {
        package var name: String
        /// Any when nil.
        package var digest: String?

        package init(name: String, digest: String? = nil) {
            self.name = name
            self.digest = digest
        }
    }

    package struct Order: Sendable, Hashable {
        /// An attribute, or `metrics.<name>`.
        package var field: String
        package var isAscending: Bool
        package var dataset: DatasetScope?

        package init(field: String, isAscending: Bool = true, dataset: DatasetScope? = nil) {
            self.field = field
            self.isAscending = isAscending
            self.dataset = dataset
        }
    }

    package var experiments: [String]
    package var filter: String?
    package var datasets: [DatasetScope]
    package var order: [Order]
    package var limit: Int
    package var pageToken: String?

    package init(
        experiments: [String], filter: String? = nil, datasets: [DatasetScope] = [], order: [Order] = [],
        limit: Int = 100, pageToken: String? = nil
    ) {
        self.experiments = experiments
        self.filter = filter
        self.datasets = datasets
        self.order = order
        self.limit = limit
        self.pageToken = pageToken
    }
}
