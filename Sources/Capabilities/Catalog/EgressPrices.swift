package import Kernel

/// The first paid rate between any two places, for those who ask for thousands of pairs.
///
/// Says what `Catalog.egressPrice` says, from tables by name that are made once.
/// Costs O(egress rows + regions) to make, and two or three lookups by name for a pair.
package struct EgressPrices: Sendable {
    private struct Way: Hashable {
        let provider: String
        let from: String
        let to: String
    }

    private var groups: [Site: String] = [:]
    private var prices: [Way: Money] = [:]

    package init(_ catalog: Catalog) {
        for table in catalog.tables.reversed() {
            for row in table[.providerName].indices {
                let provider = table.text(.providerName, row)
                for region in table[.providerRegionStart].range(row) {
                    let group = table.text(.regionEgressGroup, region)
                    guard !group.isEmpty else { continue }
                    self.groups[Site(provider: provider, region: table.text(.regionCode, region))] = group
                }
            }
        }
        for provider in catalog.providers {
            guard let table = catalog.egress(of: provider), let row = table.provider(provider) else { continue }
            self.add(table, table[.providerEgressStart].range(row), provider)
        }
    }

    /// Rows are in order of their tiers: the first that costs something counts, else the first.
    private mutating func add(_ table: CatalogTable, _ rows: Range<Int>, _ provider: String) {
        for row in rows {
            let way = Way(
                provider: provider, from: table.text(.egressFrom, row), to: table.text(.egressTo, row))
            let price = table.price(table[.egressPrice].index(row))
            if (self.prices[way] ?? .zero) == .zero { self.prices[way] = price }
        }
    }

    /// Dollars for one GiB; a missing provider is a place of one's own. Nil when no table knows the way.
    package func price(
        fromProvider: String?, fromRegion: String?, toProvider: String?, toRegion: String?
    ) -> Money? {
        let from = Site(provider: fromProvider, region: fromRegion)
        let to = Site(provider: toProvider, region: toRegion)
        if from.isOwn { return .zero }
        let unknown: Money? = from == to ? .zero : nil
        guard let group = self.groups[from], let target = self.target(from, to) else { return unknown }
        return self.prices[Way(provider: from.provider, from: group, to: target)] ?? unknown
    }

    private func target(_ from: Site, _ to: Site) -> String? {
        if from == to { return "region" }
        return from.provider == to.provider ? self.groups[to].map { "group:\($0)" } : "internet"
    }
}
