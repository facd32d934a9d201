/// An entity that has ids of its own kind, told apart by a short prefix such as `run`.
package protocol Identified {
    static var idPrefix: String { get }
}

/// A typed identifier: `ID<Run>` and `ID<Worker>` cannot be mixed up.
///
/// 128 bits, the first 48 of them milliseconds since 1970, so that ids sort by birth. Written as
/// `<prefix>_<26 characters>` in Crockford's base 32, lower case, which sorts as the number does.
package struct ID<Entity: Identified>: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let raw: UInt128

    package init(raw: UInt128) { self.raw = raw }

    /// A new id, born at `time`, its other 80 bits from `random`.
    package init(at time: Timestamp, using random: inout some RandomNumberGenerator) {
        let milliseconds = UInt128(UInt64(max(0, time.milliseconds)) & 0xFFFF_FFFF_FFFF)
        let low = UInt128(UInt64.random(in: 0...UInt64.max, using: &random))
        let high = UInt128(UInt64.random(in: 0...0xFFFF, using: &random))
        self.raw = milliseconds << 80 | high << 64 | low
    }

    /// Parses `<prefix>_<26 characters>`; nil for any other text, another entity's prefix included.
    package init?(_ text: some StringProtocol) {
        let prefix = Entity.idPrefix + "_"
        guard text.hasPrefix(prefix), let raw = Base32.decode(text.dropFirst(prefix.count).utf8) else { return nil }
        self.raw = raw
    }

    package var description: String { Entity.idPrefix + "_" + Base32.encode(self.raw) }

    package static func < (a: Self, b: Self) -> Bool { a.raw < b.raw }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not an id of the form \(Entity.idPrefix)_<26 characters>"
            )
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

/// Crockford's base 32 over 128 bits: 26 digits, most significant first.
enum Base32 {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func encode(_ value: UInt128) -> String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            for position in 0..<26 {
                buffer[position] = self.digits[Int(truncatingIfNeeded: value >> UInt128(5 * (25 - position))) & 31]
            }
            return 26
        }
    }

    static func decode(_ text: some Sequence<UInt8>) -> UInt128? {
        var value: UInt128 = 0
        var count = 0
        for byte in text {
            guard let digit = self.digits.firstIndex(of: byte) else { return nil }
            if count == 0, digit > 7 { return nil }
            value = value << 5 | UInt128(digit)
            count += 1
        }
        return count == 26 ? value : nil
    }
}
