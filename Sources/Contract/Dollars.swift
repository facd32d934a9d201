package import Kernel

/// An amount of US dollars that travels as a decimal text with every digit there is: `"12.3400125"`.
///
/// `Money` itself travels as an integer of nano-dollars; this is for answers that people and spreadsheets read.
package struct Dollars: Sendable, Hashable, Comparable {
    package let money: Money

    package init(_ money: Money) { self.money = money }

    package static let zero = Dollars(.zero)
    package static func < (a: Self, b: Self) -> Bool { a.money < b.money }
    package static func + (a: Self, b: Self) -> Self { Dollars(a.money + b.money) }
    package static func - (a: Self, b: Self) -> Self { Dollars(a.money - b.money) }
}

extension Dollars: CustomStringConvertible {
    package var description: String { self.money.description }
}

extension Dollars: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let money = Money(decimal: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not an amount of dollars such as 12.34")
        }
        self.money = money
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.money.decimal)
    }
}
