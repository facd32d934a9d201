import Contract
import Kernel
import Testing

@testable import Placement

@Suite("Break-even of a purchase")
struct BreakEvenTests {
    private func breakEven(
        price: Money, actual: Money, whatIf: Money, amortised: Money = .zero, electricity: Money = .zero,
        days: Int64 = 90
    ) -> BreakEven {
        BreakEven(
            price: price, actual: actual, whatIf: whatIf, amortised: amortised, electricity: electricity,
            period: .hours(days * 24))
    }

    @Test("the hardware is paid once: by the purchase, not by the amortised price too")
    func hardware() {
        // 90 days: 9,000 $ were paid. The replay charges 1,500 $, of which 1,200 $ are slots of the new machine; its
        // electricity is 300 $. Running: 1,500 − 1,200 + 300 = 600 $; saved: 8,400 $ in 90 d, 2,800 $ in 30.
        let even = self.breakEven(
            price: .dollars(25_000), actual: .dollars(9_000), whatIf: .dollars(1_500), amortised: .dollars(1_200),
            electricity: .dollars(300))
        #expect(even.running == .dollars(600))
        #expect(even.monthlySaving == .dollars(2_800))
        // 25,000 ⁄ 2,800 = 8.93.
        #expect(even.breakEvenMonth == 9)
        #expect(even.purchase.reason == nil)
    }

    @Test(
        "a month that covers the price to the dollar is the month, and one dollar more is the next",
        arguments: [(2_000 as Int64, 2), (2_001, 3), (0, 0), (1, 1)])
    func rounding(price: Int64, month: Int) {
        #expect(
            self.breakEven(price: .dollars(price), actual: .dollars(1_000), whatIf: .zero, days: 30).breakEvenMonth
                == month)
    }

    @Test("what costs as much or more never pays, and says why")
    func never() {
        let dearer = self.breakEven(price: .dollars(1), actual: .dollars(100), whatIf: .dollars(130), days: 30)
        #expect(dearer.breakEvenMonth == nil)
        #expect(dearer.purchase.reason == "it costs $30.00 more a month than what it replaces")
        let equal = self.breakEven(price: .dollars(1), actual: .dollars(100), whatIf: .dollars(100))
        #expect(equal.breakEvenMonth == nil)
        #expect(equal.purchase.reason?.hasPrefix("it saves nothing") == true)
    }

    @Test("a bought machine in a replay: use, electricity around the clock, break-even")
    func replay() throws {
        // 720 $/h in two slots of 360 $ would be silly; 7.2 $/h over two slots is 3.6 $ a slot: 100 s cost 0.1 $.
        var offer = Sites.offer("new", "onprem", "espoo", ["EU"], price: 0)
        offer.pricePerSlotHour = Money(nanodollars: 3_600_000_000)
        let added = AddedCapacity(
            offer: offer, machines: 1, purchase: .dollars(100), electricityPerHour: Money(nanodollars: 100_000_000))
        let runs = (1...10).map { History.run($0, at: Int64($0) * 200) }
        let sums = History.sums(runs, added: [added])
        #expect(sums.total.whatIf.total.money == .dollars(1))
        #expect(sums.total.difference.money == Money.dollars(-9))
        let use = try #require(sums.use.first)
        #expect(use.runs == 10 && use.used == .seconds(1000))
        // A day for a batch slot and a replica slot: 1000 s of 172,800 s.
        #expect(use.available == .hours(48) && use.utilisation == 0.58)
        let purchase = try #require(sums.purchase)
        #expect(purchase.amortised.money == .dollars(1))
        #expect(purchase.electricity.money == Money(nanodollars: 2_400_000_000))
        // 10 $ − 2.40 $ a day: 228 $ in 30 days.
        #expect(purchase.monthlySaving.money == .dollars(228))
        #expect(purchase.breakEvenMonth == 1)
    }

    @Test("an hourly price beside a purchase is a running cost, and counts")
    func colocation() throws {
        var offer = Sites.offer("colo", "onprem", "espoo", ["EU"], price: 0)
        offer.pricePerSlotHour = Money(nanodollars: 3_600_000_000)
        let added = AddedCapacity(offer: offer, machines: 1, purchase: .dollars(100))
        let purchase = try #require(History.sums([History.run(1)], added: [added]).purchase)
        #expect(purchase.amortised == .zero && purchase.electricity == .zero)
        #expect(purchase.running.money == Money(nanodollars: 100_000_000))
    }

    @Test("use is counted within the period only")
    func clipped() throws {
        let added = AddedCapacity(offer: Sites.offer("new", "onprem", "espoo", ["EU"], price: 0), machines: 1)
        let sums = History.sums([History.run(1, at: 3_600, seconds: 7_200)], added: [added], period: .hours(2))
        #expect(sums.use.first?.used == .hours(1))
        #expect(sums.purchase == nil)
    }
}
