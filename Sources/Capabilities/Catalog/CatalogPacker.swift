import Kernel

/// Turns a draft into the bytes of a packed catalog.
///
/// It checks what CSV cannot: that every key is unique and plain ASCII, that offers name machines and regions that are there,
/// and that every figure's source is known. Equal drafts give equal bytes, whatever the order of their rows.
package struct CatalogPacker {
    private let draft: CatalogDraft
    private var cells = [[UInt64]](repeating: [], count: CatalogColumn.allCases.count)
    private var strings: [String: UInt64] = [:]
    private var blob: [UInt8] = []
    private var sources: [String: UInt64] = [:]
    private var prices: [Money: UInt64] = [:]

    /// The packed bytes of a draft.
    ///
    /// - Throws: `invalid`, naming the row that does not fit.
    /// - Complexity: O(n log n) in the rows.
    package static func pack(_ draft: CatalogDraft) throws(CatalogError) -> [UInt8] {
        var packer = CatalogPacker(draft: draft.canonical)
        try packer.addSources()
        packer.addPrices()
        try packer.addProviders()
        try packer.addAccelerators()
        return try packer.file()
    }

    private init(draft: CatalogDraft) {
        self.draft = draft
        self.cells[CatalogColumn.stringStart.rawValue] = [0]
        _ = self.intern("")
    }

    // MARK: Rows

    private mutating func addSources() throws(CatalogError) {
        try Self.checkKeys(self.draft.sources, "source") { [$0.id] }
        for (row, source) in self.draft.sources.enumerated() {
            self.sources[source.id] = UInt64(row)
            self.put(.sourceID, text: source.id)
            self.put(.sourceName, text: source.name)
            self.put(.sourceDate, text: source.date)
            self.put(.sourceLicence, text: source.licence)
        }
    }

    private mutating func addPrices() {
        var amounts = Set(self.draft.egress.map(\.price)).union(self.draft.storage.map(\.price))
        for offer in self.draft.offers {
            if let price = offer.onDemand { amounts.insert(price) }
            if let price = offer.spot { amounts.insert(price) }
        }
        for (row, amount) in amounts.sorted().enumerated() {
            self.prices[amount] = UInt64(row)
            self.put(.price, UInt64(bitPattern: amount.nanodollars))
        }
    }

    private mutating func addProviders() throws(CatalogError) {
        let draft = self.draft
        try Self.checkKeys(draft.machines, "machine") { [$0.provider, $0.type] }
        try Self.checkKeys(draft.regions, "region") { [$0.provider, $0.code] }
        try Self.checkKeys(draft.offers, "offer") { [$0.provider, $0.region, $0.type] }
        try Self.checkKeys(draft.egress, "egress tier") {
            [$0.provider, $0.fromGroup, $0.to, String($0.fromGibibytes)]
        }
        try Self.checkKeys(draft.storage, "storage tier") {
            [$0.provider, $0.region, $0.storageClass, String($0.fromGibibytes)]
        }
        let machines = Dictionary(grouping: draft.machines, by: \.provider)
        let regions = Dictionary(grouping: draft.regions, by: \.provider)
        let egress = Dictionary(grouping: draft.egress, by: \.provider)
        let offers = Dictionary(grouping: draft.offers) { Key($0.provider, $0.region) }
        let storage = Dictionary(grouping: draft.storage) { Key($0.provider, $0.region) }
        let known = Set(draft.regions.map { Key($0.provider, $0.code) })
        for key in Set(offers.keys).union(storage.keys) where !known.contains(key) {
            throw .inconsistentDraft("there is no region \(key) in regions.csv, and something is sold there")
        }
        for provider in Set(machines.keys).union(regions.keys).union(egress.keys).sorted() {
            self.put(.providerName, text: provider)
            self.put(.providerMachineStart, self.rows(.machineType))
            self.put(.providerRegionStart, self.rows(.regionCode))
            self.put(.providerEgressStart, self.rows(.egressFrom))
            let rows = try self.addMachines(machines[provider] ?? [])
            for tier in egress[provider] ?? [] { try self.add(tier) }
            for region in regions[provider] ?? [] {
                let key = Key(provider, region.code)
                try self.add(region, offers: offers[key] ?? [], machines: rows)
                for tier in storage[key] ?? [] { try self.add(tier) }
            }
        }
        self.closeStarts()
    }

    private mutating func closeStarts() {
        self.put(.providerMachineStart, self.rows(.machineType))
        self.put(.providerRegionStart, self.rows(.regionCode))
        self.put(.providerEgressStart, self.rows(.egressFrom))
        self.put(.regionZoneStart, self.rows(.zoneName))
        self.put(.regionOfferStart, self.rows(.offerMachine))
        self.put(.regionStorageStart, self.rows(.storageClass))
    }

    /// The rows of a provider's machines by type.
    private mutating func addMachines(_ machines: [CatalogDraft.Machine]) throws(CatalogError) -> [String: UInt64] {
        var rows: [String: UInt64] = [:]
        for machine in machines {
            rows[machine.type] = self.rows(.machineType)
            self.put(.machineType, text: machine.type)
            self.put(.machineVCPUs, known: machine.vcpus?.count)
            self.put(.machineMemory, known: machine.memoryMebibytes)
            self.put(.machineAccelerator, text: machine.accelerator ?? "")
            self.put(.machineAcceleratorCount, known: machine.acceleratorCount?.count)
            self.put(.machineAcceleratorMemory, known: machine.acceleratorMemoryMebibytes)
            self.put(.machineArchitecture, text: machine.architecture ?? "")
            self.put(.machineSource, try self.source(machine.source, of: "machine \(machine.type)"))
        }
        return rows
    }

    private mutating func add(
        _ region: CatalogDraft.Region, offers: [CatalogDraft.Offer], machines: [String: UInt64]
    ) throws(CatalogError) {
        self.put(.regionCode, text: region.code)
        self.put(.regionName, text: region.name)
        self.put(.regionLatitude, known: region.latitude.map { $0 + CatalogDraft.latitudeShift + 1 })
        self.put(.regionLongitude, known: region.longitude.map { $0 + CatalogDraft.longitudeShift + 1 })
        self.put(.regionCountry, text: region.country ?? "")
        self.put(.regionResidency, text: region.zones.joined(separator: ";"))
        self.put(.regionCarbon, known: region.carbon.map { $0.count + 1 })
        for (column, id) in [
            (CatalogColumn.regionCarbonSource, region.carbonSource),
            (.regionLocationSource, region.locationSource),
        ] {
            var row: UInt64 = 0
            if let id { row = try self.source(id, of: "region \(region.code)") + 1 }
            self.put(column, row)
        }
        self.put(.regionEgressGroup, text: region.egressGroup ?? "")
        self.put(.regionZoneStart, self.rows(.zoneName))
        self.put(.regionOfferStart, self.rows(.offerMachine))
        self.put(.regionStorageStart, self.rows(.storageClass))
        let zones = Set(offers.flatMap(\.zones)).sorted()
        guard zones.count <= CatalogLayout.maximumZones else {
            throw .inconsistentDraft("\(region.code) has \(zones.count) zones, above \(CatalogLayout.maximumZones)")
        }
        for zone in zones { self.put(.zoneName, text: zone) }
        let bits = Dictionary(uniqueKeysWithValues: zones.enumerated().map { ($1, UInt64(1) << UInt64($0)) })
        for offer in offers { try self.add(offer, machines: machines, zones: bits) }
    }

    private mutating func add(
        _ offer: CatalogDraft.Offer, machines: [String: UInt64], zones: [String: UInt64]
    ) throws(CatalogError) {
        guard let machine = machines[offer.type] else {
            throw .inconsistentDraft(
                "\(offer.provider) \(offer.region) sells \(offer.type), and machines.csv does not have it")
        }
        self.put(.offerMachine, machine)
        self.put(.offerPrice, offer.onDemand.flatMap { self.prices[$0] }.map { $0 + 1 } ?? 0)
        self.put(.offerSpot, offer.spot.flatMap { self.prices[$0] }.map { $0 + 1 } ?? 0)
        self.put(.offerZones, offer.zones.reduce(0) { $0 | (zones[$1] ?? 0) })
        self.put(.offerSource, try self.source(offer.source, of: "offer \(offer.type)"))
    }

    private mutating func add(_ tier: CatalogDraft.EgressTier) throws(CatalogError) {
        self.put(.egressFrom, text: tier.fromGroup)
        self.put(.egressTo, text: tier.to)
        self.put(.egressTier, UInt64(bitPattern: tier.fromGibibytes))
        self.put(.egressPrice, self.prices[tier.price] ?? 0)
        self.put(.egressSource, try self.source(tier.source, of: "egress of \(tier.fromGroup)"))
    }

    private mutating func add(_ tier: CatalogDraft.StorageTier) throws(CatalogError) {
        self.put(.storageClass, text: tier.storageClass)
        self.put(.storageTier, UInt64(bitPattern: tier.fromGibibytes))
        self.put(.storagePrice, self.prices[tier.price] ?? 0)
        self.put(.storageSource, try self.source(tier.source, of: "storage in \(tier.region)"))
    }

    private mutating func addAccelerators() throws(CatalogError) {
        try Self.checkKeys(self.draft.accelerators, "accelerator") { [$0.name] }
        for accelerator in self.draft.accelerators {
            self.put(.acceleratorName, text: accelerator.name)
            self.put(.acceleratorAliases, text: accelerator.aliases.joined(separator: ";"))
            self.put(.acceleratorMemory, known: accelerator.memoryMebibytes)
            self.put(.acceleratorWatts, known: accelerator.watts?.count)
            self.put(.acceleratorSource, try self.source(accelerator.source, of: "accelerator \(accelerator.name)"))
        }
    }

    // MARK: Cells

    private mutating func put(_ column: CatalogColumn, _ value: UInt64) { self.cells[column.rawValue].append(value) }

    private mutating func put(_ column: CatalogColumn, known value: Int64?) {
        self.put(column, UInt64(bitPattern: value ?? 0))
    }

    private mutating func put(_ column: CatalogColumn, text: String) { self.put(column, self.intern(text)) }

    private func rows(_ column: CatalogColumn) -> UInt64 { UInt64(self.cells[column.rawValue].count) }

    private func source(_ id: String, of what: String) throws(CatalogError) -> UInt64 {
        guard let row = self.sources[id] else {
            throw .inconsistentDraft("the source '\(id)' of \(what) is not in sources.csv")
        }
        return row
    }

    private mutating func intern(_ text: String) -> UInt64 {
        if let index = self.strings[text] { return index }
        let index = UInt64(self.strings.count)
        self.strings[text] = index
        self.blob += text.utf8
        self.put(.stringStart, UInt64(self.blob.count))
        return index
    }

    /// - Throws: when two rows have the same key, or a key is empty or not plain ASCII, by which tables are searched.
    private static func checkKeys<Row>(
        _ rows: [Row], _ noun: String, _ key: (Row) -> [String]
    ) throws(CatalogError) {
        var previous: [String] = []
        for row in rows {
            let parts = key(row)
            guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (32...126).contains($0) && $0 != 59 } }) else {
                throw .inconsistentDraft("the \(noun) '\(parts.joined(separator: " "))' is not named in plain ASCII")
            }
            guard parts != previous else {
                throw .inconsistentDraft("the \(noun) '\(parts.joined(separator: " "))' is there twice")
            }
            previous = parts
        }
    }
}

