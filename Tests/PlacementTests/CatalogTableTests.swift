import Contract
import Kernel
import Testing

@testable import Catalog

@Suite("The packed catalog")
struct CatalogTableTests {
    @Test(
        "the checksum is that of the specification",
        arguments: [("", 0xEF46_DB37_51D8_E999), ("abc", 0x44BC_2CF5_AD77_0999)] as [(String, UInt64)])
    func checksum(text: String, expected: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { XXH64.hash($0) } == expected)
    }

    @Test("the embedded table is small, and covers three clouds")
    func embedded() {
        let table = CatalogTable.embedded
        #expect(table.size.bytes <= 1_500_000)
        #expect(table.count(of: .offers) > 90_000)
        #expect(table.count(of: .machines) > 3_000)
        #expect(Set(Catalog.embedded.providers).isSuperset(of: ["aws", "azure", "gcp"]))
        #expect(Catalog.embedded.sources.allSatisfy { $0.date.count >= 4 && !$0.name.isEmpty })
    }

    @Test("the embedded table unpacks and packs to the same bytes")
    func embeddedIsLossless() throws {
        let table = CatalogTable.embedded
        let again = try CatalogPacker.pack(CatalogDraft(table))
        #expect(again.count == table.bytes.count)
        #expect(
            again.withUnsafeBytes { ours in
                let theirs = table.bytes.slice(0..<table.bytes.count)
                return ours.elementsEqual(theirs)
            })
    }

    @Test("the embedded table survives CSV")
    func embeddedCSV() throws {
        let draft = CatalogDraft(.embedded)
        let texts = Dictionary(uniqueKeysWithValues: CatalogDraft.File.allCases.map { ($0, draft.csv($0)) })
        #expect(try CatalogDraft(csv: texts) == draft)
    }

    @Test("random drafts survive packing and CSV, in any order of their rows", arguments: 0..<200 as Range<UInt64>)
    func lossless(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let draft = CatalogDraft.random(using: &random)
        let file = try CatalogPacker.pack(draft)
        let unpacked = CatalogDraft(try CatalogTable(file))
        #expect(unpacked == draft.canonical)
        var shuffled = draft
        shuffled.offers.shuffle(using: &random)
        shuffled.machines.shuffle(using: &random)
        shuffled.egress.shuffle(using: &random)
        #expect(try CatalogPacker.pack(shuffled) == file)
        let texts = Dictionary(uniqueKeysWithValues: CatalogDraft.File.allCases.map { ($0, unpacked.csv($0)) })
        #expect(try CatalogDraft(csv: texts) == unpacked)
    }

    @Test("an unknown stays unknown, and zero is zero")
    func unknowns() throws {
        var draft = CatalogDraft()
        draft.sources = [CatalogSource(id: "s", name: "A list", date: "2026-01-01", licence: "")]
        draft.machines = [CatalogDraft.Machine(provider: "aws", type: "m", source: "s")]
        draft.regions = [
            CatalogDraft.Region(provider: "aws", code: "r"), CatalogDraft.Region(provider: "aws", code: "q"),
        ]
        draft.offers = [
            CatalogDraft.Offer(provider: "aws", region: "q", type: "m", source: "s"),
            CatalogDraft.Offer(provider: "aws", region: "r", type: "m", onDemand: .zero, source: "s"),
        ]
        let catalog = Catalog(tables: [try CatalogTable(CatalogPacker.pack(draft))])
        let unknown = try #require(catalog.machine("aws", "q", "m"))
        #expect(unknown.pricePerHour == nil && unknown.vcpus == nil && unknown.memory == nil && unknown.zones == [])
        #expect(try #require(catalog.machine("aws", "r", "m")).pricePerHour == .zero)
        let region = try #require(catalog.region("aws", "r"))
        #expect(region.coordinates == nil && region.carbonGramsPerKilowattHour == nil && region.country == nil)
    }

    @Test("a file that was damaged anywhere is refused or safe to read", arguments: 0..<40 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let good = try CatalogPacker.pack(CatalogDraft.random(using: &random))
        for _ in 0..<100 {
            var file = good
            for _ in 0..<Int.random(in: 1...4, using: &random) { file.damage(using: &random) }
            // Half of them by an author who knows about checksums.
            if Bool.random(using: &random), file.count >= CatalogLayout.headerSize { CatalogPacker.seal(&file) }
            do throws(CatalogError) {
                let table = try CatalogTable(file)
                try? Self.walk(table)
            } catch {
                guard case .damagedTable = error else {
                    Issue.record("\(error) is not what a damaged file is refused with")
                    return
                }
            }
        }
    }

    @Test("a single flipped bit is always found")
    func flippedBits() throws {
        var random = SeededRandom(seed: 7)
        let good = try CatalogPacker.pack(CatalogDraft.random(using: &random))
        for _ in 0..<500 {
            var file = good
            let place = Int.random(in: file.indices, using: &random)
            file[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(throws: CatalogError.self) { try CatalogTable(file) }
        }
    }

    @Test("a file cut off anywhere is refused")
    func truncations() throws {
        var random = SeededRandom(seed: 8)
        let good = try CatalogPacker.pack(CatalogDraft.random(using: &random))
        for length in stride(from: 0, to: good.count, by: 7) {
            var file = Array(good.prefix(length))
            if file.count >= CatalogLayout.headerSize { CatalogPacker.seal(&file) }
            #expect(throws: CatalogError.self) { try CatalogTable(file) }
        }
    }

    /// Reads every cell in every way there is.
    private static func walk(_ table: CatalogTable) throws {
        let draft = CatalogDraft(table)
        let catalog = Catalog(tables: [table])
        let trips = RoundTrips(catalog)
        for offer in draft.offers { _ = catalog.machine(offer.provider, offer.region, offer.type) }
        for region in catalog.regions {
            _ = catalog.storageRates(region.provider, region.code)
            for other in catalog.regions {
                _ = trips.between((region.provider, region.code), (other.provider, other.code))
                _ = try? catalog.egressPrice(
                    fromProvider: region.provider, fromRegion: region.code, toProvider: other.provider,
                    toRegion: other.code)
            }
        }
        _ = try catalog.search(CatalogQuery())
    }
}

