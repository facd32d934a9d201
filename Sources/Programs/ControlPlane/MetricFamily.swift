/// One metric with all its label sets, for Prometheus.
///
/// Source: Prometheus text exposition format, version 0.0.4.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    private let name: String
    private let kind: Kind
    private let help: String
    private var lines: [String] = []

    package init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// A family of one value without labels.
    package init(_ name: String, _ kind: Kind, _ help: String, value: Double) {
        self.init(name, kind, help)
        self.add(value)
    }

    /// Adds one sample.
    package mutating func add(_ value: Double, _ labels: [String: String] = [:]) {
        self.lines.append("\(self.name)\(Self.format(labels)) \(Self.format(value))")
    }

    mutating func add(_ histogram: LatencyHistogram, _ labels: [String: String]) {
        var cumulated: Int64 = 0
        for (position, count) in histogram.counts.enumerated() {
            cumulated += count
            let isLast = position == LatencyHistogram.bounds.count
            let bound = isLast ? "+Inf" : Self.format(Double(LatencyHistogram.bounds[position]) / 1_000_000)
            let all = labels.merging(["le": bound]) { $1 }
            self.lines.append("\(self.name)_bucket\(Self.format(all)) \(cumulated)")
        }
        self.lines.append("\(self.name)_sum\(Self.format(labels)) \(Self.format(Double(histogram.sum) / 1_000_000))")
        self.lines.append("\(self.name)_count\(Self.format(labels)) \(cumulated)")
    }

    /// The family as text; nothing when it has no sample.
    package var text: String {
        guard !self.lines.isEmpty else { return "" }
        let head = "# HELP \(self.name) \(self.help)\n# TYPE \(self.name) \(self.kind.rawValue)\n"
        return head + self.lines.joined(separator: "\n") + "\n"
    }

    private static func format(_ labels: [String: String]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(self.escaped($0.value))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
        return out
    }

    private static func format(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}

/// What else can tell numbers at `/metrics`: runs by status, queues. Fulfilled in Wiring.
package protocol MetricSource: Sendable {
    func families() async throws -> [MetricFamily]
}
