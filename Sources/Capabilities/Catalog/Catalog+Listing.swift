package import Kernel

/// Everything a catalog sells, in rows that are small: what a market is built of.
package struct CatalogListing: Sendable {
    /// The shape of a provider's machine type. What is absent is unknown.
    package struct Machine: Sendable, Hashable {
        package let provider: String
        package let type: String
        package let vcpus: Double?
        package let memory: ByteCount?
        /// The canonical name; absent for none.
        package let accelerator: String?
        /// Less than 1 for a share of one.
        package let acceleratorCount: Double?
        /// `x86_64`, `arm64` …
        package let architecture: String?
    }

    /// One machine type in one region.
    package struct Row: Sendable, Hashable {
        /// Index into `regions`.
        package let region: Int
        /// Index into `machines`.
        package let machine: Int
        package let pricePerHour: Money?
        package let spotPricePerHour: Money?
    }

    package private(set) var regions: [CatalogRegion] = []
    package private(set) var machines: [Machine] = []
    package private(set) var rows: [Row] = []
}

extension Catalog {
    /// Every offer of every provider, from the table that holds for it.
    ///
    /// - Complexity: O(offers), 32 bytes each; some milliseconds for the embedded table.
    package func listing() -> CatalogListing {
        var listing = CatalogListing()
        for provider in self.providers {
            guard let table = self.offers(of: provider), let row = table.provider(provider) else { continue }
            listing.add(table, provider, row) { self.region(provider, $0) }
        }
        return listing
    }
}

extension CatalogListing {
    fileprivate mutating func add(
        _ table: CatalogTable, _ provider: String, _ row: Int, _ facts: (String) -> CatalogRegion?
    ) {
        let types = table[.providerMachineStart].range(row)
        let first = self.machines.count
        self.machines += types.map { Machine(table, provider, $0) }
        for place in table[.providerRegionStart].range(row) {
            let offers = table[.regionOfferStart].range(place)
            guard !offers.isEmpty, let region = facts(table.text(.regionCode, place)) else { continue }
            self.rows += offers.map { offer in
                Row(
                    region: self.regions.count, machine: first + table[.offerMachine].index(offer) - types.lowerBound,
                    pricePerHour: table.optionalPrice(.offerPrice, offer),
                    spotPricePerHour: table.optionalPrice(.offerSpot, offer))
            }
            self.regions.append(region)
        }
    }
}

extension CatalogListing.Machine {
    fileprivate init(_ table: CatalogTable, _ provider: String, _ row: Int) {
        let accelerator = table.text(.machineAccelerator, row)
        let architecture = table.text(.machineArchitecture, row)
        self.provider = provider
        self.type = table.text(.machineType, row)
        self.vcpus = table.known(.machineVCPUs, row).map { TenThousandths($0).double }
        self.memory = table.known(.machineMemory, row).map { .mebibytes($0) }
        self.accelerator = accelerator.isEmpty ? nil : accelerator
        self.acceleratorCount = table.known(.machineAcceleratorCount, row).map { TenThousandths($0).double }
        self.architecture = architecture.isEmpty ? nil : architecture
    }
}
