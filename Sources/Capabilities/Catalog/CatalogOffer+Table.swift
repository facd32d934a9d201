import Contract
import Kernel

extension CatalogOffer {
    /// - Parameters:
    ///   - row: of the offers of `table`.
    ///   - region: the region row it belongs to.
    init(_ table: CatalogTable, offer row: Int, region: Int, provider: String) {
        let machine = table[.offerMachine].index(row)
        let accelerator = table.text(.machineAccelerator, machine)
        let architecture = table.text(.machineArchitecture, machine)
        let mask = table[.offerZones][row]
        let zones = table[.regionZoneStart].range(region)
        let source = table[.offerSource].index(row)
        self.init(
            provider: provider, region: table.text(.regionCode, region), type: table.text(.machineType, machine),
            vcpus: table.known(.machineVCPUs, machine).map { TenThousandths($0).double },
            memory: table.known(.machineMemory, machine).map { .mebibytes($0) },
            accelerator: accelerator.isEmpty ? nil : accelerator,
            acceleratorCount: table.known(.machineAcceleratorCount, machine).map { TenThousandths($0).double },
            acceleratorMemory: table.known(.machineAcceleratorMemory, machine).map { .mebibytes($0) },
            architecture: architecture.isEmpty ? nil : architecture,
            pricePerHour: table.optionalPrice(.offerPrice, row), spotPricePerHour: table.optionalPrice(.offerSpot, row),
            zones: zones.filter { mask >> UInt64($0 - zones.lowerBound) & 1 == 1 }.map { table.text(.zoneName, $0) },
            source: table.text(.sourceName, source), asOf: table.text(.sourceDate, source))
    }
}
