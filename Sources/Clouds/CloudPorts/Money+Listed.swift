package import Kernel

extension Money {
    /// More digits are no price, and would only cost time.
    private static let longestNumber = 64
    /// Nano-dollars.
    private static let decimals = 9

    /// Parses a decimal number of dollars as price lists write it: `0.0960000000`, `.5`, `12`, `9.6E-7`.
    ///
    /// Exact to the nano-dollar; what is finer is rounded half away from zero. Nil when it is no number or beyond `Money`.
    package init?(listed text: some StringProtocol) {
        guard text.utf8.count <= Self.longestNumber, let number = ListedDigits(Array(text.utf8)) else { return nil }
        // The position, among the digits, behind the last one that counts.
        let end = number.point + Self.decimals
        var value: Int64 = 0
        for position in 0..<max(0, end) {
            let digit = position < number.digits.count ? Int64(number.digits[position]) : 0
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        if end >= 0, end < number.digits.count, number.digits[end] >= 5 {
            guard value < .max else { return nil }
            value += 1
        }
        self.init(nanodollars: number.isNegative ? -value : value)
    }
}

/// A decimal number taken apart: its digits without a point, and how many of them stand before it, which may be none or less.
private struct ListedDigits {
    /// Of an exponent; beyond it nothing is a price.
    static let widest = 40

    var isNegative = false
    var digits: [UInt8] = []
    var point = 0

    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            self.isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let whole = Self.takeDigits(&rest)
        var fraction: [UInt8] = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = Self.takeDigits(&rest)
        }
        guard !(whole.isEmpty && fraction.isEmpty), let exponent = Self.takeExponent(&rest), rest.isEmpty else {
            return nil
        }
        self.digits = whole + fraction
        self.point = whole.count + exponent
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let digits = rest.prefix { (48...57).contains($0) }
        rest.removeFirst(digits.count)
        return digits.map { $0 - 48 }
    }

    /// The number after `e`; 0 when there is no exponent, nil when it is none or too wide.
    private static func takeExponent(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let mark = rest.first, mark | 32 == UInt8(ascii: "e") else { return 0 }
        rest.removeFirst()
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let digits = self.takeDigits(&rest)
        guard (1...2).contains(digits.count) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1) }
        guard value <= self.widest else { return nil }
        return isNegative ? -value : value
    }
}
