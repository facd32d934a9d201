import Catalog
import Contract
import Kernel
import Testing

@testable import Fleet

@Suite("the catalog over HTTP")
struct CatalogRoutesTests {
    private func answer(_ query: [String: String]) async throws -> CatalogOffers {
        let engine = try await EngineFixture()
        let shelf = CatalogShelf()
        let refreshes = CatalogRefreshes(
            database: engine.database, journal: engine.journal, time: engine.time, shelf: shelf,
            sources: CatalogRefreshTests.Sources(
                source: CatalogRefreshTests.MemoryPriceSource(offers: [], breaksOff: false)),
            files: CatalogRefreshTests.Files())
        let route = try #require(CatalogRoutes(shelf: shelf, refreshes: refreshes).bound.first)
        let principal = Principal(name: "anna", role: .viewer)
        let answer = try await route.handle(IncomingCall(principal: principal, query: query))
        guard case .bytes(let bytes) = answer.body else { return CatalogOffers(items: [], total: -1) }
        return try Wire.decode(CatalogOffers.self, from: bytes)
    }

    @Test("a search answers offers with decimal prices, and how many there are")
    func search() async throws {
        let found = try await self.answer(["gpu": "L4", "provider": "gcp", "region": "europe-*", "limit": "3"])
        #expect(found.items.count == 3 && found.total > 3)
        #expect(found.items.allSatisfy { $0.accelerator == "L4" && $0.provider == "gcp" })
    }

    @Test("a bad search is invalid", arguments: [["gpu": "H1000"], ["provider": "asw"], ["limit": "0"]])
    func refused(query: [String: String]) async {
        await #expect {
            try await self.answer(query)
        } throws: { ($0 as? any Fault)?.kind == .invalid }
    }
}
