package import Contract
package import Kernel

/// What a machine costs after what was negotiated, before commitments.
///
/// All books together. Of the discounts that match a machine the most specific applies, alone; discounts never add up. More
/// specific is, in this order: a machine type over a pattern of types over a family over none; a region over a pattern of
/// regions over none; one for spot or on-demand only over one for both; then the longer pattern, and last the larger discount.
/// Exact: a price in nano-dollars times a whole number of millionths, rounded half up. Never above the list price, never
/// below zero. A lookup walks the discounts of the books.
package struct ContractedPrices: Sendable {
    private let discounts: [Discount]

    package init(_ books: [PriceBook]) {
        self.discounts = books.flatMap(\.discounts)
    }

    /// The price that is paid for what costs `list`, for any length of time.
    package func contracted(list: Money, for machine: SoldMachine) -> Money {
        guard !self.discounts.isEmpty, let discount = self.discount(for: machine) else { return list }
        return list.reduced(byPercent: discount.percent)
    }

    /// The discount that applies to a machine; nil when none does.
    package func discount(for machine: SoldMachine) -> Discount? {
        self.discounts.filter { $0.matches(machine) }.max { $0.specificity.lexicographicallyPrecedes($1.specificity) }
    }
}

extension Money {
    /// So many per cent less, rounded half up to the nano-dollar.
    ///
    /// - Parameter percent: as a valid price book has it; anything else is a bug.
    func reduced(byPercent percent: Double) -> Money {
        guard let parts = Percent.parts(percent) else { preconditionFailure("\(percent) is no valid per cent") }
        return self.share(of: Percent.whole - parts, in: Percent.whole)
    }
}

extension Discount {
    func matches(_ machine: SoldMachine) -> Bool {
        self.provider == machine.provider && self.spot.map { $0 == machine.isSpot } ?? true
            && machine.isOf(family: self.family, type: self.machine, region: self.region)
    }

    /// Larger is more specific, compared from the first number on.
    var specificity: [Int] {
        [
            MachineScope.rank(family: self.family, type: self.machine), MachineScope.rank(region: self.region),
            self.spot == nil ? 0 : 1, (self.machine?.utf8.count ?? 0) + (self.region?.utf8.count ?? 0),
            Int(Percent.parts(self.percent) ?? 0),
        ]
    }
}

extension SoldMachine {
    /// Whether an entry with these conditions is about this machine.
    func isOf(family: String?, type: String?, region: String?) -> Bool {
        (family.map { $0 == self.family } ?? true) && (type.map { GlobPattern($0).matches(self.type) } ?? true)
            && (region.map { GlobPattern($0).matches(self.region) } ?? true)
    }
}

/// How narrow the conditions of discounts and commitments are.
enum MachineScope {
    static func rank(family: String?, type: String?) -> Int {
        if let type { return self.isPattern(type) ? 2 : 3 }
        return family == nil ? 0 : 1
    }

    static func rank(region: String?) -> Int {
        region.map { self.isPattern($0) ? 1 : 2 } ?? 0
    }

    private static func isPattern(_ text: String) -> Bool { text.utf8.contains { $0 == 42 || $0 == 63 } }
}
