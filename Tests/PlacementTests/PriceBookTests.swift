import Contract
import Kernel
import Testing

@testable import Catalog

@Suite("What you really pay")
struct PriceBookTests {
    private static let large = SoldMachine(provider: "aws", region: "us-east-1", type: "m6i.large")

    private func prices(_ discounts: Discount...) -> ContractedPrices {
        ContractedPrices([PriceBook(name: "b", discounts: discounts)])
    }

    @Test(
        "the family of a machine type is what its provider calls it",
        arguments: [
            ("aws", "m6i.large", "m6i"), ("aws", "p5en.48xlarge", "p5en"), ("gcp", "n2-standard-4", "n2"),
            ("gcp", "a2-highgpu-1g", "a2"), ("azure", "Standard_D8s_v5", "Ds_v5"),
            ("azure", "Standard_E4-2s_v5", "Es_v5"), ("azure", "Standard_NC24ads_A100_v4", "NCads_A100_v4"),
            ("azure", "Basic_A1", "A"), ("azure", "D2_v3", "D_v3"), ("onprem", "rack-7", "rack-7"),
        ])
    func family(provider: String, type: String, family: String) {
        #expect(SoldMachine(provider: provider, region: "r", type: type).family == family)
    }

    @Test("the most specific discount applies, alone, in whatever order they are written")
    func specific() {
        let ordered = [
            Discount(provider: "aws", percent: 90), Discount(provider: "aws", spot: false, percent: 80),
            Discount(provider: "aws", region: "us-*", percent: 70),
            Discount(provider: "aws", region: "us-east-*", percent: 60),
            Discount(provider: "aws", region: "us-east-1", percent: 50),
            Discount(provider: "aws", family: "m6i", percent: 40),
            Discount(provider: "aws", family: "m6i", region: "us-east-1", percent: 30),
            Discount(provider: "aws", machine: "m6i.*", percent: 20),
            Discount(provider: "aws", machine: "m6i.large", percent: 10),
        ]
        for count in 1...ordered.count {
            for book in [Array(ordered.prefix(count)), ordered.prefix(count).reversed()] {
                let prices = ContractedPrices([PriceBook(name: "b", discounts: book)])
                #expect(prices.discount(for: Self.large) == ordered[count - 1])
            }
        }
    }

    @Test("a discount concerns only what it names")
    func concerns() {
        let list = Money.dollars(1)
        let spot = SoldMachine(provider: "aws", region: "us-east-1", type: "m6i.large", isSpot: true)
        func pays(_ discount: Discount, _ machine: SoldMachine = Self.large) -> Money {
            self.prices(discount).contracted(list: list, for: machine)
        }
        #expect(pays(Discount(provider: "aws", percent: 12.5)) == Money(decimal: "0.875"))
        #expect(pays(Discount(provider: "gcp", percent: 12.5)) == list)
        #expect(pays(Discount(provider: "aws", family: "m6a", percent: 12.5)) == list)
        #expect(pays(Discount(provider: "aws", region: "eu-*", percent: 12.5)) == list)
        #expect(pays(Discount(provider: "aws", spot: true, percent: 10)) == list)
        #expect(pays(Discount(provider: "aws", spot: true, percent: 10), spot) == Money(decimal: "0.90"))
        #expect(pays(Discount(provider: "aws", spot: false, percent: 10), spot) == list)
        #expect(pays(Discount(provider: "aws", percent: 100)) == .zero)
        #expect(pays(Discount(provider: "aws", percent: 0)) == list)
    }

    @Test("the larger of two discounts that are equally specific applies, whichever book has it")
    func ties() {
        let small = PriceBook(name: "a", discounts: [Discount(provider: "aws", percent: 5)])
        let large = PriceBook(name: "b", discounts: [Discount(provider: "aws", percent: 7)])
        for books in [[small, large], [large, small]] {
            #expect(ContractedPrices(books).discount(for: Self.large)?.percent == 7)
        }
    }

    @Test("per cents are exact: 33.3333 % of a price that divides badly, half a nano-dollar up")
    func exact() {
        #expect(Percent.parts(33.3333) == 333_333)
        #expect(Percent.parts(0.0001) == 1)
        #expect(Percent.parts(99.9999) == 999_999)
        #expect(Percent.parts(33.33333) == nil)
        #expect(Percent.parts(100.0001) == nil)
        #expect(Percent.parts(-0.0001) == nil)
        #expect(Percent.parts(.nan) == nil)
        #expect(Money(nanodollars: 1).reduced(byPercent: 50) == Money(nanodollars: 1))
        #expect(Money(nanodollars: 3_000_001).reduced(byPercent: 33.3333) == Money(nanodollars: 2_000_002))
    }

    @Test("no discount makes a price higher than the list or lower than nothing")
    func bounds() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<5_000 {
            let percent = Double(Int.random(in: 0...1_000_000, using: &random)) / 10_000
            let list = Money(nanodollars: Int64.random(in: 0...200_000_000_000, using: &random))
            let paid = self.prices(Discount(provider: "aws", percent: percent)).contracted(list: list, for: Self.large)
            #expect(paid >= .zero && paid <= list, "\(percent) % of \(list)")
        }
    }
}
