import Contract
import Kernel

/// What a registration did, in words.
enum RegistrationSentence {
    /// One candidate as it was registered.
    struct Entry {
        var version: Int
        var entry: RegistrationDecision.Entry
    }

    static func text(model: String, alias: String, entries: [Entry], decision: RegistrationDecision) -> String {
        let champion = entries[decision.champion]
        func name(_ entry: Entry) -> String {
            "\(model) v\(entry.version)" + (entry.entry.variant.map { " (\($0))" } ?? "")
        }
        let metric = "\(champion.entry.metric.name) \(self.interval(champion.entry.metric))"
        guard let position = decision.challenger else {
            return "\(name(champion)) is \(alias): \(metric); there was no other to compare it with."
        }
        let other = entries[position]
        let against = "\(self.interval(other.entry.metric)) of \(name(other))"
        switch decision.evidence {
        case .alone, .withoutIntervals:
            return "\(name(champion)) is \(alias): \(metric) against \(against); no interval was measured."
        case .clear(let difference):
            let by = difference.map { ", difference \(self.interval(self.positive($0)))" } ?? ""
            return "\(name(champion)) is \(alias): \(metric) against \(against)\(by)."
        case .notEnough(let position, let difference):
            let other = entries[position]
            let measured =
                difference.map { "difference \(self.interval($0))" }
                ?? "\(metric) and \(self.interval(other.entry.metric))"
            let price = "\(champion.entry.cost)"
            let kept = champion.entry.variant.map { "\($0), \(price)" } ?? price
            return "Not enough evidence between \(name(champion)) and \(name(other)) (\(measured)): "
                + "kept the cheaper, \(model) v\(champion.version) (\(kept)), as \(alias)."
        }
    }

    private static func interval(_ summary: MetricSummary) -> String {
        guard let low = summary.low, let high = summary.high else { return Self.figure(summary.value) }
        return "\(Self.figure(summary.value)) [\(Self.figure(low)), \(Self.figure(high))]"
    }

    /// The difference better − worse, whichever way it was measured.
    private static func positive(_ difference: MetricSummary) -> MetricSummary {
        guard difference.value < 0 else { return difference }
        return MetricSummary(
            name: difference.name, value: -difference.value, low: difference.high.map { -$0 },
            high: difference.low.map { -$0 })
    }

    /// Three decimals, or three digits where three decimals would show too little.
    static func figure(_ value: Double) -> String {
        var decimals = 3
        var scaled = value.magnitude
        if scaled < 0.001 {
            while scaled > 0, scaled < 0.1, decimals < 12 {
                scaled *= 10
                decimals += 1
            }
        }
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let units = (value.magnitude * factor).rounded()
        guard units < 9e15 else { return "\(value)" }
        let digits = String(Int64(units))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && units > 0 ? "-" : ""
        return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }
}
