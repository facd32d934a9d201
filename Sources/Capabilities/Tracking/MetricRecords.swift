import Kernel

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
    private var positions: [String: Int] = [:]

    package init() {}

    package var count: Int { self.points.count }
    package var isEmpty: Bool { self.points.isEmpty }

    /// The points of one metric in the order in which they were added.
    package func samples(of name: String) -> [MetricSample] {
        self.points.filter { self.names[$0.name] == name }.map(\.sample)
    }

    package mutating func reserveCapacity(_ count: Int) { self.points.reserveCapacity(count) }

    package mutating func append(_ name: String, _ sample: MetricSample) {
        self.points.append(Point(name: self.position(of: name), sample: sample))
    }

    /// The same with the name as UTF-8, which becomes a string only when it is another than that of the point before.
    package mutating func append(utf8 name: UnsafeBufferPointer<UInt8>, _ sample: MetricSample) {
        if let last = self.points.last?.name, self.names[last].utf8.elementsEqual(name) {
            self.points.append(Point(name: last, sample: sample))
        } else {
            self.append(String(decoding: name, as: UTF8.self), sample)
        }
    }

    private mutating func position(of name: String) -> Int {
        if let last = self.points.last?.name, self.names[last] == name { return last }
        if let known = self.positions[name] { return known }
        self.names.append(name)
        self.positions[name] = self.names.count - 1
        return self.names.count - 1
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
