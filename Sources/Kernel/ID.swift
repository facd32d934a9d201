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
        let low = UInt128(random.next())
        let high = UInt128(random.next() & 0xFFFF)
        self.raw = milliseconds << 80 | high << 64 | low
    }

    /// Parses `<prefix>_<26 characters>`; nil for any other text, another entity's prefix included.
    package init?(_ text: some StringProtocol) { self.init(String(text)) }

    /// As above, without a copy.
    package init?(_ text: String) {
        var text = text
        let prefix = Entity.idPrefix.utf8
        let raw: UInt128? = text.withUTF8 { utf8 in
            guard utf8.count == prefix.count + 1 + Base32.width, utf8[prefix.count] == UInt8(ascii: "_"),
                zip(utf8, prefix).allSatisfy({ $0 == $1 })
            else { return nil }
            return Base32.decode(UnsafeBufferPointer(rebasing: utf8[(prefix.count + 1)...]))
        }
        guard let raw else { return nil }
        self.raw = raw
    }

    package var description: String {
        let prefix = Entity.idPrefix.utf8
        return String(unsafeUninitializedCapacity: prefix.count + 1 + Base32.width) { buffer in
            var end = 0
            for byte in prefix {
                buffer[end] = byte
                end += 1
            }
            buffer[end] = UInt8(ascii: "_")
            Base32.write(self.raw, to: UnsafeMutableBufferPointer(rebasing: buffer[(end + 1)...]))
            return end + 1 + Base32.width
        }
    }

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
///
/// Ids are written and read some dozens of times in the life of a run, so both go by 64-bit halves and a table.
enum Base32 {
    /// Digits of 128 bits.
    static let width = 26

    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    /// The value of each byte; 255 for what is no digit.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// Writes 26 digits at the start of `buffer`, which has room for them.
    static func write(_ value: UInt128, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.digits.withUnsafeBufferPointer { digits in
            // The last 12 digits are the low 60 bits, the 12 before them the next 60, the first two the remaining 8.
            var low = UInt64(truncatingIfNeeded: value) & (1 << 60 - 1)
            var middle = UInt64(truncatingIfNeeded: value >> 60) & (1 << 60 - 1)
            let high = Int(truncatingIfNeeded: value >> 120)
            for position in 0..<12 {
                buffer[25 - position] = digits[Int(low & 31)]
                buffer[13 - position] = digits[Int(middle & 31)]
                low >>= 5
                middle >>= 5
            }
            buffer[1] = digits[high & 31]
            buffer[0] = digits[high >> 5]
        }
    }

    static func decode(_ text: UnsafeBufferPointer<UInt8>) -> UInt128? {
        self.values.withUnsafeBufferPointer { values in
            var halves: (high: UInt64, middle: UInt64, low: UInt64) = (0, 0, 0)
            var count = 0
            for byte in text {
                let digit = UInt64(values[Int(byte)])
                guard digit < 32, count > 0 || digit < 8 else { return nil }
                switch count {
                case 0..<2: halves.high = halves.high << 5 | digit
                case 2..<14: halves.middle = halves.middle << 5 | digit
                default: halves.low = halves.low << 5 | digit
                }
                count += 1
            }
            guard count == self.width else { return nil }
            return UInt128(halves.high) << 120 | UInt128(halves.middle) << 60 | UInt128(halves.low)
        }
    }
}
