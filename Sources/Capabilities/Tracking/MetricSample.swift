/// One value of one metric: what it was, at which step, and when.
package struct MetricSample: Sendable {
    /// Milliseconds since 1970, as the client's clock said.
    package var at: Int64
    package var step: Int64
    /// Any double: not-a-number and the infinities too.
    package var value: Double

    package init(at: Int64, step: Int64, value: Double) {
        self.at = at
        self.step = step
        self.value = value
    }
}

// The orders of MLflow. It keeps not-a-number as 0 with a mark, so here too it stands where 0 stands, after it.
extension MetricSample {
    /// The value that orders compare.
    @inlinable var rank: Double { self.value.isNaN ? 0 : self.value }

    /// Whether it comes before `other` in a history: by time, step and value.
    package func precedes(_ other: MetricSample) -> Bool {
        if self.at != other.at { return self.at < other.at }
        if self.step != other.step { return self.step < other.step }
        if self.rank != other.rank { return self.rank < other.rank }
        return !self.value.isNaN && other.value.isNaN
    }

    /// Whether it comes before `other` on a chart: by step, time and value.
    package func precedesByStep(_ other: MetricSample) -> Bool {
        if self.step != other.step { return self.step < other.step }
        return self.precedes(other)
    }

    /// Whether the two are one: the same time, step and value. A history has it once, however often it was logged.
    package func isSame(as other: MetricSample) -> Bool {
        self.at == other.at && self.step == other.step
            && (self.value == other.value || (self.value.isNaN && other.value.isNaN))
    }

    /// Whether it replaces `other` as the latest value: the highest step counts, then the latest time, then the larger value.
    package func isLater(than other: MetricSample) -> Bool {
        if self.step != other.step { return self.step > other.step }
        if self.at != other.at { return self.at > other.at }
        return self.rank > other.rank
    }
}

extension [MetricSample] {
    /// Puts them into the order of a history and drops what is there twice. Nearly always they are in order already.
    package mutating func arrange() {
        guard !self.isArranged else { return }
        self.sort { $0.precedes($1) }
        var kept = 0
        for index in self.indices where kept == 0 || !self[kept - 1].isSame(as: self[index]) {
            self[kept] = self[index]
            kept += 1
        }
        self.removeLast(self.count - kept)
    }

    private var isArranged: Bool {
        for index in self.indices.dropFirst() where !self[index - 1].precedes(self[index]) { return false }
        return true
    }
}
