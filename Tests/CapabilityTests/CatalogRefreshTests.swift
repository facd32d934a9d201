import Catalog
import CloudPorts
import Contract
import Kernel
import Synchronization
import Testing

@testable import Fleet

@Suite("refreshing the catalog")
struct CatalogRefreshTests {
    /// A list that is handed over whole, or breaks off behind its first batch.
    struct MemoryPriceSource: PriceSource {
        let provider = "aws"
        let offers: [PricedOffer]
        let breaksOff: Bool

        func read(
            _ take: ([PricedOffer]) async throws(PriceSourceError) -> Void
        ) async throws(PriceSourceError) -> PriceListEdition {
            try await take(self.offers)
            if self.breaksOff {
                throw .malformed(provider: "aws", page: "page 2", problem: "it ends in the middle")
            }
            return PriceListEdition(asOf: Timestamp(milliseconds: 1_800_000_000_000), source: "a list of this test")
        }
    }

    struct Sources: PriceSources {
        let source: MemoryPriceSource
        var providers: [String] { ["aws"] }

        func source(of provider: String, apiKey: String?, knowing catalog: Catalog) throws -> (any PriceSource)? {
            provider == "aws" ? self.source : nil
        }
    }

    final class Files: CatalogFiles {
        let written = Mutex<[String: [UInt8]]>([:])
        func write(_ bytes: [UInt8], of provider: String) throws { self.written.withLock { $0[provider] = bytes } }
    }

    static let offers = [
        PricedOffer(region: "us-east-1", type: "m5.large", onDemand: Money(decimal: "0.1")),
        PricedOffer(region: "eu-north-1", type: "m5.large", onDemand: Money(decimal: "0.102")),
        PricedOffer(
            region: "eu-north-1", type: "m99.large", onDemand: Money(decimal: "0.3"),
            shape: PricedOffer.Shape(vcpus: 2, memory: .gibibytes(8))),
    ]

    private func refresh(
        breaksOff: Bool = false, provider: String = "aws",
        _ check: (CatalogShelf, Files, EngineFixture) async throws -> Void
    ) async throws -> CatalogRefresh {
        let engine = try await EngineFixture()
        let shelf = CatalogShelf()
        let files = Files()
        let refreshes = CatalogRefreshes(
            database: engine.database, journal: engine.journal, time: engine.time, shelf: shelf,
            sources: Sources(source: MemoryPriceSource(offers: Self.offers, breaksOff: breaksOff)), files: files)
        do {
            let result = try await refreshes.refresh(
                CatalogRefreshRequest(provider: provider), by: EngineFixture.operatorUser)
            try await check(shelf, files, engine)
            return result
        } catch {
            try await check(shelf, files, engine)
            throw error
        }
    }

    @Test("a whole list replaces the provider's offers, keeps known shapes, zones and egress, and is journaled")
    func whole() async throws {
        let result = try await self.refresh { shelf, files, engine in
            let offer = try #require(shelf.catalog.machine("aws", "eu-north-1", "m5.large"))
            #expect(offer.pricePerHour == Money(decimal: "0.102"))
            #expect(offer.vcpus == 2 && offer.memory == .gibibytes(8))
            #expect(offer.zones == Catalog.embedded.machine("aws", "eu-north-1", "m5.large")?.zones)
            #expect(offer.source == "a list of this test" && offer.asOf == "2027-01-15")
            #expect(shelf.catalog.machine("aws", "eu-north-1", "m99.large")?.memory == .gibibytes(8))
            // What the list does not have is not sold any more; other providers and what leaves a cloud stay.
            #expect(shelf.catalog.machine("aws", "us-east-1", "c5.large") == nil)
            #expect(shelf.catalog.machine("gcp", "europe-west4", "e2-standard-4") != nil)
            let egress = try shelf.catalog.egressPrice(
                fromProvider: "aws", fromRegion: "us-east-1", toProvider: nil, toRegion: nil)
            #expect(egress == Money(decimal: "0.09"))
            #expect(shelf.version == 1)
            let bytes = try #require(files.written.withLock { $0["aws"] })
            let table = try CatalogTable(bytes)
            #expect(table.size == ByteCount(Int64(bytes.count)))
            #expect(try await engine.journalKinds(about: "aws") == ["catalog.refreshed"])
        }
        #expect(result.offers == 3 && result.changed == 3)
    }

    @Test("a list that breaks off changes nothing")
    func brokenOff() async throws {
        do {
            _ = try await self.refresh(breaksOff: true) { shelf, files, engine in
                #expect(shelf.version == 0 && files.written.withLock(\.isEmpty))
                #expect(shelf.catalog.machine("aws", "us-east-1", "m5.large")?.pricePerHour == Money(decimal: "0.096"))
                let lines = try await engine.journalKinds(about: "aws")
                #expect(lines.isEmpty)
            }
            Issue.record("a list that broke off was taken")
        } catch let fault as any Fault {
            #expect(fault.message.contains("page 2"))
        }
    }

    @Test("a provider without a list is named with those that have one")
    func unknown() async throws {
        await #expect(throws: FleetError.noPriceList(provider: "azurre", known: ["aws"])) {
            _ = try await self.refresh(provider: "azurre") { shelf, _, _ in #expect(shelf.version == 0) }
        }
    }
}
