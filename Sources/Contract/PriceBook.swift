package import Kernel

/// What was agreed with the clouds: discounts, credits and commitments. Declared by `kind: PriceBook`.
///
/// A catalog says what everybody pays; this says what *we* pay. Several books are one: their entries hold together, so that
/// each team may keep its own file. It is a value; what it makes of a price is decided in the catalog, what it makes of the
/// bill in the fleet.
package struct PriceBook: Codable, Sendable, Hashable {
    package var name: String
    package var discounts: [Discount]
    package var credits: [Credit]
    package var commitments: [Commitment]

    package init(
        name: String, discounts: [Discount] = [], credits: [Credit] = [], commitments: [Commitment] = []
    ) {
        self.name = name
        self.discounts = discounts
        self.credits = credits
        self.commitments = commitments
    }
}

/// So many per cent less than the list price. Of several that match one machine, the most specific applies, alone.
package struct Discount: Codable, Sendable, Hashable {
    /// `aws`, `gcp` or `azure`.
    package var provider: String
    /// `m6i` of `m6i.large`, `n2` of `n2-standard-4`, `Ds_v5` of `Standard_D8s_v5`.
    package var family: String?
    /// A machine type, or a pattern such as `p5.*`.
    package var machine: String?
    /// A region, or a pattern such as `eu-*`.
    package var region: String?
    /// Only for spot machines, or only for those on demand; for both when absent.
    package var spot: Bool?
    /// 0 to 100, with at most four decimals.
    package var percent: Double

    package init(
        provider: String, family: String? = nil, machine: String? = nil, region: String? = nil, spot: Bool? = nil,
        percent: Double
    ) {
        self.provider = provider
        self.family = family
        self.machine = machine
        self.region = region
        self.spot = spot
        self.percent = percent
    }
}

/// Dollars that a cloud gave us to spend with it.
package struct Credit: Codable, Sendable, Hashable {
    /// What the bill calls it. A credit of the same book and name stays the same credit, however often it is declared.
    package var name: String
    /// With whom it can be spent; with any cloud when absent.
    package var provider: String?
    package var amount: Money
    package var from: Timestamp?
    package var until: Timestamp?

    package init(
        name: String, provider: String? = nil, amount: Money, from: Timestamp? = nil, until: Timestamp? = nil
    ) {
        self.name = name
        self.provider = provider
        self.amount = amount
        self.from = from
        self.until = until
    }
}

/// How a provider calls a commitment. What it covers is said by its count or its spend, not by this.
package enum CommitmentKind: String, Codable, Sendable, CaseIterable {
    case reservedInstance = "reserved-instance"
    case savingsPlan = "savings-plan"
    case committedUse = "committed-use"
}

/// Machines or spend that is paid whether it is used or not; one more machine that it has room for costs nothing.
package struct Commitment: Codable, Sendable, Hashable {
    /// What the bill calls it. A commitment of the same book and name stays the same one, however often it is declared.
    package var name: String
    package var kind: CommitmentKind
    /// `aws`, `gcp` or `azure`.
    package var provider: String
    package var family: String?
    /// A machine type, or a pattern.
    package var machine: String?
    /// A region, or a pattern; everywhere when absent.
    package var region: String?
    /// How many machines it covers at a time. This, or `perHour`.
    package var count: Int?
    /// What the machines that it covers may cost in an hour together, at the commitment's own rates. This, or `count`.
    package var perHour: Money?
    /// What is paid for every hour of it, used or not; `perHour` when absent.
    package var price: Money?
    /// How far below the list price its rates are, for one by spend; 0 to 100 with at most four decimals. Absent: its
    /// rates are those that one pays without it.
    package var discountPercent: Double?
    package var from: Timestamp
    package var until: Timestamp

    package init(
        name: String, kind: CommitmentKind, provider: String, family: String? = nil, machine: String? = nil,
        region: String? = nil, count: Int? = nil, perHour: Money? = nil, price: Money? = nil,
        discountPercent: Double? = nil, from: Timestamp, until: Timestamp
    ) {
        self.name = name
        self.kind = kind
        self.provider = provider
        self.family = family
        self.machine = machine
        self.region = region
        self.count = count
        self.perHour = perHour
        self.price = price
        self.discountPercent = discountPercent
        self.from = from
        self.until = until
    }

    /// What it costs for an hour, used or not.
    package var pricePerHour: Money { self.price ?? self.perHour ?? .zero }

    /// Whether it holds at this moment; its end is no longer part of it.
    package func isActive(at now: Timestamp) -> Bool { self.from <= now && now < self.until }
}

/// Per cent with four decimals as the whole number that they are, so that prices stay exact.
package enum Percent {
    /// Parts in a whole: a per cent has ten thousand of them.
    package static let whole: Int64 = 1_000_000

    /// How many parts; nil when it is not within 0 to 100 or has more than four decimals.
    package static func parts(_ percent: Double) -> Int64? {
        guard percent >= 0, percent <= 100 else { return nil }
        let scaled = percent * 10_000
        let parts = scaled.rounded()
        // A decimal with four digits is at most one unit in the last place of a Double away from its own text.
        guard abs(scaled - parts) <= 1e-6 else { return nil }
        return Int64(parts)
    }
}
