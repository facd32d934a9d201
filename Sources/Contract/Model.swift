package import Kernel

/// One version of a registered model: a committed tree, and what it took to make it.
package struct ModelVersion: Codable, Sendable, Hashable {
    package var model: String
    package var version: Int
    package var tree: ContentDigest
    package var residency: Residency
    /// The run that trained it.
    package var run: ID<Run>?
    /// The fan-out variant, where there was one.
    package var variant: String?
    package var metric: MetricSummary?
    /// What the run that trained it cost.
    package var trainingCost: Money
    package var aliases: [String]
    package var createdBy: String
    package var createdAt: Timestamp

    package init(
        model: String, version: Int, tree: ContentDigest, residency: Residency, run: ID<Run>? = nil,
        variant: String? = nil, metric: MetricSummary? = nil, trainingCost: Money, aliases: [String],
        createdBy: String, createdAt: Timestamp
    ) {
        self.model = model
        self.version = version
        self.tree = tree
        self.residency = residency
        self.run = run
        self.variant = variant
        self.metric = metric
        self.trainingCost = trainingCost
        self.aliases = aliases
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
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
    package var versions: Int
    /// Version by alias.
    package var aliases: [String: Int]
    package var createdAt: Timestamp

    package init(name: String, versions: Int, aliases: [String: Int], createdAt: Timestamp) {
        self.name = name
        self.versions = versions
        self.aliases = aliases
        self.createdAt = createdAt
    }
}

package struct AliasAssignment: Codable, Sendable, Hashable {
    package var version: Int

    package init(version: Int) {
        self.version = version
    }
}
