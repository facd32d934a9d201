/// A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds. INTEGER in SQL, RFC 3339 on the wire.
package struct Timestamp: Hashable, Sendable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (a: Self, span: TimeSpan) -> Self {
        Timestamp(milliseconds: a.milliseconds + span.milliseconds)
    }
    package static func - (a: Self, span: TimeSpan) -> Self {
        Timestamp(milliseconds: a.milliseconds - span.milliseconds)
    }
    /// The span from `b` to `a`; negative when a clock was set back between them.
    package static func - (a: Self, b: Self) -> TimeSpan { TimeSpan(milliseconds: a.milliseconds - b.milliseconds) }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T02:55:59.123Z`.
    package var description: String {
        let days = self.milliseconds.flooredQuotient(86_400_000)
        let rest = self.milliseconds - days * 86_400_000
        let (year, month, day) = Self.civil(fromDays: days)
        // Years of more than four digits, or before the first, are no RFC 3339 and are written as they are.
        let yearText = (0...9999).contains(year) ? nil : String(year)
        return String(unsafeUninitializedCapacity: 20 + (yearText?.utf8.count ?? 4)) { buffer in
            var end = 0
            func put(_ byte: UInt8) {
                buffer[end] = byte
                end += 1
            }
            func put(_ value: Int64, _ width: Int, then separator: UInt8) {
                var rest = value
                for position in (end..<end + width).reversed() {
                    buffer[position] = 48 + UInt8(rest % 10)
                    rest /= 10
                }
                end += width
                put(separator)
            }
            if let yearText {
                for byte in yearText.utf8 { put(byte) }
                put(UInt8(ascii: "-"))
            } else {
                put(year, 4, then: UInt8(ascii: "-"))
            }
            put(month, 2, then: UInt8(ascii: "-"))
            put(day, 2, then: UInt8(ascii: "T"))
            put(rest / 3_600_000, 2, then: UInt8(ascii: ":"))
            put(rest / 60_000 % 60, 2, then: UInt8(ascii: ":"))
            put(rest / 1000 % 60, 2, then: UInt8(ascii: "."))
            put(rest % 1000, 3, then: UInt8(ascii: "Z"))
            return end
        }
    }

    /// Parses RFC 3339 with `Z` or a numeric offset and up to nine decimals; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] | 32 == 116, bytes[13] == 58,
            bytes[16] == 58,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == 46 {
            let start = index + 1
            index = start
            while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
            guard (1...9).contains(index - start), let value = number(start..<min(index, start + 3)) else { return nil }
            fraction = value * [100, 10, 1][min(index - start, 3) - 1]
        }
        guard index < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[index] == 43 || bytes[index] == 45 {
            guard bytes.count == index + 6, bytes[index + 3] == 58, let hours = number(index + 1..<index + 3),
                let minutes = number(index + 4..<index + 6)
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[index] == 43 ? 1 : -1)
        } else {
            guard bytes[index] | 32 == 122, bytes.count == index + 1 else { return nil }
        }
        let minutes = Self.days(year, month, day) * 1440 + hour * 60 + minute - offset
        self.milliseconds = (minutes * 60 + second) * 1000 + fraction
    }

    /// Days since 1970-01-01 of a proleptic Gregorian date. Source: Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthShifted = (5 * dayOfYear + 2) / 153
        let month = monthShifted < 10 ? monthShifted + 3 : monthShifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthShifted + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not an RFC 3339 time")
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
