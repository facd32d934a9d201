import CloudPorts
import GoogleCloud
import Hummingbird
import Kernel
import Synchronization
import Testing
import Transport

@Suite struct GooglePriceSourceTests {
    static let key = "AIzaSyD-0123456789-abcdefghijklmnopqrst"

    private func error(
        answering body: @escaping @Sendable (Request) -> Response
    ) async throws -> PriceSourceError? {
        let found = Mutex<PriceSourceError?>(nil)
        try await withServer { router in
            router.get("/v1/services/6F81-5844-456A/skus") { request, _ -> Response in body(request) }
        } _: { endpoint in
            let source = GooglePriceSource(
                endpoint: endpoint, apiKey: Self.key, machines: GoogleListFormat.machines,
                transport: PriceListServer.transport, time: SystemTime())
            do throws(PriceSourceError) { _ = try await source.sheet() } catch { found.withLock { $0 = error } }
        }
        return found.withLock { $0 }
    }

    @Test("no part of a key is told, wherever the quotation of an answer is cut", arguments: 150...205)
    func cutKey(before: Int) async throws {
        let error = try await self.error { _ in
            .text(String(repeating: "x", count: before) + Self.key + " is not valid", status: .forbidden)
        }
        let told = try #require(error?.message)
        #expect(error?.kind == .forbidden)
        #expect(told.contains("xxx"))
        #expect(!told.contains(Self.key.prefix(5)), "\(told)")
    }

    @Test("the key is in a header and not in the address")
    func header() async throws {
        let seen = Mutex("")
        _ = try await self.error { request in
            seen.withLock { $0 = "\(request.uri)" }
            return .text("{}")
        }
        let address = seen.withLock { $0 }
        #expect(address == "/v1/services/6F81-5844-456A/skus?currencyCode=USD&pageSize=1000")
    }

    @Test("an empty answer is a list without prices, which is none")
    func empty() async throws {
        let error = try await self.error { _ in .text("{}") }
        #expect(
            error == .malformed(provider: "gcp", page: "the whole list", problem: "it has no price of a Linux machine"))
    }
}
