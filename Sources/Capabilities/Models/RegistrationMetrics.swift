package import Contract

/// The evaluation's numbers by the names under which it writes them.
///
/// For the metric `accuracy` and the variants `forest` and `logistic`: `accuracy/forest` with its 95 % interval
/// `accuracy_low/forest` and `accuracy_high/forest`, and the paired difference forest − logistic (names in alphabetical order)
/// `accuracy_difference/forest/logistic` with `accuracy_difference_low/…` and `accuracy_difference_high/…`. A candidate
/// without a variant has no `/<variant>`.
package struct RegistrationMetrics: Sendable {
    private let metric: String
    private let values: [String: Double]

    /// - Parameter points: in the order in which they came; of each name the last counts. What is no number is left out.
    package init(metric: String, points: [MetricPoint]) {
        self.metric = metric
        self.values = Dictionary(
            points.filter { $0.value.isFinite }.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// Nil when it was not written.
    package func summary(of variant: String?) -> MetricSummary? {
        self.interval("", variant.map { "/" + $0 } ?? "", named: self.metric)
    }

    /// The paired difference of two variants with its interval, `first` before `second` in the alphabet; nil when it was not
    /// written.
    package func difference(_ first: String, _ second: String) -> MetricSummary? {
        self.interval("_difference", "/\(first)/\(second)", named: "difference")
    }

    /// Every name that was written.
    package var names: [String] { self.values.keys.sorted() }

    private func interval(_ kind: String, _ suffix: String, named name: String) -> MetricSummary? {
        guard let value = self.values[self.metric + kind + suffix] else { return nil }
        return MetricSummary(
            name: name, value: value, low: self.values["\(self.metric)\(kind)_low\(suffix)"],
            high: self.values["\(self.metric)\(kind)_high\(suffix)"])
    }
}
