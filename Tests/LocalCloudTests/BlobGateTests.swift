import CloudPorts
import Conformance
import Contract
import Digest
import Kernel
import LocalCloud
import Testing

@Suite struct BlobGateTests {
    private let time = ManualTime()
    private let store: FileStoreSubject
    private let gate: BlobGate

    init() throws {
        let store = try FileStoreSubject()
        self.store = store
        self.gate = BlobGate(urls: store.urls, time: self.time) { $0 == "eu 1" ? store.driver : nil }
    }

    private func put(_ bytes: [UInt8], _ key: String) async throws {
        try await self.store.driver.put(
            key, size: ByteCount(Int64(bytes.count)), sha256: nil, ifAbsent: false, body: Chunks([bytes]))
    }

    private func answer(_ request: PresignedRequest, range: String? = nil, length: Int64? = nil) async throws
        -> BlobAnswer
    {
        let parts = request.url.dropFirst("\(FileStoreSubject.base)/blobs/".count).split(separator: "?", maxSplits: 1)
        return try await self.gate.answer(
            BlobRequest(
                method: request.method, path: String(parts[0]), query: String(parts[1]), range: range, length: length,
                body: Chunks([])))
    }

    private func bytes(_ answer: BlobAnswer) async throws -> [UInt8] {
        var all: [UInt8] = []
        if let body = answer.body { for try await chunk in body { all += chunk } }
        return all
    }

    @Test(
        "a range is answered as RFC 9110 says",
        arguments: [
            ("bytes=0-0", 206, "bytes 0-0/10", [0]), ("bytes=2-4", 206, "bytes 2-4/10", [2, 3, 4]),
            ("bytes=7-", 206, "bytes 7-9/10", [7, 8, 9]), ("bytes=-2", 206, "bytes 8-9/10", [8, 9]),
            ("bytes=-99", 206, "bytes 0-9/10", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            ("bytes=8-99", 206, "bytes 8-9/10", [8, 9]),
            ("bytes=10-", 416, "bytes */10", []), ("bytes=-0", 416, "bytes */10", []),
            ("bytes=99-100", 416, "bytes */10", []),
            ("bytes=3-18446744073709551615", 206, "bytes 3-9/10", [3, 4, 5, 6, 7, 8, 9]),
        ] as [(String, Int, String, [UInt8])])
    func ranges(header: String, status: Int, contentRange: String, expected: [UInt8]) async throws {
        try await self.put(Array(0..<10), "k")
        let request = try self.store.driver.presign(.get(key: "k"), expires: self.time.now + .minutes(1))
        let answer = try await self.answer(request, range: header)
        #expect(answer.status == status)
        #expect(answer.headers["content-range"] == contentRange)
        #expect(answer.length == Int64(expected.count))
        #expect(try await self.bytes(answer) == expected)
    }

    @Test(
        "a range header that is not understood is ignored",
        arguments: [
            "bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=", "bytes=-", "bytes 0-1", "bytes=1-2-3",
        ])
    func ignored(header: String) async throws {
        try await self.put(Array(0..<10), "k")
        let request = try self.store.driver.presign(.get(key: "k"), expires: self.time.now + .minutes(1))
        let answer = try await self.answer(request, range: header)
        #expect(answer.status == 200 && answer.length == 10)
        #expect(try await self.bytes(answer) == Array(0..<10))
    }

    @Test("a URL is good until its time and not a millisecond longer, whichever way the clock jumps")
    func expiry() async throws {
        try await self.put([1], "k")
        let request = try self.store.driver.presign(.get(key: "k"), expires: self.time.now + .minutes(15))
        self.time.jump(by: .milliseconds(15 * 60_000 - 1))
        #expect(try await self.answer(request).status == 200)
        self.time.jump(by: .milliseconds(1))
        await #expect(throws: BlobURLError.expired(at: request.expires)) { _ = try await self.answer(request) }
        self.time.jump(by: .milliseconds(-60_000))
        #expect(try await self.answer(request).status == 200)
    }

    @Test("a URL of another control plane is not honoured")
    func otherKey() async throws {
        try await self.put([1], "k")
        let others = BlobURLs(key: .random()) { FileStoreSubject.base }
        let request = others.mint(.get(key: "k"), store: "eu 1", expires: self.time.now + .minutes(1))
        await #expect(throws: BlobURLError.notSigned) { _ = try await self.answer(request) }
    }

    @Test("a listener of one store serves no other")
    func onlyOne() async throws {
        try await self.put([1], "k")
        let store = self.store
        let gate = BlobGate(urls: store.urls, time: self.time, only: "us") { _ in store.driver }
        let request = try store.driver.presign(.get(key: "k"), expires: self.time.now + .minutes(1))
        #expect(try await FileStoreSubject.send(request, [], to: gate).status == 404)
        let missing = store.urls.mint(.get(key: "k"), store: "nowhere", expires: self.time.now + .minutes(1))
        #expect(try await FileStoreSubject.send(missing, [], to: self.gate).status == 404)
    }

    @Test("a put whose announced length is not the signed one is refused before a byte is read")
    func length() async throws {
        let intent = PresignIntent.put(key: "k", size: ByteCount(3), sha256: Digest.sha256([1, 2, 3]))
        let request = try self.store.driver.presign(intent, expires: self.time.now + .minutes(1))
        await #expect(throws: ObjectError.corrupt(key: "k", expected: "3 bytes", found: "9 bytes")) {
            _ = try await self.answer(request, length: 9)
        }
    }

    @Test("a URL survives a client that escapes more than we do, and its query shows no key")
    func spelling() async throws {
        try await self.put([5], "a-b/c")
        var request = try self.store.driver.presign(.get(key: "a-b/c"), expires: self.time.now + .minutes(1))
        #expect(request.url.hasPrefix("\(FileStoreSubject.base)/blobs/eu%201/a-b/c?expires="))
        request.url = request.url.replacing("a-b/c?", with: "a%2Db/%63?")
        #expect(try await self.bytes(try await self.answer(request)) == [5])
    }
}
