package import Kernel

/// What a byte costs on its way from one place to another.
package struct EgressRate: Sendable, Hashable {
    /// Per GiB: both clouds bill binary gigabytes.
    package let pricePerGibibyte: Money
    /// Who published the figure.
    package let source: String
    /// The year as of which it was published so.
    package let asOf: String
}

extension Catalog {
    /// The price of sending one GiB; a missing provider is a place of one's own. See `egressRate` for source and date.
    ///
    /// - Throws: `invalid` when the table does not know the way.
    package static func egressPrice(
        fromProvider: String?, fromRegion: String?, toProvider: String?, toRegion: String?
    ) throws(CatalogError) -> Money {
        try self.egressRate(
            fromProvider: fromProvider, fromRegion: fromRegion, toProvider: toProvider, toRegion: toRegion
        ).pricePerGibibyte
    }

    /// The published rate of the first paid tier from one place to another, the free allowance left out.
    ///
    /// Within a region, and out of a place of one's own, it is 0. Between two regions of one cloud the inter-region rate
    /// holds; to anywhere else the internet rate.
    /// - Throws: `invalid` when the table does not know the way.
    package static func egressRate(
        fromProvider: String?, fromRegion: String?, toProvider: String?, toRegion: String?
    ) throws(CatalogError) -> EgressRate {
        let from = Site(provider: fromProvider, region: fromRegion)
        let to = Site(provider: toProvider, region: toRegion)
        if from.isOwn { return EgressTable.own }
        if from == to { return EgressTable.sameRegion }
        guard let rate = EgressTable.rate(from: from, to: to) else {
            throw .unknownEgress(from: from.description, to: to.description)
        }
        return rate
    }
}

/// A provider's region, or a place of one's own.
struct Site: Hashable, CustomStringConvertible {
    let provider: String
    let region: String

    init(provider: String?, region: String?) {
        self.provider = provider ?? "local"
        self.region = region ?? ""
    }

    var isOwn: Bool { self.provider == "onprem" || self.provider == "local" }
    var description: String { self.region.isEmpty ? self.provider : "\(self.provider) \(self.region)" }
}

/// The embedded egress rates, first paid tier, US dollars per GiB.
enum EgressTable {
    static let own = EgressRate(
        pricePerGibibyte: .zero, source: "an own line is paid by its bandwidth, not by the byte", asOf: "2025")
    static let sameRegion = EgressRate(
        pricePerGibibyte: .zero,
        source: "AWS and Google Cloud: object storage to a machine of the same region, as published",
        asOf: "2025")

    private static let aws = "Amazon EC2 on-demand pricing, 'Data Transfer', as published"
    private static let google = "Google Cloud VPC network pricing, as published"

    /// The rate from a region the table knows; nil from any other.
    static func rate(from: Site, to: Site) -> EgressRate? {
        switch (from.provider, from.region) {
        case ("aws", "us-east-1"): Self.fromUSEast1(to)
        case ("gcp", "europe-west4"): Self.fromEuropeWest4(to)
        default: nil
        }
    }

    private static func fromUSEast1(_ to: Site) -> EgressRate {
        guard to.provider == "aws" else {
            return EgressRate(
                pricePerGibibyte: Money(nanodollars: 90_000_000),
                source: "\(self.aws): out to internet, first 10 TB a month",
                asOf: "2025")
        }
        let cents: Int64 = to.region == "us-east-2" ? 1 : 2
        return EgressRate(
            pricePerGibibyte: Money(nanodollars: cents * 10_000_000), source: "\(self.aws): to another AWS region",
            asOf: "2025")
    }

    private static func fromEuropeWest4(_ to: Site) -> EgressRate? {
        guard to.provider == "gcp" else {
            return EgressRate(
                pricePerGibibyte: Money(nanodollars: 120_000_000),
                source:
                    "\(self.google): premium tier to internet, worldwide but China and Australia, first TiB a month",
                asOf: "2025")
        }
        let source = "\(self.google): between regions"
        if to.region.hasPrefix("europe-") {
            return EgressRate(pricePerGibibyte: Money(nanodollars: 20_000_000), source: source, asOf: "2025")
        }
        if to.region.hasPrefix("us-") || to.region.hasPrefix("northamerica-") {
            return EgressRate(pricePerGibibyte: Money(nanodollars: 50_000_000), source: source, asOf: "2025")
        }
        return nil
    }
}
