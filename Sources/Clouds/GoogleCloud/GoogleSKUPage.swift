import CloudPorts
import Kernel

/// A page of `services.skus.list`, as far as we read it. Absent fields are empty ones, as everywhere in Google's JSON.
struct GoogleSKUPage: Decodable {
    let skus: [GoogleSKU]?
    let nextPageToken: String?
}

/// One thing with a price.
struct GoogleSKU: Decodable {
    struct Category: Decodable {
        let resourceFamily: String?
        /// `OnDemand`, `Preemptible`, `Commit1Yr`, …
        let usageType: String?
    }

    struct Pricing: Decodable {
        let effectiveTime: Timestamp?
        let pricingExpression: Expression?
    }

    struct Expression: Decodable {
        /// `h`, `GiBy.h`, `GiBy.mo`, …
        let usageUnit: String?
        let tieredRates: [Tier]?
    }

    struct Tier: Decodable {
        let unitPrice: UnitPrice
    }

    /// `google.type.Money`: whole units as a text, because JSON's numbers cannot hold all of them, and billionths.
    struct UnitPrice: Decodable {
        let currencyCode: String?
        let units: String?
        let nanos: Int64?
    }

    let description: String
    let category: Category
    let serviceRegions: [String]?
    let pricingInfo: [Pricing]?

    /// The pricing in force: the newest that has begun. The list may tell past ones, too.
    func pricing(at now: Timestamp) -> Pricing? {
        self.pricingInfo?.filter { $0.effectiveTime.map { $0 <= now } ?? true }
            .max { ($0.effectiveTime?.milliseconds ?? .min) < ($1.effectiveTime?.milliseconds ?? .min) }
    }

    /// The price of a unit, in US dollars; nil when it is another currency's, or varies with how much is used.
    ///
    /// - Throws: `malformed` when it cannot be true.
    func price(_ pricing: Pricing, unit: String, _ reading: PriceListReading) throws(PriceSourceError) -> Money? {
        guard let expression = pricing.pricingExpression, expression.usageUnit == unit,
            let tiers = expression.tieredRates, tiers.count == 1, let price = tiers.first?.unitPrice,
            price.currencyCode == "USD"
        else { return nil }
        let limit = PriceListReading.highestPrice.nanodollars
        guard let units = Int64(price.units ?? "0"), units.magnitude <= limit.magnitude / 1_000_000_000,
            (price.nanos ?? 0).magnitude < 1_000_000_000
        else {
            throw reading.malformed(
                "the price of '\(self.description)', \(price.units ?? "0") units and \(price.nanos ?? 0) nanos, cannot be true"
            )
        }
        return try reading.price(
            Money(nanodollars: units * 1_000_000_000 + (price.nanos ?? 0)), of: "'\(self.description)'")
    }
}
