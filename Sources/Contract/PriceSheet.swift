package import Kernel

/// A provider's whole price list, read to its end: what a refresh hands to the catalog.
///
/// There is no half a sheet: who reads one gets all of the list or an error, so that an old table is replaced only by a whole
/// new one. Every region and machine type occurs once, in the order of their names, so that two readings of one list are
/// equal.
package struct PriceSheet: Codable, Sendable, Hashable {
    /// As the catalog names it: `aws`, `gcp`, `azure`.
    package let provider: String
    /// When the list was published; when it was read, where its publisher does not say.
    package let asOf: Timestamp
    /// Who published it where, for people who trace a figure.
    package let source: String
    /// Sorted by region, then type; unique in both.
    package let offers: [PricedOffer]

    package init(provider: String, asOf: Timestamp, source: String, offers: [PricedOffer]) {
        self.provider = provider
        self.asOf = asOf
        self.source = source
        var unique: [PricedOffer] = []
        unique.reserveCapacity(offers.count)
        for offer in offers.sorted(by: { ($0.region, $0.type) < ($1.region, $1.type) }) {
            if let last = unique.last, last.region == offer.region, last.type == offer.type {
                unique[unique.count - 1] = last.merged(with: offer)
            } else {
                unique.append(offer)
            }
        }
        self.offers = unique
    }
}

extension PriceSheet {
    private enum CodingKeys: String, CodingKey { case provider, asOf, source, offers }

    /// Through the initialiser, so that a sheet from a file is sorted and unique, too.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            provider: try container.decode(String.self, forKey: .provider),
            asOf: try container.decode(Timestamp.self, forKey: .asOf),
            source: try container.decode(String.self, forKey: .source),
            offers: try container.decode([PricedOffer].self, forKey: .offers))
    }
}