@Suite("CSV of the catalog")
struct CatalogCSVTests {
    private func draft(_ file: CatalogDraft.File, _ rows: String) throws -> CatalogDraft {
        var texts = Dictionary(
            uniqueKeysWithValues: CatalogDraft.File.allCases.map { ($0, CatalogDraft().csv($0)) })
        texts[file]? += rows
        return try CatalogDraft(csv: texts)
    }

    @Test(
        "a bad cell is refused with its line",
        arguments: [
            (.machines, "aws,m,x,1,,,,,s\n"), (.machines, "aws,m,-1,1,,,,,s\n"), (.machines, "aws,m,0,1,,,,,s\n"),
            (.machines, "aws,m,1,1,,,,s\n"), (.machines, ",m,1,1,,,,,s\n"), (.offers, "aws,r,m,1e3,,,s\n"),
            (.offers, "aws,r,m,0.1.2,,,s\n"), (.offers, "aws,r,m,9999999999999999999,,,s\n"),
            (.regions, "aws,r,,91,,,,,,\n"), (.egress, "aws,g,internet,,0.1,s\n"), (.egressGroups, "aws,r,g\n"),
        ] as [(CatalogDraft.File, String)])
    func refused(file: CatalogDraft.File, row: String) {
        #expect {
            try draft(file, row)
        } throws: { error in
            guard case .badRow(file.name, 2, _)? = error as? CatalogError else { return false }
            return true
        }
    }

    @Test("prices are rounded to the nano-dollar, half up")
    func rounding() throws {
        let offers = try draft(.offers, "aws,r,m,0.0865055342465753,0.0000000005,b;a,s\r\n").offers
        #expect(offers[0].onDemand == Money(nanodollars: 86_505_534))
        #expect(offers[0].spot == Money(nanodollars: 1))
        #expect(offers[0].zones == ["a", "b"])
    }

    @Test("quotes, commas and line breaks survive")
    func quoting() throws {
        var draft = CatalogDraft()
        draft.sources = [CatalogSource(id: "s", name: "A \"list\", of\nmany", date: "2026", licence: "")]
        let texts = Dictionary(uniqueKeysWithValues: CatalogDraft.File.allCases.map { ($0, draft.csv($0)) })
        #expect(try CatalogDraft(csv: texts) == draft)
    }

    @Test(
        "what does not fit together is refused by name",
        arguments: ["twice", "source", "region", "machine", "ascii", "zones"])
    func inconsistent(what: String) {
        var random = SeededRandom(seed: 1)
        var draft = CatalogDraft.random(using: &random)
        let offer = draft.offers[0]
        switch what {
        case "twice": draft.offers.append(offer)
        case "source": draft.offers[0].source = "nobody"
        case "region": draft.offers[0].region = "nowhere"
        case "machine": draft.offers[0].type = "nothing"
        case "ascii": draft.machines[0].type = "größe"
        default: draft.offers[0].zones = (0...CatalogLayout.maximumZones).map { "z\($0)" }
        }
        #expect {
            try CatalogPacker.pack(draft)
        } throws: { error in
            guard case .inconsistentDraft? = error as? CatalogError else { return false }
            return true
        }
    }
}