// MARK: - The file

extension CatalogPacker {
    private func file() throws(CatalogError) -> [UInt8] {
        var file = [UInt8](
            repeating: 0,
            count: CatalogLayout.headerSize + CatalogColumn.allCases.count * CatalogLayout.directoryEntrySize)
        for column in CatalogColumn.allCases {
            while file.count % CatalogLayout.alignment != 0 { file.append(0) }
            let cells = self.cells[column.rawValue]
            let width = column == .stringBytes ? 1 : Self.width(of: cells.max() ?? 0)
            let entry = CatalogLayout.headerSize + column.rawValue * CatalogLayout.directoryEntrySize
            let count = column == .stringBytes ? self.blob.count : cells.count
            Self.store(UInt64(file.count) | UInt64(count) << 32, bytes: 8, in: &file, at: entry)
            Self.store(UInt64(width), bytes: 8, in: &file, at: entry + 8)
            if column == .stringBytes { file += self.blob }
            for cell in cells { for byte in 0..<width { file.append(UInt8(truncatingIfNeeded: cell >> (8 * byte))) } }
        }
        let columns = UInt64(CatalogColumn.allCases.count)
        Self.store(CatalogLayout.magic, bytes: 8, in: &file, at: 0)
        Self.store(UInt64(CatalogLayout.version) | columns << 32, bytes: 8, in: &file, at: 8)
        Self.store(UInt64(file.count), bytes: 8, in: &file, at: 16)
        Self.seal(&file)
        // A draft may hold a number that the format does not; opening says so.
        _ = try CatalogTable(file)
        return file
    }

    /// Writes the checksum of everything behind the header.
    static func seal(_ file: inout [UInt8]) {
        let hash = file.withUnsafeBytes {
            XXH64.hash(UnsafeRawBufferPointer(rebasing: $0[CatalogLayout.headerSize...]))
        }
        self.store(hash, bytes: 8, in: &file, at: CatalogLayout.checksumOffset)
    }

    private static func width(of largest: UInt64) -> Int {
        switch largest {
        case 0...0xFF: 1
        case 0...0xFFFF: 2
        case 0...0xFFFF_FFFF: 4
        default: 8
        }
    }

    private static func store(_ value: UInt64, bytes: Int, in file: inout [UInt8], at offset: Int) {
        for byte in 0..<bytes { file[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }

    /// A provider's region as a key.
    private struct Key: Hashable, CustomStringConvertible {
        let provider: String
        let region: String

        init(_ provider: String, _ region: String) {
            self.provider = provider
            self.region = region
        }

        var description: String { "\(self.provider) \(self.region)" }
    }
}
