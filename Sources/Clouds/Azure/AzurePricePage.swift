import CloudPorts
import Contract
import Kernel

/// A page of the Retail Prices API, as far as we read it.
struct AzurePricePage: Decodable {
    let meters: [AzureMeter]
    /// Absolute; nil or empty on the last page.
    let nextPageLink: String?

    private enum CodingKeys: String, CodingKey {
        case meters = "Items"
        case nextPageLink = "NextPageLink"
    }
}

/// One price of one product in one region.
struct AzureMeter: Decodable {
    /// In products of which no price is one of a bare Linux machine. `Win` alone occurs, too.
    private static let otherProducts = ["Windows", " Win", "Cloud Services", "CloudServices", "Dedicated Host"]

    let currencyCode: String
    let tierMinimumUnits: ListedNumber?
    let retailPrice: ListedNumber
    let armRegionName: String?
    let armSkuName: String?
    let effectiveStartDate: Timestamp?
    let effectiveEndDate: Timestamp?
    let productName: String
    let skuName: String
    let meterName: String?
    let unitOfMeasure: String
    let type: String

    /// The offer of which this is a part; nil for a price of something else, or of another time.
    ///
    /// - Throws: `malformed` when the price cannot be true.
    func offer(at now: Timestamp, _ reading: PriceListReading) throws(PriceSourceError) -> PricedOffer? {
        guard self.type == "Consumption", self.currencyCode == "USD", self.unitOfMeasure == "1 Hour",
            self.tierMinimumUnits?.isZero ?? true,
            let machine = self.armSkuName, !machine.isEmpty,
            // Capitals vary here: `westus3`, `WestUS3`.
            let region = self.armRegionName?.lowercased(), !region.isEmpty,
            self.effectiveStartDate.map({ $0 <= now }) ?? true, self.effectiveEndDate.map({ $0 > now }) ?? true,
            !Self.otherProducts.contains(where: self.productName.contains), !self.isNamed("Low Priority")
        else { return nil }
        guard
            let price = try reading.price(self.retailPrice.description, of: "'\(machine)' in \(region)")
        else { return nil }
        return self.isNamed("Spot")
            ? PricedOffer(region: region, type: machine, spot: price)
            : PricedOffer(region: region, type: machine, onDemand: price)
    }

    /// Whether it is of this kind, which stands at the end of the SKU's or the meter's name.
    private func isNamed(_ kind: String) -> Bool {
        self.skuName.hasSuffix(" " + kind) || self.meterName?.hasSuffix(" " + kind) == true
    }
}
