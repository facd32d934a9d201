package import Contract
import Kernel

extension Catalog {
    /// The offers that match, in the order that was asked for; ties by price, provider, region and type.
    ///
    /// - Throws: `invalid` for a provider that the catalog does not know.
    /// - Complexity: O(offers), with memory for `limit` of them and for a provider's machine types.
    package func search(_ query: CatalogQuery) throws(CatalogError) -> CatalogOffers {
        let known = self.providers
        if let provider = query.provider, !known.contains(provider) {
            throw .unknownProvider(name: provider, known: known)
        }
        var search = CatalogSearch(query)
        for (index, provider) in known.enumerated() where query.provider ?? provider == provider {
            if let table = self.offers(of: provider), let row = table.provider(provider) {
                search.walk(table, provider: row, number: index)
            }
        }
        let items = search.best.sorted.compactMap { match in
            self.offers(of: known[match.provider]).map {
                CatalogOffer($0, offer: match.offer, region: match.region, provider: known[match.provider])
            }
        }
        return CatalogOffers(items: items, total: search.total)
    }
}

/// A walk over the columns of tables. What concerns the machine type is decided once for each type, not for each offer.
struct CatalogSearch {
    /// An offer that matches, comparable by what was asked for.
    struct Match: Comparable {
        /// The figure that is sorted by, `unknown` for none.
        let figure: UInt64
        let price: UInt64
        let provider: Int
        /// Rows of the provider's table; they are in order of region and type.
        let offer: Int
        let region: Int

        static func < (a: Self, b: Self) -> Bool {
            (a.figure, a.price, a.provider, a.offer) < (b.figure, b.price, b.provider, b.offer)
        }
    }

    /// Above every figure, so that what is unknown comes last.
    private static let unknown = UInt64.max

    private let query: CatalogQuery
    private(set) var best: Smallest<Match>
    private(set) var total = 0

    init(_ query: CatalogQuery) {
        self.query = query
        self.best = Smallest(limit: query.limit)
    }

    mutating func walk(_ table: CatalogTable, provider: Int, number: Int) {
        let machines = table[.providerMachineStart].range(provider)
        let fits = machines.map { self.fits(table, machine: $0) }
        guard fits.contains(true) else { return }
        let figures = machines.map { self.figure(table, machine: $0) }
        let column = table[.offerMachine]
        let prices = table[self.query.spot ? .offerSpot : .offerPrice]
        let amounts = table[.price]
        let zones = table[.offerZones]
        let dearest = self.query.maximumPrice.map { UInt64(max(0, $0.nanodollars)) }
        let needsPrice = self.query.spot || dearest != nil
        for region in table[.providerRegionStart].range(provider) {
            guard let zone = self.zone(table, region: region) else { continue }
            for offer in table[.regionOfferStart].range(region) {
                let machine = column.index(offer) - machines.lowerBound
                guard fits[machine], zones[offer] & zone == zone else { continue }
                let index = prices.index(offer)
                if index == 0, needsPrice { continue }
                let price = index == 0 ? Self.unknown : amounts[index - 1]
                if let dearest, price > dearest { continue }
                self.total += 1
                let figure = self.query.sort == .price ? price : figures[machine]
                self.best.add(
                    Match(figure: figure, price: price, provider: number, offer: offer, region: region))
            }
        }
    }

    /// What an offer's zones must have; nil when the region is not wanted at all.
    private func zone(_ table: CatalogTable, region: Int) -> UInt64? {
        if let pattern = self.query.region, !pattern.matches(table.text(.regionCode, region)) { return nil }
        guard let name = self.query.zone else { return 0 }
        let zones = table[.regionZoneStart].range(region)
        return zones.firstIndex { table.text(.zoneName, $0) == name }.map { 1 << UInt64($0 - zones.lowerBound) }
    }

    private func figure(_ table: CatalogTable, machine: Int) -> UInt64 {
        switch self.query.sort {
        case .price: 0
        case .vcpus: table.known(.machineVCPUs, machine).map { UInt64($0) } ?? Self.unknown
        case .memory: table.known(.machineMemory, machine).map { UInt64($0) } ?? Self.unknown
        }
    }

    private func fits(_ table: CatalogTable, machine: Int) -> Bool {
        if let range = self.query.cpus {
            guard let vcpus = table.known(.machineVCPUs, machine), range.contains(TenThousandths(vcpus).double) else {
                return false
            }
        }
        if let range = self.query.memory {
            guard let memory = table.known(.machineMemory, machine), range.contains(.mebibytes(memory)) else {
                return false
            }
        }
        if let architecture = self.query.architecture,
            table.text(.machineArchitecture, machine) != architecture
        {
            return false
        }
        return self.query.gpu.map { Self.fits($0, table, machine) } ?? true
    }

    private static func fits(_ demand: AcceleratorDemand, _ table: CatalogTable, _ machine: Int) -> Bool {
        let name = table.text(.machineAccelerator, machine)
        guard !name.isEmpty else { return false }
        return demand.choices.contains { choice in
            guard choice.name == name else { return false }
            guard let count = choice.count else { return true }
            return table.known(.machineAcceleratorCount, machine).map { count.contains(TenThousandths($0).double) }
                ?? false
        }
    }
}
