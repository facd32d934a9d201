import Contract
import Kernel
import Testing

@testable import Catalog

@Suite("Search of the catalog")
struct CatalogSearchTests {
    private let catalog = Catalog.embedded

    private func query(_ change: (inout CatalogQuery) throws -> Void) rethrows -> CatalogQuery {
        var query = CatalogQuery()
        try change(&query)
        return query
    }

    /// The same search over plain values, as slowly and simply as can be.
    private func reference(_ catalog: Catalog, _ query: CatalogQuery) -> CatalogOffers {
        func price(_ offer: CatalogOffer) -> Money? { query.spot ? offer.spotPricePerHour : offer.pricePerHour }
        let all = catalog.tables.flatMap { table in
            table[.providerName].indices.flatMap { provider in
                table[.providerRegionStart].range(provider).flatMap { region in
                    table[.regionOfferStart].range(region).map {
                        CatalogOffer(
                            table, offer: $0, region: region, provider: table.text(.providerName, provider))
                    }
                }
            }
        }
        let found = all.filter { offer in
            let isAccelerated =
                query.gpu?.choices.contains { choice in
                    offer.accelerator == choice.name
                        && (choice.count.map { count in offer.acceleratorCount.map { count.contains($0) } ?? false }
                            ?? true)
                } ?? true
            return isAccelerated
                && (query.cpus.map { range in offer.vcpus.map { range.contains($0) } ?? false } ?? true)
                && (query.memory.map { range in offer.memory.map { range.contains($0) } ?? false } ?? true)
                && query.provider ?? offer.provider == offer.provider
                && (query.region?.matches(offer.region) ?? true)
                && (query.zone.map { offer.zones.contains($0) } ?? true)
                && query.architecture ?? offer.architecture == offer.architecture
                && (!query.spot || offer.spotPricePerHour != nil)
                && (query.maximumPrice.map { dearest in price(offer).map { $0 <= dearest } ?? false } ?? true)
        }
        let unknown = Double.infinity
        func dollars(_ offer: CatalogOffer) -> Double { price(offer).map { Double($0.nanodollars) } ?? unknown }
        func figure(_ offer: CatalogOffer) -> Double {
            switch query.sort {
            case .price: dollars(offer)
            case .vcpus: offer.vcpus ?? unknown
            case .memory: offer.memory.map { Double($0.bytes) } ?? unknown
            }
        }
        let sorted = found.map { (figure($0), dollars($0), $0) }.sorted { a, b in
            (a.0, a.1, a.2.provider, a.2.region, a.2.type) < (b.0, b.1, b.2.provider, b.2.region, b.2.type)
        }
        return CatalogOffers(items: sorted.prefix(query.limit).map(\.2), total: found.count)
    }

    @Test(
        "a search finds what a plain walk over all values finds, in the same order", arguments: 0..<60 as Range<UInt64>)
    func agrees(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let catalog = Catalog(tables: [try CatalogTable(CatalogPacker.pack(.random(using: &random)))])
        for _ in 0..<20 {
            let query = try query {
                if Bool.random(using: &random) {
                    $0.gpu = try AcceleratorDemand(["H100", "L4 | H100:2+"].randomElement(using: &random) ?? "")
                }
                if Bool.random(using: &random) {
                    $0.cpus = try CPURange(["1+", "2..50"].randomElement(using: &random) ?? "")
                }
                if Bool.random(using: &random) { $0.memory = try MemoryRange("1TiB..12TiB") }
                $0.provider = ["aws", "gcp", nil, nil].randomElement(using: &random) ?? nil
                $0.region =
                    [GlobPattern("region-*"), GlobPattern("*-[0]"), GlobPattern("*-0"), nil].randomElement(
                        using: &random) ?? nil
                $0.zone = ["a", "q", nil, nil].randomElement(using: &random) ?? nil
                $0.architecture = ["arm64", nil].randomElement(using: &random) ?? nil
                $0.spot = Bool.random(using: &random)
                $0.maximumPrice = [Money(nanodollars: 500_000), .dollars(50), nil].randomElement(using: &random) ?? nil
                $0.sort = CatalogQuery.Order.allCases.randomElement(using: &random) ?? .price
                $0.limit = Int.random(in: 1...30, using: &random)
            }
            #expect(try catalog.search(query) == reference(catalog, query))
        }
    }

    @Test("the whole table can be searched, and the cheapest comes first")
    func everything() throws {
        let all = try catalog.search(CatalogQuery())
        #expect(all.total == CatalogTable.embedded.count(of: .offers))
        #expect(all.items.count == PageRequest.defaultLimit)
        let prices = all.items.compactMap(\.pricePerHour)
        #expect(prices.count == all.items.count && prices == prices.sorted())
    }

    @Test("H100 machines on spot in Europe have that name, a spot price and a source")
    func accelerators() throws {
        let found = try catalog.search(
            query {
                $0.gpu = try AcceleratorDemand("h100")
                $0.region = GlobPattern("europe-*")
                $0.spot = true
                $0.memory = try MemoryRange("80GiB")
            })
        #expect(found.total > 0)
        #expect(
            found.items.allSatisfy {
                $0.accelerator == "H100" && $0.spotPricePerHour != nil && !$0.source.isEmpty && $0.asOf.count == 10
                    && $0.memory ?? .zero >= .gibibytes(80)
            })
    }

    @Test("a provider that is not there is named, with those that are")
    func unknownProvider() {
        #expect(throws: CatalogError.unknownProvider(name: "asw", known: ["aws", "azure", "gcp"])) {
            try catalog.search(query { $0.provider = "asw" })
        }
    }

    @Test("of many, the smallest are kept in order", arguments: 0..<50 as Range<UInt64>)
    func smallest(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limit = Int.random(in: 0...20, using: &random)
        let all = (0..<Int.random(in: 0...200, using: &random)).map { _ in Int.random(in: 0...50, using: &random) }
        var smallest = Smallest<Int>(limit: limit)
        for number in all { smallest.add(number) }
        #expect(smallest.sorted == Array(all.sorted().prefix(limit)))
    }
}

