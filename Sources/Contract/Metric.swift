package import Kernel

/// One measured value of a run.
package struct MetricPoint: Codable, Sendable, Hashable {
    package var name: String
    package var value: Double
    package var step: Int64
    package var at: Timestamp

    package init(name: String, value: Double, step: Int64, at: Timestamp) {
        self.name = name
        self.value = value
        self.step = step
        self.at = at
    }
}

package struct MetricBatch: Codable, Sendable, Hashable {
    package var fence: Int
    /// How many points of the attempt were sent before these, so that what comes twice, because an answer was lost, is known.
    /// Absent: they are new.
    package var offset: Int64?
    package var points: [MetricPoint]

    /// A batch larger than this is refused; send several.
    package static let maximumPoints = 1000

    package init(fence: Int, offset: Int64? = nil, points: [MetricPoint]) {
        self.fence = fence
        self.offset = offset
        self.points = points
    }
}
