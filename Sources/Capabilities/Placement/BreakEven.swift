import Contract
import Kernel

/// Whether a purchase pays for itself, by the simple payback period: its price ⁄ what it saves in a month.
///
/// What machines were charged by amortisation is taken out of the running cost, since the purchase pays the hardware, and
/// their electricity is put back: around the clock, used or not. No interest, no resale, no rising prices.
/// Source: Fuller, Petersen, *Life-Cycle Costing Manual*, NIST Handbook 135 (1995), Simple Payback.
struct BreakEven: Sendable, Hashable {
    /// What a month is here.
    static let month = TimeSpan.hours(30 * 24)

    let price: Money
    /// Of all runs in the period.
    let actual: Money
    let whatIf: Money
    /// Of `whatIf`, the charge for slots of the bought machines that are priced by amortisation.
    let amortised: Money
    /// Of these machines in the period.
    let electricity: Money
    let period: TimeSpan

    var running: Money { self.whatIf - self.amortised + self.electricity }
    var monthlySaving: Money {
        (self.actual - self.running).share(of: Self.month.milliseconds, in: self.period.milliseconds)
    }

    /// The first month, counted from 1, at whose end the savings cover the price; nil for never.
    var breakEvenMonth: Int? {
        let saving = self.monthlySaving.nanodollars
        guard saving > 0 else { return nil }
        let (whole, rest) = self.price.nanodollars.quotientAndRemainder(dividingBy: saving)
        return Int(whole) + (rest > 0 ? 1 : 0)
    }

    var purchase: WhatIfPurchase {
        WhatIfPurchase(
            price: Dollars(self.price), amortised: Dollars(self.amortised), electricity: Dollars(self.electricity),
            running: Dollars(self.running), monthlySaving: Dollars(self.monthlySaving),
            breakEvenMonth: self.breakEvenMonth, reason: self.reason)
    }

    private var reason: String? {
        if self.monthlySaving > .zero { return nil }
        if self.monthlySaving == .zero { return "it saves nothing: the period cost as much as it would have" }
        return "it costs \(Money.zero - self.monthlySaving) more a month than what it replaces"
    }
}
