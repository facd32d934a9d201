package import Kernel

/// What one call logs to a run: points of some metrics, each name kept once.
package struct MetricRecords: Sendable {
    /// A point of the metric whose name stands at `name` in `names`.
    struct Point: Sendable {
        var name: Int
        var sample: MetricSample
    }

    /// Distinct.
    package private(set) var names: [String] = []
    private(set) var points: [Point] = []
    /// Those of the points that also belong to a logged model.
    package private(set) var modelPoints: [ModelPoint] = []
    private var positions: [String: Int] = [:]

    package init() {}

    package var count: Int { self.points.count }
    package var isEmpty: Bool { self.points.isEmpty }

    package mutating func reserveCapacity(_ count: Int) { self.points.reserveCapacity(count) }

    package mutating func append(_ name: String, _ sample: MetricSample) {
        self.points.append(Point(name: self.position(of: name), sample: sample))
    }

    /// A point of a logged model, and of the run too.
    package mutating func append(_ point: ModelPoint) {
        self.append(point.name, point.sample)
        self.modelPoints.append(point)
    }

    private mutating func position(of name: String) -> Int {
        if let last = self.points.last?.name, self.names[last] == name { return last }
        if let known = self.positions[name] { return known }
        self.names.append(name)
        self.positions[name] = self.names.count - 1
        return self.names.count - 1
    }
}

/// A point of a metric that says how good a logged model is, maybe on a dataset.
package struct ModelPoint: Sendable {
    /// `m-` and 32 hexadecimal digits.
    package var model: String
    package var name: String
    package var sample: MetricSample
    package var datasetName: String?
    package var datasetDigest: String?

    package init(
        model: String, name: String, sample: MetricSample, datasetName: String? = nil, datasetDigest: String? = nil
    ) {
        self.model = model
        self.name = name
        self.sample = sample
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }
}

/// The value of a metric that counts as a run's own: that of the highest step, then of the latest time, then the largest.
package struct LatestMetric: Sendable {
    package var name: String
    package var sample: MetricSample

    package init(name: String, sample: MetricSample) {
        self.name = name
        self.sample = sample
    }
}
