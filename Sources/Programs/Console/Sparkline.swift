import Contract
import Kernel

/// The curve of one metric, as small as a word.
enum Sparkline {
    /// Points drawn at most; more are thinned evenly.
    static let maximumPoints = 240

    static func draw(_ points: [MetricPoint]) -> HTML {
        let values = self.thinned(points.map(\.value).filter(\.isFinite))
        guard values.count > 1, let low = values.min(), let high = values.max() else { return "" }
        let span = high > low ? high - low : 1
        let path = values.enumerated().map { position, value in
            let x = position * 2000 / (values.count - 1)
            let y = 30 - Int(((value - low) / span * 28).rounded())
            return "\(position == 0 ? "M" : "L")\(x / 10).\(x % 10) \(y)"
        }.joined()
        return """
            <svg class="spark" viewBox="0 0 200 32" preserveAspectRatio="none" role="img" \
            aria-label="\(self.number(low)) to \(self.number(high))"><path d="\(path)"/></svg>
            """
    }

    /// Four significant digits.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        if value == value.rounded(), abs(value) < 1e9 { return String(Int64(value)) }
        var scale = 1.0
        while abs(value) * scale < 1000, scale < 1e12 { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }

    private static func thinned(_ values: [Double]) -> [Double] {
        guard values.count > self.maximumPoints else { return values }
        return (0..<self.maximumPoints).map { values[$0 * (values.count - 1) / (self.maximumPoints - 1)] }
    }
}
