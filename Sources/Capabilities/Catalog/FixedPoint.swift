/// Decimal numbers as whole numbers of their last digit: `0.25` with three decimals is 250.
///
/// Prices, shapes and coordinates are exact in CSV; binary fractions would not give back what was read.
enum FixedPoint {
    /// Reads `12`, `-0.5` or `0.0865055342465753`; further decimals are rounded half away from zero.
    ///
    /// - Returns: nil for anything else, exponents included, and when 64 bits do not hold it.
    static func read(_ text: Substring.UTF8View, decimals: Int) -> Int64? {
        let isNegative = text.first == UInt8(ascii: "-")
        var value: Int64 = 0
        var fraction: Int?
        var digits = 0
        for byte in isNegative ? text.dropFirst() : text {
            if byte == UInt8(ascii: "."), fraction == nil, digits > 0 {
                fraction = 0
                continue
            }
            guard (48...57).contains(byte) else { return nil }
            let place = fraction ?? -1
            fraction = fraction.map { $0 + 1 }
            digits += 1
            guard place <= decimals else { continue }
            if place == decimals {
                value += byte >= 53 ? 1 : 0
            } else {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(Int64(byte - 48))
                guard !overflow, !carry, sum < Int64.max / 10 else { return nil }
                value = sum
            }
        }
        guard digits > 0, fraction != 0 else { return nil }
        for _ in min(fraction ?? 0, decimals)..<decimals {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return isNegative ? -value : value
    }

    /// The shortest text that reads as this number: `0.25`, `12`.
    static func text(_ value: Int64, decimals: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = padded.dropLast(decimals)
        var fraction = padded.suffix(decimals)
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
