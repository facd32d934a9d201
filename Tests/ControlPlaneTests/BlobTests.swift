import CloudPorts
import Contract
import ControlPlane
import Digest
import Kernel
import LocalCloud
import Synchronization
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One file store behind LocalCloud's real gate.
private struct OneStore: BlobServing {
    let gate: BlobGate

    func answer(_ call: BlobCall) async throws -> BlobReply {
        let parts = call.target.dropFirst("/blobs/".count).split(separator: "?", maxSplits: 1)
        let answer = try await self.gate.answer(
            BlobRequest(
                method: call.method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
                range: call.headers["range"], length: call.headers["content-length"].flatMap { Int64($0) },
                body: call.body))
        var headers = answer.headers
        headers["content-length"] = String(answer.length)
        return BlobReply(status: answer.status, headers: headers, body: answer.body)
    }

    func endpoints() async throws -> [String] { [] }
}

@Suite("objects over HTTP")
struct BlobTests {
    /// Runs `body` with a server before a file store, and a driver that signs for it.
    private func withStore(_ body: @escaping @Sendable (TestServer, any ObjectStoreDriver) async throws -> Void)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.path + "/blobs-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shared = ServerURL()
        let stores = LocalStores(dataFolder: folder, key: .random(), base: { shared.value })
        let driver = try stores.driver(for: Store(name: "s", type: "file", path: folder + "/s", zones: []))
        let gate = BlobGate(urls: stores.urls(), time: ManualTime()) { $0 == "s" ? driver : nil }
        try await withServer(blobs: OneStore(gate: gate)) { server in
            shared.value = server.url
            try await body(server, driver)
        }
    }

    private final class ServerURL: Sendable {
        private let text = Mutex("http://unset")
        var value: String {
            get { self.text.withLock { $0 } }
            set { self.text.withLock { $0 = newValue } }
        }
    }

    private static let later = ManualTime().now + .minutes(5)

    @Test(
        "a signed address takes exactly what was signed, and gives it back whole or in part",
        arguments: [0, 1, 3 << 20])
    func roundTrip(_ size: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await self.withStore { server, driver in
            let put = try driver.presign(
                .put(key: "blobs/x", size: ByteCount(Int64(size)), sha256: Digest.sha256(bytes)), expires: Self.later)
            let stored = try await server.send("PUT", Self.path(put, server), body: bytes)
            #expect(stored.status == 201)
            let get = try driver.presign(.get(key: "blobs/x"), expires: Self.later)
            #expect(try await server.send("GET", Self.path(get, server)).body == bytes)
            guard size > 1 else { return }
            let part = try await server.send("GET", Self.path(get, server), headers: [("range", "bytes=5-9")])
            #expect(part.status == 206)
            #expect(part.body == Array(bytes[5...9]))
        }
    }

    @Test("other bytes, another key or a changed address are refused, and the query is in no log")
    func refused() async throws {
        let bytes = Array("right".utf8)
        try await self.withStore { server, driver in
            let put = try driver.presign(
                .put(key: "blobs/x", size: ByteCount(5), sha256: Digest.sha256(bytes)), expires: Self.later)
            let path = Self.path(put, server)
            #expect(try await server.send("PUT", path, body: Array("wrong".utf8)).status == 400)
            #expect(try await server.send("PUT", path, body: Array("longer".utf8)).status == 400)
            #expect(try await server.send("PUT", path, body: Array("longer".utf8), chunked: true).status == 400)
            let other = String(path.split(separator: "?")[0].dropLast()) + "y?" + path.split(separator: "?")[1]
            #expect(try await server.send("PUT", other, body: bytes).status == 403)
            #expect(try await server.send("GET", path).status == 403)
            let get = try driver.presign(.get(key: "blobs/x"), expires: Self.later)
            #expect(try await server.send("GET", Self.path(get, server)).status == 404)
            let old = try driver.presign(.get(key: "blobs/x"), expires: Timestamp(milliseconds: 1))
            let expired = try await server.send("GET", Self.path(old, server))
            #expect(expired.status == 403)
            #expect(expired.error?.message.contains("Ask the control plane for a new one") == true)
            #expect(server.log.all.count >= 6)
            #expect(!server.log.all.contains { $0.contains("signature") || $0.contains("expires=") })
        }
    }

    private static func path(_ request: PresignedRequest, _ server: TestServer) -> String {
        String(request.url.dropFirst(server.url.count))
    }
}
