import CloudPorts
import Foundation
import Kernel
import Testing

@Suite struct ListedMoneyTests {
    @Test(
        "a listed price is taken digit by digit and rounded half up to the nano-dollar",
        arguments: [
            ("0.0960000000", 96_000_000), ("0.096", 96_000_000), (".5", 500_000_000), ("12", 12_000_000_000),
            ("0", 0), ("0.0000000000", 0), ("-0.5", -500_000_000), ("+1.", 1_000_000_000),
            ("0.0000000004", 0), ("0.0000000005", 1), ("0.00000000049999999999", 0), ("0.9999999995", 1_000_000_000),
            ("9.6E-2", 96_000_000), ("1.17e+2", 117_000_000_000), ("5E-10", 1), ("5E-11", 0), ("0e0", 0),
            // No double can tell these apart.
            ("8388608.000000001", 8_388_608_000_000_001), ("8388608.000000002", 8_388_608_000_000_002),
            ("9223372036.854775807", .max),
        ] as [(String, Int64)])
    func exact(text: String, nanodollars: Int64) {
        #expect(Money(listed: text)?.nanodollars == nanodollars)
    }

    @Test(
        "what is no decimal number, or beyond money, is none",
        arguments: [
            "", "-", ".", "e5", "1e", "1e+", "NaN", "Infinity", "0x10", "1,5", "1_0", " 1", "1 ", "1.2.3", "--1",
            "1e100",
            "9223372036.854775808", "99999999999999999999", "1e40", "٣", String(repeating: "1", count: 65),
        ])
    func refused(text: String) {
        #expect(Money(listed: text) == nil)
    }

    @Test("it agrees with the exact parser of money wherever that one goes")
    func agrees() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let money = Money(nanodollars: Int64.random(in: -9_000_000_000_000...9_000_000_000_000, using: &random))
            let magnitude = money.nanodollars.magnitude
            let fraction = String(magnitude % 1_000_000_000)
            let text =
                (money.nanodollars < 0 ? "-" : "") + "\(magnitude / 1_000_000_000)."
                + String(repeating: "0", count: 9 - fraction.count) + fraction
            #expect(Money(listed: text) == money)
            #expect(Money(listed: text) == Money(decimal: text))
        }
    }

    @Test(
        "a JSON number keeps its digits",
        arguments: ["0.1", "0.0961234565", "117", "0.30000000000000004", "8388608.000000001", "1.5e-3", "0"])
    func json(text: String) throws {
        let number = try JSONDecoder().decode([ListedNumber].self, from: Data("[\(text)]".utf8))[0]
        #expect(Money(listed: number.description) == Money(listed: text))
    }

    @Test("a JSON number has no digits of binary floating point")
    func noFloatingPoint() throws {
        let number = try JSONDecoder().decode([ListedNumber].self, from: Data("[0.123456789012345678901]".utf8))[0]
        #expect(number.description == "0.123456789012345678901")
    }
}
