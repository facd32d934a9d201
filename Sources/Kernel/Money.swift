/// An amount of US dollars as an integer number of nano-dollars, so that sums are exactly equal however they are grouped.
///
/// Range ± 9.2 billion dollars. On the wire and in SQL it is the integer itself.
package struct Money: Hashable, Sendable, Comparable {
    package let nanodollars: Int64

    package init(nanodollars: Int64) { self.nanodollars = nanodollars }

    package static let zero = Money(nanodollars: 0)

    /// Whole dollars.
    package static func dollars(_ dollars: Int64) -> Money { Money(nanodollars: dollars * 1_000_000_000) }

    /// Parses a decimal number of dollars such as `0.0134` exactly; nil when it is not one or has more than nine decimals.
    package init?(decimal text: some StringProtocol) {
        let negative = text.hasPrefix("-")
        let parts = (negative ? text.dropFirst() : text[...]).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, parts[0].allSatisfy(\.isASCIIDigit),
            let whole = Int64(parts[0])
        else { return nil }
        var nanodollars: Int64 = 0
        if parts.count == 2 {
            guard (1...9).contains(parts[1].count), parts[1].allSatisfy(\.isASCIIDigit),
                let fraction = Int64(parts[1] + String(repeating: "0", count: 9 - parts[1].count))
            else { return nil }
            nanodollars = fraction
        }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(nanodollars)
        guard !overflow, !carry else { return nil }
        self.nanodollars = negative ? -sum : sum
    }

    package static func + (a: Self, b: Self) -> Self { Money(nanodollars: a.nanodollars + b.nanodollars) }
    package static func - (a: Self, b: Self) -> Self { Money(nanodollars: a.nanodollars - b.nanodollars) }
    package static func += (a: inout Self, b: Self) { a = a + b }
    package static func < (a: Self, b: Self) -> Bool { a.nanodollars < b.nanodollars }
    package static func * (a: Self, count: Int64) -> Self { Money(nanodollars: a.nanodollars * count) }

    /// This amount per hour, for `milliseconds` of time, rounded half up to the nano-dollar.
    ///
    /// Posting cost(total) − cost(posted) at every heartbeat makes the sum of the postings equal cost(total), exactly.
    package func perHour(forMilliseconds milliseconds: Int64) -> Money {
        self.share(of: milliseconds, in: 3_600_000)
    }

    /// This amount per GiB, for `bytes`, rounded half up to the nano-dollar. Clouds bill egress by the binary gigabyte.
    package func perGibibyte(for bytes: ByteCount) -> Money {
        self.share(of: bytes.bytes, in: 1 << 30)
    }

    /// `self × part ⁄ whole`, rounded half away from zero; 128-bit in between, so nothing overflows on the way.
    package func share(of part: Int64, in whole: Int64) -> Money {
        precondition(whole > 0, "a share needs a positive whole")
        let product = Int128(self.nanodollars) * Int128(part)
        let half = Int128(whole) / 2
        return Money(nanodollars: Int64((product >= 0 ? product + half : product - half) / Int128(whole)))
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { self.isASCII && self.isNumber }
}

extension Money: CustomStringConvertible {
    /// `$12.34`, or every decimal there is when two would round it to zero or hide all of it: `$0.000000482`.
    package var description: String {
        let magnitude = self.nanodollars.magnitude
        let sign = self.nanodollars < 0 ? "-" : ""
        if magnitude >= 1_000_000_000 || magnitude == 0 {
            let cents = (magnitude + 5_000_000) / 10_000_000
            return "\(sign)$\(Self.grouped(cents / 100)).\(Self.padded(cents % 100, to: 2))"
        }
        return "\(sign)$0.\(Self.trimmed(Self.padded(magnitude, to: 9)))"
    }

    /// A plain decimal number with every digit and at least two decimals: `12.3400125`. `Money(decimal:)` reads it back.
    package var decimal: String {
        let magnitude = self.nanodollars.magnitude
        let fraction = Self.trimmed(Self.padded(magnitude % 1_000_000_000, to: 9))
        return "\(self.nanodollars < 0 ? "-" : "")\(magnitude / 1_000_000_000).\(fraction)"
    }

    /// Every digit: `12.340000000` without trailing zeros beyond two decimals, for tables that must add up.
    package var exact: String {
        let magnitude = self.nanodollars.magnitude
        let fraction = Self.trimmed(Self.padded(magnitude % 1_000_000_000, to: 9))
        return "\(self.nanodollars < 0 ? "-" : "")$\(Self.grouped(magnitude / 1_000_000_000)).\(fraction)"
    }

    private static func padded(_ value: UInt64, to width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func trimmed(_ fraction: String) -> String {
        var digits = fraction[...]
        while digits.count > 2, digits.last == "0" { digits.removeLast() }
        return String(digits)
    }

    private static func grouped(_ value: UInt64) -> String {
        var out = ""
        for (offset, digit) in String(value).reversed().enumerated() {
            if offset > 0, offset % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }
}

extension Money: Codable {
    package init(from decoder: any Decoder) throws {
        self.nanodollars = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.nanodollars)
    }
}

extension Sequence where Element == Money {
    /// The exact sum.
    package func total() -> Money { self.reduce(.zero, +) }
}
