/// A length of time in whole milliseconds: INTEGER in SQL, `90s` on the wire and in YAML.
package struct TimeSpan: Hashable, Sendable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let zero = TimeSpan(milliseconds: 0)
    package static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count) }
    package static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1000) }
    package static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
    package static func hours(_ count: Int64) -> TimeSpan { .minutes(count * 60) }

    package var duration: Duration { .milliseconds(self.milliseconds) }
    package var seconds: Double { Double(self.milliseconds) / 1000 }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (a: Self, b: Self) -> Self { TimeSpan(milliseconds: a.milliseconds + b.milliseconds) }
    package static func - (a: Self, b: Self) -> Self { TimeSpan(milliseconds: a.milliseconds - b.milliseconds) }
}

extension TimeSpan: CustomStringConvertible {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("y", 31_536_000_000),
    ]

    /// The largest unit that divides it: `90s`, `2m`, `1500ms`.
    package var description: String {
        if self.milliseconds == 0 { return "0s" }
        let unit = Self.units.last { $0.suffix != "y" && $0.suffix != "d" && self.milliseconds % $0.milliseconds == 0 }
        return "\(self.milliseconds / (unit?.milliseconds ?? 1))\(unit?.suffix ?? "ms")"
    }

    /// Parses `500ms`, `90s`, `1.5h`, `30m`, `4d`, `4y` (365 days); nil for anything else, negative spans included.
    package init?(_ text: some StringProtocol) {
        let number = text.prefix { $0.isNumber || $0 == "." }
        let suffix = text.dropFirst(number.count)
        guard let value = Double(number), value.isFinite,
            let unit = Self.units.first(where: { $0.suffix == suffix })
        else { return nil }
        let milliseconds = (value * Double(unit.milliseconds)).rounded()
        guard milliseconds >= 0, milliseconds < 9e18 else { return nil }
        self.milliseconds = Int64(milliseconds)
    }
}

extension TimeSpan: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let span = TimeSpan(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a duration such as 90s, 15m or 2h")
        }
        self = span
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
