package import Contract

/// What the clouds sell: machine types in regions, what an hour of one costs, what is known of a region, and what a byte costs
/// that is kept or leaves.
///
/// A catalog is one or more packed tables, each with its sources and dates, so that a bill that differs can be traced. The
/// first is as a rule the one that is embedded in the program; a later one replaces what earlier ones say of a provider,
/// kind by kind: its offers, its egress prices, its storage prices, and the facts of each region. Machines of one's own are
/// priced by the amortisation formula that `Contract/Environment.swift` documents.
///
/// It refuses to guess. What is not in a table is *unknown*, a typed fault that names what was asked for and the nearest names
/// that are known; it is never zero and never another region's price. Discounts belong to the price book, and "offered here"
/// is not "available now". A lookup is a few binary searches; a search walks the columns, a millisecond or two for all of them.
package struct Catalog: Sendable {
    /// The later ones first: who is asked first.
    let tables: [CatalogTable]

    /// What is part of this program.
    package static let embedded = Catalog(tables: [.embedded])

    /// - Parameter tables: each replaces what those before it say of a provider.
    package init(tables: [CatalogTable]) { self.tables = tables.reversed() }

    /// The machine type of a provider's region; nil when it is not offered there.
    package func machine(_ provider: String, _ region: String, _ type: String) -> CatalogOffer? {
        guard let table = self.offers(of: provider), let place = table.region(provider, region),
            let machine = table.machine(provider, type), let row = table.offer(region: place, machine: machine)
        else { return nil }
        return CatalogOffer(table, offer: row, region: place, provider: provider)
    }

    /// What is known of a provider's region; nil when it is in no table.
    package func region(_ provider: String, _ code: String) -> CatalogRegion? {
        let found = self.tables.lazy.compactMap { table in
            table.region(provider, code).map { CatalogRegion(table, row: $0, provider: provider) }
        }
        return found.first { $0.hasFacts } ?? found.first
    }

    /// Every region of every provider, by provider and code.
    package var regions: [CatalogRegion] {
        self.providers.flatMap { provider in
            self.codes(of: provider).compactMap { self.region(provider, $0) }
        }
    }

    /// The providers that sell something, by name.
    package var providers: [String] {
        Set(self.tables.flatMap { table in table[.providerName].indices.map { table.text(.providerName, $0) } })
            .sorted()
    }

    /// What is known of an accelerator, by its canonical name or an alias.
    package func accelerator(_ name: String) -> CatalogDraft.Accelerator? {
        let canonical = AcceleratorName(name)?.canonical ?? name
        return self.tables.lazy.compactMap { table in
            table.find(canonical, in: .acceleratorName, table[.acceleratorName].indices)
                .map { CatalogDraft.accelerator(table, $0) }
        }.first
    }

    /// Who published the figures of this catalog, and when.
    package var sources: [CatalogSource] {
        var seen: Set<CatalogSource> = []
        return self.tables.flatMap { table in table[.sourceID].indices.map { table.source($0) } }
            .filter { seen.insert($0).inserted }
    }
}

// MARK: - Which table is asked

extension Catalog {
    /// The table whose offers of a provider hold.
    func offers(of provider: String) -> CatalogTable? {
        self.table(of: provider, .providerRegionStart, .regionOfferStart)
    }

    func storage(of provider: String) -> CatalogTable? {
        self.table(of: provider, .providerRegionStart, .regionStorageStart)
    }

    func egress(of provider: String) -> CatalogTable? {
        self.tables.first { table in
            table.provider(provider).map { !table[.providerEgressStart].range($0).isEmpty } ?? false
        }
    }

    /// The first that has rows of a provider's regions.
    private func table(of provider: String, _ regions: CatalogColumn, _ rows: CatalogColumn) -> CatalogTable? {
        self.tables.first { table in
            guard let row = table.provider(provider) else { return false }
            let range = table[regions].range(row)
            return table[rows][range.lowerBound] < table[rows][range.upperBound]
        }
    }

    /// The codes of a provider's regions, sorted.
    func codes(of provider: String) -> [String] {
        Set(
            self.tables.flatMap { table in
                table.provider(provider).map { row in
                    table[.providerRegionStart].range(row).map { table.text(.regionCode, $0) }
                } ?? []
            }
        ).sorted()
    }
}
