/// A number of bytes. The integer itself on the wire and in SQL; `16GiB`, `500MB` in YAML.
package struct ByteCount: Hashable, Sendable, Comparable {
    package let bytes: Int64

    package init(_ bytes: Int64) { self.bytes = bytes }

    package static let zero = ByteCount(0)
    package static func kibibytes(_ count: Int64) -> ByteCount { ByteCount(count << 10) }
    package static func mebibytes(_ count: Int64) -> ByteCount { ByteCount(count << 20) }
    package static func gibibytes(_ count: Int64) -> ByteCount { ByteCount(count << 30) }

    package static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }
    package static func + (a: Self, b: Self) -> Self { ByteCount(a.bytes + b.bytes) }
    package static func += (a: inout Self, b: Self) { a = a + b }
}

extension ByteCount: CustomStringConvertible {
    private static let units: [(suffix: String, bytes: Int64)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ]

    /// Binary units with one decimal: `1.5 GiB`; bytes whole.
    package var description: String {
        let unit = Self.units[1...4].last { self.bytes.magnitude >= $0.bytes.magnitude }
        guard let unit else { return "\(self.bytes) B" }
        let tenths = (self.bytes * 10 + unit.bytes / 2) / unit.bytes
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit.suffix)" : "\(tenths / 10).\(tenths % 10) \(unit.suffix)"
    }

    /// Parses `1024`, `512MiB`, `1.5 GB`; nil for anything else, negative numbers included.
    package init?(_ text: some StringProtocol) {
        let number = text.prefix { $0.isNumber || $0 == "." }
        let suffix = text.dropFirst(number.count).drop { $0 == " " }
        guard let value = Double(number), value.isFinite,
            let unit = suffix.isEmpty ? Self.units[0] : Self.units.first(where: { $0.suffix == suffix })
        else { return nil }
        let bytes = (value * Double(unit.bytes)).rounded()
        guard bytes < 9e18 else { return nil }
        self.bytes = Int64(bytes)
    }
}

extension ByteCount: Codable {
    package init(from decoder: any Decoder) throws {
        self.bytes = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.bytes)
    }
}
