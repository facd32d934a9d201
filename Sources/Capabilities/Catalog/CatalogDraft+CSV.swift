import Kernel

extension CatalogDraft {
    /// The files of a catalog in CSV.
    package enum File: String, Sendable, CaseIterable {
        case sources, machines, regions, egressGroups = "egress_groups", offers, egress, storage, accelerators

        package var name: String { "\(self.rawValue).csv" }

        var columns: [String] {
            switch self {
            case .sources: ["id", "name", "date", "licence"]
            case .machines:
                [
                    "provider", "type", "vcpus", "memory_mib", "accelerator", "accelerator_count",
                    "accelerator_memory_mib", "architecture", "source",
                ]
            case .regions:
                [
                    "provider", "region", "name", "latitude", "longitude", "country", "zones", "carbon_grams_per_kwh",
                    "carbon_source", "location_source",
                ]
            case .egressGroups: ["provider", "region", "group"]
            case .offers: ["provider", "region", "type", "on_demand", "spot", "zones", "source"]
            case .egress: ["provider", "from_group", "to", "tier_from_gib", "price_per_gib", "source"]
            case .storage: ["provider", "region", "class", "tier_from_gib", "price_per_gib_month", "source"]
            case .accelerators: ["name", "aliases", "memory_mib", "watts", "source"]
            }
        }
    }

    private static let mebibytes: ClosedRange<Int64> = 1...Int64(CatalogLayout.maximumMebibytes)
    private static let gibibytes: ClosedRange<Int64> = 0...Int64(CatalogLayout.maximumGibibytes)
    private static let tenThousandths: ClosedRange<Int64> = 1...Int64(CatalogLayout.maximumTenThousandths - 1)
    private static let prices: ClosedRange<Int64> = 0...Int64(CatalogLayout.maximumPrice)

    /// Reads the files' texts. Prices are rounded to the nano-dollar, shapes to the ten-thousandth, positions to the millionth of a
    /// degree.
    ///
    /// - Throws: `invalid`, with the file and the line.
    /// - Complexity: O(bytes).
    package init(csv texts: [File: String]) throws(CatalogError) {
        self.init()
        for file in File.allCases {
            guard let text = texts[file] else { throw .missingFile(file.name) }
            try CSV.read(text, file: file.name, columns: file.columns) { row throws(CatalogError) in
                try self.add(row, of: file)
            }
        }
    }

    private mutating func add(_ row: CSVRow, of file: File) throws(CatalogError) {
        switch file {
        case .sources: self.sources.append(try Self.source(row))
        case .machines: self.machines.append(try Self.machine(row))
        case .regions: self.regions.append(try Self.region(row))
        case .egressGroups:
            let provider = row.text(0)
            let code = row.text(1)
            guard let index = self.regions.firstIndex(where: { $0.code == code && $0.provider == provider }) else {
                throw row.bad("regions.csv has no \(provider) \(code)")
            }
            self.regions[index].egressGroup = try row.required(2)
        case .offers: self.offers.append(try Self.offer(row))
        case .egress: self.egress.append(try Self.egressTier(row))
        case .storage: self.storage.append(try Self.storageTier(row))
        case .accelerators: self.accelerators.append(try Self.accelerator(row))
        }
    }

    private static func source(_ row: CSVRow) throws(CatalogError) -> CatalogSource {
        CatalogSource(
            id: try row.required(0), name: try row.required(1), date: try row.required(2), licence: row.text(3))
    }

    private static func machine(_ row: CSVRow) throws(CatalogError) -> Machine {
        Machine(
            provider: try row.required(0), type: try row.required(1),
            vcpus: try row.number(2, decimals: 4, in: Self.tenThousandths).map { TenThousandths($0) },
            memoryMebibytes: try row.number(3, decimals: 0, in: Self.mebibytes), accelerator: row.optionalText(4),
            acceleratorCount: try row.number(5, decimals: 4, in: Self.tenThousandths).map { TenThousandths($0) },
            acceleratorMemoryMebibytes: try row.number(6, decimals: 0, in: Self.mebibytes),
            architecture: row.optionalText(7), source: try row.required(8))
    }

    private static func region(_ row: CSVRow) throws(CatalogError) -> Region {
        var region = Region(provider: try row.required(0), code: try row.required(1))
        region.name = row.text(2)
        region.latitude = try row.number(3, decimals: 6, in: -Self.latitudeShift...Self.latitudeShift)
        region.longitude = try row.number(4, decimals: 6, in: -Self.longitudeShift...Self.longitudeShift)
        region.country = row.optionalText(5)
        region.zones = row.list(6)
        region.carbon = try row.number(7, decimals: 4, in: 0...Self.tenThousandths.upperBound).map {
            TenThousandths($0)
        }
        region.carbonSource = row.optionalText(8)
        region.locationSource = row.optionalText(9)
        return region
    }

