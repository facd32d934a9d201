package import Kernel

/// An amount of money as people and spreadsheets read it: a decimal text in US dollars, `"0.1785"`, every digit there is.
///
/// For answers that leave the house. Inside it money is the integer of `Money`.
package struct DecimalDollars: Codable, Sendable, Hashable {
    package var money: Money

    package init(_ money: Money) { self.money = money }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let money = Money(decimal: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not an amount of dollars such as 0.1785")
        }
        self.money = money
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

extension DecimalDollars: CustomStringConvertible {
    /// `12.34`, `0.000000482`, `0`: what `Money(decimal:)` reads.
    package var description: String {
        let magnitude = self.money.nanodollars.magnitude
        let digits = String(magnitude % 1_000_000_000)
        var fraction = (String(repeating: "0", count: 9 - digits.count) + digits)[...]
        while fraction.last == "0" { fraction.removeLast() }
        let sign = self.money.nanodollars < 0 ? "-" : ""
        return "\(sign)\(magnitude / 1_000_000_000)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
