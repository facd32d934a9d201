package import Kernel

/// What a byte costs on its way from one place to another.
package struct EgressRate: Sendable, Hashable {
    /// From this much a month on.
    package let from: ByteCount
    /// Clouds bill binary gigabytes.
    package let pricePerGibibyte: Money
    /// Who published the figure.
    package let source: String
    /// The day or the year as of which it was published so.
    package let asOf: String

    /// Out of a place of one's own.
    static let own = EgressRate(
        from: .zero, pricePerGibibyte: .zero, source: "an own line is paid by its bandwidth, not by the byte",
        asOf: "2025")
    /// Within a region of a provider whose rate for that is not in the table.
    static let sameRegion = EgressRate(
        from: .zero, pricePerGibibyte: .zero,
        source: "AWS, Google Cloud and Azure: object storage to a machine of the same region, as published",
        asOf: "2025")
}

extension Catalog {
    /// The price of sending one GiB; a missing provider is a place of one's own. See `egressRate` for source and date.
    ///
    /// - Throws: `invalid` when no table knows the way.
    package func egressPrice(
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
    /// - Throws: `invalid` when no table knows the way.
    package func egressRate(
        fromProvider: String?, fromRegion: String?, toProvider: String?, toRegion: String?
    ) throws(CatalogError) -> EgressRate {
        let tiers = try self.egressTiers(
            fromProvider: fromProvider, fromRegion: fromRegion, toProvider: toProvider, toRegion: toRegion)
        guard let rate = tiers.first(where: { $0.pricePerGibibyte > .zero }) ?? tiers.first else {
            preconditionFailure("a known way has a tier")
        }
        return rate
    }

    /// All published tiers from one place to another, the free allowance among them; at least one.
    ///
    /// - Throws: `invalid` when no table knows the way.
    package func egressTiers(
        fromProvider: String?, fromRegion: String?, toProvider: String?, toRegion: String?
    ) throws(CatalogError) -> [EgressRate] {
        let from = Site(provider: fromProvider, region: fromRegion)
        let to = Site(provider: toProvider, region: toRegion)
        if from.isOwn { return [.own] }
        let tiers = self.tiers(from: from, to: to)
        if !tiers.isEmpty { return tiers }
        if from == to { return [.sameRegion] }
        throw .unknownEgress(from: from.description, to: to.description)
    }

    private func tiers(from: Site, to: Site) -> [EgressRate] {
        guard let table = self.egress(of: from.provider), let provider = table.provider(from.provider),
            let group = self.egressGroup(from)
        else { return [] }
        let target: String
        if from == to {
            target = "region"
        } else if from.provider == to.provider {
            guard let other = self.egressGroup(to) else { return [] }
            target = "group:\(other)"
        } else {
            target = "internet"
        }
        let rows = table[.providerEgressStart].range(provider)
        return rows.filter { table.text(.egressFrom, $0) == group && table.text(.egressTo, $0) == target }.map { row in
            let source = table.source(.egressSource, row)
            return EgressRate(
                from: .gibibytes(Int64(table[.egressTier][row])),
                pricePerGibibyte: table.price(table[.egressPrice].index(row)), source: source.name, asOf: source.date)
        }
    }

    /// The regions that a region's traffic is priced with; nil when that is unknown.
    private func egressGroup(_ site: Site) -> String? {
        self.tables.lazy.compactMap { table in
            table.region(site.provider, site.region).map { table.text(.regionEgressGroup, $0) }
        }.first { !$0.isEmpty }
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