    private static func offer(_ row: CSVRow) throws(CatalogError) -> Offer {
        Offer(
            provider: try row.required(0), region: try row.required(1), type: try row.required(2),
            onDemand: try row.number(3, decimals: 9, in: Self.prices).map { Money(nanodollars: $0) },
            spot: try row.number(4, decimals: 9, in: Self.prices).map { Money(nanodollars: $0) },
            zones: row.list(5).sorted(), source: try row.required(6))
    }

    private static func egressTier(_ row: CSVRow) throws(CatalogError) -> EgressTier {
        guard let tier = try row.number(3, decimals: 0, in: Self.gibibytes),
            let price = try row.number(4, decimals: 9, in: Self.prices)
        else { throw row.bad("a tier has a beginning and a price; leave out the row when they are unknown") }
        return EgressTier(
            provider: try row.required(0), fromGroup: try row.required(1), to: try row.required(2), fromGibibytes: tier,
            price: Money(nanodollars: price), source: try row.required(5))
    }

    private static func storageTier(_ row: CSVRow) throws(CatalogError) -> StorageTier {
        guard let tier = try row.number(3, decimals: 0, in: Self.gibibytes),
            let price = try row.number(4, decimals: 9, in: Self.prices)
        else { throw row.bad("a tier has a beginning and a price; leave out the row when they are unknown") }
        return StorageTier(
            provider: try row.required(0), region: try row.required(1), storageClass: try row.required(2),
            fromGibibytes: tier, price: Money(nanodollars: price), source: try row.required(5))
    }

    private static func accelerator(_ row: CSVRow) throws(CatalogError) -> Accelerator {
        Accelerator(
            name: try row.required(0), aliases: row.list(1),
            memoryMebibytes: try row.number(2, decimals: 0, in: Self.mebibytes),
            watts: try row.number(3, decimals: 4, in: Self.tenThousandths).map { TenThousandths($0) },
            source: try row.required(4))
    }
}

// MARK: - Writing

extension CatalogDraft {
    /// The text of one of its files; what `init(csv:)` reads.
    package func csv(_ file: File) -> String {
        let header = CSV.line(file.columns)
        return self.rows(of: file).reduce(into: header) { $0 += CSV.line($1) }
    }

    private func rows(of file: File) -> [[String]] {
        switch file {
        case .sources: self.sources.map { [$0.id, $0.name, $0.date, $0.licence] }
        case .machines:
            self.machines.map {
                [
                    $0.provider, $0.type, Self.text($0.vcpus), Self.text($0.memoryMebibytes), $0.accelerator ?? "",
                    Self.text($0.acceleratorCount), Self.text($0.acceleratorMemoryMebibytes), $0.architecture ?? "",
                    $0.source,
                ]
            }
        case .regions:
            self.regions.map {
                [
                    $0.provider, $0.code, $0.name, Self.text($0.latitude, 6), Self.text($0.longitude, 6),
                    $0.country ?? "", $0.zones.joined(separator: ";"), Self.text($0.carbon), $0.carbonSource ?? "",
                    $0.locationSource ?? "",
                ]
            }
        case .egressGroups:
            self.regions.compactMap { region in region.egressGroup.map { [region.provider, region.code, $0] } }
        case .offers:
            self.offers.map {
                [
                    $0.provider, $0.region, $0.type, Self.text($0.onDemand?.nanodollars, 9),
                    Self.text($0.spot?.nanodollars, 9), $0.zones.joined(separator: ";"), $0.source,
                ]
            }
        case .egress:
            self.egress.map {
                [
                    $0.provider, $0.fromGroup, $0.to, Self.text($0.fromGibibytes), Self.text($0.price.nanodollars, 9),
                    $0.source,
                ]
            }
        case .storage:
            self.storage.map {
                [
                    $0.provider, $0.region, $0.storageClass, Self.text($0.fromGibibytes),
                    Self.text($0.price.nanodollars, 9), $0.source,
                ]
            }
        case .accelerators:
            self.accelerators.map {
                [
                    $0.name, $0.aliases.joined(separator: ";"), Self.text($0.memoryMebibytes), Self.text($0.watts),
                    $0.source,
                ]
            }
        }
    }

    private static func text(_ value: Int64?, _ decimals: Int = 0) -> String {
        value.map { FixedPoint.text($0, decimals: decimals) } ?? ""
    }

    private static func text(_ value: TenThousandths?) -> String { Self.text(value?.count, 4) }
}
