package import Kernel

/// How much memory a slot may have: `16GiB` and `16GiB+` are at least so much, `16GiB..64GiB` is no more than 64 either.
package struct MemoryRange: Sendable, Hashable {
    package let minimum: ByteCount
    /// None when absent.
    package let maximum: ByteCount?

    /// - Throws: `badMemory` unless 0 < `minimum` ≤ `maximum`.
    package init(minimum: ByteCount, maximum: ByteCount? = nil) throws(DemandError) {
        guard minimum > .zero, minimum <= maximum ?? minimum else {
            throw .badMemory(text: Self.text(minimum, maximum))
        }
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Reads `512MiB`, `16GiB+` or `16GiB..64GiB`.
    package init(_ text: some StringProtocol) throws(DemandError) {
        func size(_ part: Substring) throws(DemandError) -> ByteCount {
            guard part.utf8.first.map({ (48...57).contains($0) }) ?? false, let size = ByteCount(part) else {
                throw .badMemory(text: String(text))
            }
            return size
        }
        do throws(DemandError) {
            switch RangeText(text) {
            case .plain(let part), .atLeast(let part): try self.init(minimum: size(part))
            case .between(let low, let high): try self.init(minimum: size(low), maximum: size(high))
            }
        } catch { throw .badMemory(text: String(text)) }
    }

    package func contains(_ size: ByteCount) -> Bool {
        size >= self.minimum && (self.maximum.map { size <= $0 } ?? true)
    }

    private static func text(_ minimum: ByteCount, _ maximum: ByteCount?) -> String {
        maximum.map { "\(self.exact(minimum))..\(self.exact($0))" } ?? "\(self.exact(minimum))+"
    }

    /// Every byte: in the largest binary unit that divides it.
    private static func exact(_ size: ByteCount) -> String {
        for (suffix, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] as [(String, Int64)]
        where size.bytes != 0 && size.bytes % (1 << shift) == 0 {
            return "\(size.bytes >> shift)\(suffix)"
        }
        return "\(size.bytes)"
    }
}

extension MemoryRange: CustomStringConvertible {
    /// What reads as this range: `16GiB+`, `16GiB..64GiB`.
    package var description: String { Self.text(self.minimum, self.maximum) }
}

extension MemoryRange: Codable {
    /// A number of bytes for at least so many, else a text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bytes = try? container.decode(Int64.self) {
            self = try MemoryRange(minimum: ByteCount(bytes))
        } else {
            self = try MemoryRange(container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if self.maximum == nil {
            try container.encode(self.minimum)
        } else {
            try container.encode(self.description)
        }
    }
}