@Suite("Facts of the catalog")
struct CatalogFactsTests {
    private let catalog = Catalog.embedded

    @Test("every accelerator of the table has a name that demands know, and every alias means it")
    func accelerators() {
        let draft = CatalogDraft(.embedded)
        #expect(draft.accelerators.count > 20)
        for accelerator in draft.accelerators {
            for name in [accelerator.name] + accelerator.aliases {
                #expect(AcceleratorName(name)?.canonical == accelerator.name, "\(name)")
            }
        }
        let used = Set(draft.machines.compactMap(\.accelerator))
        #expect(used.subtracting(draft.accelerators.map(\.name)) == [])
        #expect(Set(AcceleratorName.all.map(\.name)) == Set(draft.accelerators.map(\.name)))
    }

    @Test("an accelerator is found by any of its names, with its power")
    func watts() throws {
        let found = try #require(catalog.accelerator("h100-80gb"))
        #expect(found.name == "H100")
        #expect(found.watts?.double == 700)
        #expect(catalog.accelerator("abacus") == nil)
    }

    @Test("every offered region has a place, a country and residency zones")
    func regions() throws {
        let regions = catalog.regions
        #expect(regions.count > 100)
        #expect(regions.filter { $0.country == nil || $0.zones.isEmpty }.map(\.code) == [])
        let helsinki = try #require(catalog.region("gcp", "europe-north1"))
        #expect(helsinki.country == "FI" && Set(helsinki.zones).isSuperset(of: ["EU", "EEA"]))
        #expect(helsinki.carbonSource != nil && helsinki.carbonGramsPerKilowattHour != nil)
        #expect(catalog.region("gcp", "europe-north9") == nil)
    }

    @Test("the round trip grows with the distance, and is the same both ways")
    func roundTrips() throws {
        let trips = RoundTrips(catalog)
        let dublin = ("aws", "eu-west-1")
        let virginia = ("aws", "us-east-1")
        let there = try #require(trips.between(dublin, virginia))
        #expect(trips.between(virginia, dublin) == there)
        // 5,500 km: measured round trips are 65 to 80 ms.
        #expect(there > .milliseconds(60) && there < .milliseconds(100))
        let near = try #require(trips.between(dublin, ("aws", "eu-west-2")))
        #expect(near < .milliseconds(15))
        #expect(trips.between(dublin, dublin) == .zero)
        #expect(trips.between(dublin, ("onprem", "helsinki")) == nil)
    }

    @Test("a quarter of the way around the globe is ten thousand kilometres")
    func haversine() {
        let pole = Coordinates(latitude: 90, longitude: 0)
        let equator = Coordinates(latitude: 0, longitude: 77)
        #expect(abs(pole.kilometres(to: equator) - 10_007.5) < 1)
        let opposite = Coordinates(latitude: 0, longitude: -103)
        #expect(abs(equator.kilometres(to: opposite) - 20_015.1) < 1)
    }

    @Test("storage has its published price, and an unknown class names those that are known")
    func storage() throws {
        #expect(try catalog.storagePrice("aws", "us-east-1", class: "standard") == Money(decimal: "0.023"))
        #expect {
            try catalog.storagePrice("aws", "us-east-1", class: "tape")
        } throws: { error in
            guard case .unknownStorage("tape", "aws", "us-east-1", let known)? = error as? CatalogError else {
                return false
            }
            return known.contains("standard")
        }
    }

    @Test("egress has tiers that begin at zero and ascend, with source and date")
    func egressTiers() throws {
        let tiers = try catalog.egressTiers(
            fromProvider: "aws", fromRegion: "us-east-1", toProvider: nil, toRegion: nil)
        #expect(tiers.count >= 3 && tiers[0].from == .zero)
        #expect(tiers.map(\.from) == tiers.map(\.from).sorted())
        #expect(tiers.allSatisfy { !$0.source.isEmpty && !$0.asOf.isEmpty })
    }

    @Test("a later table replaces what an earlier one says of a provider, kind by kind")
    func layers() throws {
        var draft = CatalogDraft()
        draft.sources = [CatalogSource(id: "s", name: "A newer list", date: "2027-01-01", licence: "")]
        draft.machines = [CatalogDraft.Machine(provider: "aws", type: "m5.large", source: "s")]
        draft.regions = [CatalogDraft.Region(provider: "aws", code: "us-east-1")]
        draft.offers = [
            CatalogDraft.Offer(
                provider: "aws", region: "us-east-1", type: "m5.large", onDemand: .dollars(1), source: "s")
        ]
        let layered = Catalog(tables: [.embedded, try CatalogTable(CatalogPacker.pack(draft))])
        #expect(try #require(layered.machine("aws", "us-east-1", "m5.large")).pricePerHour == .dollars(1))
        #expect(layered.machine("aws", "us-east-1", "c7i.xlarge") == nil)
        #expect(layered.machine("gcp", "europe-west4", "e2-standard-4") != nil)
        #expect(try #require(layered.region("aws", "us-east-1")).country == "US")
        #expect(try layered.storagePrice("aws", "us-east-1", class: "standard") == Money(decimal: "0.023"))
        #expect(
            try layered.egressPrice(fromProvider: "aws", fromRegion: "us-east-1", toProvider: "gcp", toRegion: "x")
                == Money(decimal: "0.09"))
        var query = CatalogQuery()
        query.provider = "aws"
        #expect(try layered.search(query).total == 1)
    }
}