extension CatalogDraft {
    /// A few rows of everything, with every kind of cell known and unknown.
    static func random(using random: inout SeededRandom) -> CatalogDraft {
        var draft = CatalogDraft()
        let sources = ["list", "page", "standard"]
        draft.sources = sources.map {
            CatalogSource(id: $0, name: "The \($0), \"so\"", date: "2026-01-02", licence: "")
        }
        func source(_ random: inout SeededRandom) -> String { sources.randomElement(using: &random) ?? "list" }
        func maybe(_ upTo: Int64, _ random: inout SeededRandom) -> Int64? {
            Bool.random(using: &random) ? Int64.random(in: 1...upTo, using: &random) : nil
        }
        for provider in ["aws", "gcp", "azure"].shuffled(using: &random) {
            let types = (0..<Int.random(in: 1...12, using: &random)).map { "type-\($0)" }
            for type in types {
                draft.machines.append(
                    Machine(
                        provider: provider, type: type, vcpus: maybe(1_000_000, &random).map { TenThousandths($0) },
                        memoryMebibytes: maybe(1 << 24, &random),
                        accelerator: Bool.random(using: &random) ? "H100" : nil,
                        acceleratorCount: maybe(80_000, &random).map { TenThousandths($0) },
                        acceleratorMemoryMebibytes: maybe(1 << 18, &random),
                        architecture: Bool.random(using: &random) ? "arm64" : nil, source: source(&random)))
            }
            for index in 0..<Int.random(in: 1...5, using: &random) {
                var region = Region(provider: provider, code: "region-\(index)")
                region.name = ["", "Käsivarsi", "North, East"].randomElement(using: &random) ?? ""
                region.latitude = maybe(180_000_000, &random).map { $0 - 90_000_000 }
                region.longitude = maybe(360_000_000, &random).map { $0 - 180_000_000 }
                region.country = Bool.random(using: &random) ? "FI" : nil
                region.zones = Bool.random(using: &random) ? ["EU", "EEA"] : []
                region.carbon = maybe(10_000_000, &random).map { TenThousandths($0 - 1) }
                region.carbonSource = Bool.random(using: &random) ? source(&random) : nil
                region.egressGroup = Bool.random(using: &random) ? "north" : nil
                draft.regions.append(region)
                for type in types where index == 0 || Bool.random(using: &random) {
                    draft.offers.append(
                        Offer(
                            provider: provider, region: region.code, type: type,
                            onDemand: maybe(100_000_000_000, &random).map { Money(nanodollars: $0 - 1) },
                            spot: maybe(1_000_000, &random).map { Money(nanodollars: $0) },
                            zones: ["a", "b", "c"].filter { _ in Bool.random(using: &random) }, source: source(&random))
                    )
                }
                draft.storage.append(
                    StorageTier(
                        provider: provider, region: region.code, storageClass: "standard", fromGibibytes: 0,
                        price: Money(nanodollars: Int64.random(in: 0...99_999_999, using: &random)),
                        source: source(&random)))
            }
            for (tier, to) in [(0, "internet"), (100, "internet"), (10_240, "internet"), (0, "group:north")] {
                draft.egress.append(
                    EgressTier(
                        provider: provider, fromGroup: "north", to: to, fromGibibytes: Int64(tier),
                        price: Money(nanodollars: Int64.random(in: 0...99_999_999, using: &random)),
                        source: source(&random)))
            }
        }
        draft.accelerators = [
            Accelerator(
                name: "H100", aliases: ["H100-80GB"], memoryMebibytes: maybe(1 << 18, &random),
                watts: maybe(9_000_000, &random).map { TenThousandths($0) }, source: source(&random))
        ]
        return draft
    }
}

extension [UInt8] {
    /// Changes a byte, cuts the end off, swaps two words or writes an extreme number.
    fileprivate mutating func damage(using random: inout SeededRandom) {
        guard self.count > 8 else { return }
        let place = Int.random(in: 0..<(self.count - 8), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: self[place] = UInt8.random(in: 0...255, using: &random)
        case 1: self.removeLast(Int.random(in: 1...(self.count / 2), using: &random))
        case 2: for byte in 0..<4 { self[place + byte] = 0xFF }
        case 3:
            // The directory and the header are where a mistake would hurt.
            let end = CatalogLayout.headerSize + CatalogColumn.allCases.count * CatalogLayout.directoryEntrySize
            self[place % Swift.min(end, self.count)] = UInt8.random(in: 0...255, using: &random)
        default:
            for byte in 0..<4 { self.swapAt(place + byte, place + 4 + byte) }
        }
    }
}
