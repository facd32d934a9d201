import Contract
import Kernel
import Testing

@Suite struct MoneyTests {
    @Test(
        "decimal dollars are parsed exactly, or not at all",
        arguments: [
            ("0", 0), ("1", 1_000_000_000), ("0.0134", 13_400_000), ("12.34", 12_340_000_000), ("0.000000001", 1),
            ("-0.5", -500_000_000), ("9223372036.854775807", .max), ("12000", 12_000_000_000_000),
        ] as [(String, Int64)])
    func parsing(text: String, nanodollars: Int64) { #expect(Money(decimal: text)?.nanodollars == nanodollars) }

    @Test(
        "what is no amount is refused",
        arguments: [
            "", "-", ".5", "1.", "1,000", "1e3", "$1", " 1", "1 ", "0.0000000001", "--1", "+1", "1.2.3", "٣",
            "9223372036.854775808", "99999999999",
        ])
    func refusals(text: String) { #expect(Money(decimal: text) == nil) }

    @Test(
        "amounts are shown with cents, and with every digit where cents would hide them",
        arguments: [
            (0, "$0.00", "$0.00"), (1, "$0.000000001", "$0.000000001"), (482, "$0.000000482", "$0.000000482"),
            (10_000_000, "$0.01", "$0.01"), (12_345_678, "$0.012345678", "$0.012345678"),
            (500_000_000, "$0.50", "$0.50"),
            (1_000_000_000, "$1.00", "$1.00"), (12_345_678_901, "$12.35", "$12.345678901"),
            (999_999_999, "$0.999999999", "$0.999999999"),
            (1_234_567_890_000_000, "$1,234,567.89", "$1,234,567.89"), (-1_500_000_000, "-$1.50", "-$1.50"),
            (-1, "-$0.000000001", "-$0.000000001"),
        ] as [(Int64, String, String)])
    func descriptions(nanodollars: Int64, short: String, exact: String) {
        #expect(Money(nanodollars: nanodollars).description == short)
        #expect(Money(nanodollars: nanodollars).exact == exact)
    }

    @Test("what is shown exactly is parsed back to the same amount")
    func roundTrip() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let money = Money(
                nanodollars: Int64.random(in: -9_000_000_000_000_000_000...9_000_000_000_000_000_000, using: &random))
            let text = money.exact.filter { $0 != "$" && $0 != "," }
            #expect(Money(decimal: text) == money)
        }
    }

    @Test("postings of cost(total) − cost(posted) sum to cost(total), however time is cut")
    func telescoping() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<300 {
            let price = Money(nanodollars: Int64.random(in: 0...50_000_000_000, using: &random))
            var elapsed: Int64 = 0
            var posted = Money.zero
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                elapsed += Int64.random(in: 0...20_000, using: &random)
                posted += price.perHour(forMilliseconds: elapsed) - posted
            }
            #expect(posted == price.perHour(forMilliseconds: elapsed))
        }
    }

    @Test(
        "shares are rounded half away from zero, without overflow on the way",
        arguments: [
            (10, 1, 3, 3), (5, 1, 2, 3), (-5, 1, 2, -3), (4, 1, 8, 1), (-4, 1, 8, -1), (3, 1, 8, 0), (.max, 3, 3, .max),
            (0, 7, 9, 0),
        ] as [(Int64, Int64, Int64, Int64)])
    func shares(amount: Int64, part: Int64, whole: Int64, expected: Int64) {
        #expect(Money(nanodollars: amount).share(of: part, in: whole).nanodollars == expected)
    }

    @Test("on the wire an amount is its nano-dollars")
    func wire() throws {
        #expect(try Wire.text([Money(nanodollars: 12)]) == "[12]")
        #expect(try Wire.decode([Money].self, text: "[-7]") == [Money(nanodollars: -7)])
        #expect([Money.dollars(2), .dollars(3)].total() == .dollars(5))
    }
}
