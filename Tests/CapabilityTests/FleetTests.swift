import Catalog
import Contract
import Fleet
import Kernel
import Testing

@Suite("environments and workers")
struct FleetTests {
    @Test("an environment without any slot is refused, and nothing is declared")
    func noSlots() async throws {
        let engine = try await EngineFixture()
        await #expect(throws: CatalogError.noSlots(environment: "idle")) {
            _ = try await engine.addSite("idle", zones: ["EU"], slots: 0, servingSlots: 0)
        }
        #expect(try await engine.environments.list().isEmpty)
    }
}
