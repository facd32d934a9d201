import CloudPorts
import Kernel

/// What the list asks for the parts of machines, region by region.
struct GoogleRates {
    struct Key: Hashable {
        var region: String
        var part: GooglePart
        var isSpot: Bool
    }

    private let now: Timestamp
    private var prices: [Key: Money] = [:]
    /// When the newest of the prices came into force: the list's own date.
    private(set) var newest: Timestamp?

    init(now: Timestamp) { self.now = now }

    /// The regions with a price, sorted.
    var regions: [String] { Set(self.prices.keys.map(\.region)).sorted() }

    /// For an hour of one of it; nil when unknown.
    func price(of part: GooglePart, in region: String, isSpot: Bool) -> Money? {
        self.prices[Key(region: region, part: part, isSpot: isSpot)]
    }

    /// Takes what `sku` says, if it is of a machine's part. Where a part is priced twice, the higher counts.
    ///
    /// - Throws: `malformed` when the price cannot be true.
    mutating func add(_ sku: GoogleSKU, _ reading: PriceListReading) throws(PriceSourceError) {
        guard sku.category.resourceFamily == "Compute",
            let isSpot = ["OnDemand": false, "Preemptible": true][sku.category.usageType ?? ""],
            let named = GooglePart.named(sku.description), let pricing = sku.pricing(at: self.now),
            let price = try sku.price(pricing, unit: named.part.unit, reading)
        else { return }
        if let effective = pricing.effectiveTime { self.newest = max(self.newest ?? effective, effective) }
        for region in sku.serviceRegions ?? [] {
            // Some spot parts are filed under OnDemand: their names tell.
            let key = Key(region: region, part: named.part, isSpot: isSpot || named.isSpot)
            self.prices[key] = max(self.prices[key] ?? price, price)
        }
    }
}
