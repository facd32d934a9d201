/// The rows of a packed catalog, kind by kind.
enum CatalogSection: Int, CaseIterable {
    case strings, sources, prices, providers, machines, regions, zones, offers, egress, storage, accelerators
}

/// The columns of a packed catalog, in the order of the file.
///
/// A file is a header of `CatalogLayout.headerSize` bytes, a directory entry (offset, count, width) for each column, and the
/// columns, each on a boundary of eight bytes. All numbers are unsigned and little-endian, one, two, four or eight bytes wide,
/// as narrow as the largest of the column allows.
enum CatalogColumn: Int, CaseIterable {
    case stringBytes, stringStart
    case sourceID, sourceName, sourceDate, sourceLicence
    case price
    case providerName, providerMachineStart, providerRegionStart, providerEgressStart
    case machineType, machineVCPUs, machineMemory, machineAccelerator, machineAcceleratorCount
    case machineAcceleratorMemory, machineArchitecture, machineSource
    case regionCode, regionName, regionLatitude, regionLongitude, regionCountry, regionResidency, regionCarbon
    case regionCarbonSource, regionLocationSource, regionEgressGroup, regionZoneStart, regionOfferStart
    case regionStorageStart
    case zoneName
    case offerMachine, offerPrice, offerSpot, offerZones, offerSource
    case egressFrom, egressTo, egressTier, egressPrice, egressSource
    case storageClass, storageTier, storagePrice, storageSource
    case acceleratorName, acceleratorAliases, acceleratorMemory, acceleratorWatts, acceleratorSource

    /// What the numbers of a column are.
    enum Kind: Equatable {
        /// Bytes that are not looked into.
        case bytes
        /// The row of a section.
        case index(CatalogSection)
        /// 0 for unknown, else one more than the row of a section.
        case optionalIndex(CatalogSection)
        /// A number, at most this.
        case value(upTo: UInt64)
        /// Where the rows of another section begin that belong to this one; one entry more than there are rows.
        case start(of: CatalogSection)
    }

    var section: CatalogSection {
        switch self {
        case .stringBytes, .stringStart: .strings
        case .sourceID, .sourceName, .sourceDate, .sourceLicence: .sources
        case .price: .prices
        case .providerName, .providerMachineStart, .providerRegionStart, .providerEgressStart: .providers
        case .machineType, .machineVCPUs, .machineMemory, .machineAccelerator, .machineAcceleratorCount,
            .machineAcceleratorMemory, .machineArchitecture, .machineSource:
            .machines
        case .regionCode, .regionName, .regionLatitude, .regionLongitude, .regionCountry, .regionResidency,
            .regionCarbon, .regionCarbonSource, .regionLocationSource, .regionEgressGroup, .regionZoneStart,
            .regionOfferStart, .regionStorageStart:
            .regions
        case .zoneName: .zones
        case .offerMachine, .offerPrice, .offerSpot, .offerZones, .offerSource: .offers
        case .egressFrom, .egressTo, .egressTier, .egressPrice, .egressSource: .egress
        case .storageClass, .storageTier, .storagePrice, .storageSource: .storage
        case .acceleratorName, .acceleratorAliases, .acceleratorMemory, .acceleratorWatts, .acceleratorSource:
            .accelerators
        }
    }

    var kind: Kind {
        switch self {
        case .stringBytes: .bytes
        case .stringStart: .value(upTo: CatalogLayout.maximumFileSize)
        case .sourceID, .sourceName, .sourceDate, .sourceLicence, .providerName, .machineType, .machineAccelerator,
            .machineArchitecture, .regionCode, .regionName, .regionCountry, .regionResidency, .regionEgressGroup,
            .zoneName, .egressFrom, .egressTo, .storageClass, .acceleratorName, .acceleratorAliases:
            .index(.strings)
        case .price: .value(upTo: CatalogLayout.maximumPrice)
        case .providerMachineStart: .start(of: .machines)
        case .providerRegionStart: .start(of: .regions)
        case .providerEgressStart: .start(of: .egress)
        case .regionZoneStart: .start(of: .zones)
        case .regionOfferStart: .start(of: .offers)
        case .regionStorageStart: .start(of: .storage)
        case .machineVCPUs, .machineAcceleratorCount, .acceleratorWatts, .regionCarbon:
            .value(upTo: CatalogLayout.maximumTenThousandths)
        case .machineMemory, .machineAcceleratorMemory, .acceleratorMemory:
            .value(upTo: CatalogLayout.maximumMebibytes)
        case .regionLatitude: .value(upTo: CatalogLayout.latitudes)
        case .regionLongitude: .value(upTo: CatalogLayout.longitudes)
        case .egressTier, .storageTier: .value(upTo: CatalogLayout.maximumGibibytes)
        case .machineSource, .offerSource, .egressSource, .storageSource, .acceleratorSource: .index(.sources)
        case .regionCarbonSource, .regionLocationSource: .optionalIndex(.sources)
        case .offerMachine: .index(.machines)
        case .offerPrice, .offerSpot: .optionalIndex(.prices)
        case .egressPrice, .storagePrice: .index(.prices)
        case .offerZones: .value(upTo: .max)
        }
    }
}

/// The fixed numbers of the file format.
enum CatalogLayout {
    /// `MARTLETC`, little-endian.
    static let magic: UInt64 = 0x4354_454C_5452_414D
    /// Raised with every change that an older program would read wrongly.
    static let version: UInt32 = 1
    /// Magic, version, number of columns, length, checksum.
    static let headerSize = 32
    /// Where the checksum stands; it covers everything behind the header.
    static let checksumOffset = 24
    /// Offset, count, width, and four bytes that are zero.
    static let directoryEntrySize = 16
    static let alignment = 8
    /// Bytes. A price list of every provider is a hundredth of it; 32-bit offsets reach further.
    static let maximumFileSize: UInt64 = 1 << 28
    /// Nano-dollars: a billion dollars, so that sums stay far from 64 bits.
    static let maximumPrice: UInt64 = 1_000_000_000_000_000_000
    /// A billion of whatever is counted in tenThousandths, plus one.
    static let maximumTenThousandths: UInt64 = 10_000_000_000_001
    /// 4 EiB in MiB, so that bytes fit into 64 bits.
    static let maximumMebibytes: UInt64 = 1 << 42
    /// An EiB in GiB.
    static let maximumGibibytes: UInt64 = 1 << 30
    /// 180° in millionths of a degree, plus the 1 that tells a position from none.
    static let latitudes: UInt64 = 180_000_001
    static let longitudes: UInt64 = 360_000_001
    /// Zones of one region: the bits of an offer's mask.
    static let maximumZones = 64
}
