extension CatalogDraft {
    /// Unpacks a table: the rows it was packed from, in canonical order.
    package init(_ table: CatalogTable) {
        self.init()
        self.sources = table[.sourceID].indices.map { table.source($0) }
        for provider in table[.providerName].indices {
            let name = table.text(.providerName, provider)
            self.machines += table[.providerMachineStart].range(provider).map { Self.machine(table, $0, of: name) }
            self.egress += table[.providerEgressStart].range(provider).map { Self.egress(table, $0, of: name) }
            for region in table[.providerRegionStart].range(provider) {
                self.regions.append(Self.region(table, region, of: name))
                self.offers += Self.offers(table, in: region, of: name)
                self.storage += Self.storage(table, in: region, of: name)
            }
        }
        self.accelerators = table[.acceleratorName].indices.map { Self.accelerator(table, $0) }
    }

    private static func machine(_ table: CatalogTable, _ row: Int, of provider: String) -> Machine {
        Machine(
            provider: provider, type: table.text(.machineType, row),
            vcpus: table.known(.machineVCPUs, row).map { TenThousandths($0) },
            memoryMebibytes: table.known(.machineMemory, row),
            accelerator: Self.nonEmpty(table.text(.machineAccelerator, row)),
            acceleratorCount: table.known(.machineAcceleratorCount, row).map { TenThousandths($0) },
            acceleratorMemoryMebibytes: table.known(.machineAcceleratorMemory, row),
            architecture: Self.nonEmpty(table.text(.machineArchitecture, row)),
            source: table.source(.machineSource, row).id)
    }

    private static func region(_ table: CatalogTable, _ row: Int, of provider: String) -> Region {
        var region = Region(provider: provider, code: table.text(.regionCode, row))
        region.name = table.text(.regionName, row)
        region.latitude = table.shifted(.regionLatitude, row).map { $0 - Self.latitudeShift }
        region.longitude = table.shifted(.regionLongitude, row).map { $0 - Self.longitudeShift }
        region.country = Self.nonEmpty(table.text(.regionCountry, row))
        region.zones = table.list(.regionResidency, row)
        region.carbon = table.shifted(.regionCarbon, row).map { TenThousandths($0) }
        region.carbonSource = table.optionalSource(.regionCarbonSource, row)?.id
        region.locationSource = table.optionalSource(.regionLocationSource, row)?.id
        region.egressGroup = Self.nonEmpty(table.text(.regionEgressGroup, row))
        return region
    }

    private static func offers(_ table: CatalogTable, in region: Int, of provider: String) -> [Offer] {
        let code = table.text(.regionCode, region)
        let zones = table[.regionZoneStart].range(region).map { table.text(.zoneName, $0) }
        let sources = table[.sourceID].indices.map { table.text(.sourceID, $0) }
        return table[.regionOfferStart].range(region).map { row in
            let mask = table[.offerZones][row]
            return Offer(
                provider: provider, region: code, type: table.text(.machineType, table[.offerMachine].index(row)),
                onDemand: table.optionalPrice(.offerPrice, row), spot: table.optionalPrice(.offerSpot, row),
                zones: zones.indices.filter { mask >> UInt64($0) & 1 == 1 }.map { zones[$0] },
                source: sources[table[.offerSource].index(row)])
        }
    }

    private static func egress(_ table: CatalogTable, _ row: Int, of provider: String) -> EgressTier {
        EgressTier(
            provider: provider, fromGroup: table.text(.egressFrom, row), to: table.text(.egressTo, row),
            fromGibibytes: Int64(table[.egressTier][row]), price: table.price(table[.egressPrice].index(row)),
            source: table.source(.egressSource, row).id)
    }

    private static func storage(_ table: CatalogTable, in region: Int, of provider: String) -> [StorageTier] {
        let code = table.text(.regionCode, region)
        return table[.regionStorageStart].range(region).map { row in
            StorageTier(
                provider: provider, region: code, storageClass: table.text(.storageClass, row),
                fromGibibytes: Int64(table[.storageTier][row]), price: table.price(table[.storagePrice].index(row)),
                source: table.source(.storageSource, row).id)
        }
    }

    static func accelerator(_ table: CatalogTable, _ row: Int) -> Accelerator {
        Accelerator(
            name: table.text(.acceleratorName, row), aliases: table.list(.acceleratorAliases, row),
            memoryMebibytes: table.known(.acceleratorMemory, row),
            watts: table.known(.acceleratorWatts, row).map { TenThousandths($0) },
            source: table.source(.acceleratorSource, row).id)
    }

    /// What makes millionths of a degree unsigned.
    static let latitudeShift: Int64 = 90_000_000
    static let longitudeShift: Int64 = 180_000_000

    private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}
