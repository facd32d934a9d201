package import Kernel

/// One version of a registered model: where its files are, and what it took to make them.
package struct ModelVersion: Codable, Sendable, Hashable {
    package var model: String
    package var version: Int
    /// The committed tree that holds its files; nil when its files were registered where they lie, by `source`.
    package var tree: ContentDigest?
    /// Where its files are as whoever registered it says: `martlet://trees/<sha256>`, `models:/…`, `s3://…`.
    package var source: String
    package var residency: Residency
    /// The run that trained it, when it is one of ours.
    package var run: ID<Run>?
    /// The run that trained it as MLflow's clients name it; any text that they gave.
    package var runName: String?
    /// A page about that run, elsewhere.
    package var runLink: String?
    /// The logged model that it was made of, `m-…`.
    package var loggedModel: String?
    /// The fan-out variant, where there was one.
    package var variant: String?
    package var metric: MetricSummary?
    /// What the run that trained it cost; nil when that is not known.
    package var trainingCost: Money?
    package var description: String?
    package var stage: ModelStage
    package var tags: [String: String]
    package var aliases: [String]
    package var createdBy: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        model: String, version: Int, tree: ContentDigest? = nil, source: String, residency: Residency = .any,
        run: ID<Run>? = nil, runName: String? = nil, runLink: String? = nil, loggedModel: String? = nil,
        variant: String? = nil, metric: MetricSummary? = nil, trainingCost: Money? = nil, description: String? = nil,
        stage: ModelStage = .none, tags: [String: String] = [:], aliases: [String] = [], createdBy: String,
        createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.model = model
        self.version = version
        self.tree = tree
        self.source = source
        self.residency = residency
        self.run = run
        self.runName = runName
        self.runLink = runLink
        self.loggedModel = loggedModel
        self.variant = variant
        self.metric = metric
        self.trainingCost = trainingCost
        self.description = description
        self.stage = stage
        self.tags = tags
        self.aliases = aliases
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// How far a version has come, as MLflow has it. Aliases say more and replace it; clients of before ask for it.
package enum ModelStage: String, Codable, Sendable, CaseIterable {
    case none = "None"
    case staging = "Staging"
    case production = "Production"
    case archived = "Archived"
}

/// A metric with its confidence interval.
package struct MetricSummary: Codable, Sendable, Hashable {
    package var name: String
    package var value: Double
    package var low: Double?
    package var high: Double?

    package init(name: String, value: Double, low: Double? = nil, high: Double? = nil) {
        self.name = name
        self.value = value
        self.low = low
        self.high = high
    }
}

/// A registered model.
package struct Model: Codable, Sendable, Hashable {
    package var name: String
    /// The number of the newest version that there ever was; 0 before the first.
    package var versions: Int
    /// Version by alias.
    package var aliases: [String: Int]
    package var description: String?
    package var tags: [String: String]
    package var createdAt: Timestamp
    /// When it, or which versions it has, last changed.
    package var updatedAt: Timestamp

    package init(
        name: String, versions: Int = 0, aliases: [String: Int] = [:], description: String? = nil,
        tags: [String: String] = [:], createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.name = name
        self.versions = versions
        self.aliases = aliases
        self.description = description
        self.tags = tags
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct AliasAssignment: Codable, Sendable, Hashable {
    package var version: Int

    package init(version: Int) {
        self.version = version
    }
}
