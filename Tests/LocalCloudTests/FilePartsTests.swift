import CloudPorts
import Contract
import Digest
import Foundation
import Kernel
import LocalCloud
import Testing

/// Uploads in parts to a folder.
@Suite struct FilePartsTests {
    private let folder: TemporaryFolder
    private let driver: FileStoreDriver
    private let urls: BlobURLs

    init() throws {
        self.folder = try TemporaryFolder()
        self.urls = BlobURLs(key: .random()) { "http://here:1" }
        self.driver = FileStoreDriver(store: "plain", folder: self.folder.path, layout: .plain, urls: self.urls)
    }

    private func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(($0 * 7 + number) & 255) } }

    private func send(_ number: Int, _ bytes: [UInt8], _ upload: String, isAnnounced: Bool = true) async throws
        -> UploadedPart
    {
        let tag = try await self.driver.putPart(
            number, of: "d/big", upload: upload, length: isAnnounced ? Int64(bytes.count) : nil, body: Chunks([bytes]))
        return UploadedPart(number: number, tag: tag)
    }

    private func stored() throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: self.folder.path + "/d/big")))
    }

    private var incoming: [String] {
        let path = self.folder.path + "/.martlet-incoming"
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".parts") }
    }

    @Test(
        "parts in any order and of any lengths become the whole",
        arguments: [[8, 8, 3], [8, 8, 8], [8, 3, 8], [3, 8, 20], [5], [0], [8, 8, 0], [1, 2, 3, 4, 5]], [0, 1, 2])
    func whole(lengths: [Int], turn: Int) async throws {
        let upload = try await self.driver.beginParts(of: "d/big", count: lengths.count)
        let all = lengths.enumerated().map { self.bytes($0.offset, $0.element) }
        var parts: [UploadedPart] = []
        let numbers = Array(1...lengths.count)
        let order = turn == 0 ? numbers : turn == 1 ? numbers.reversed() : Array(numbers.dropFirst()) + [1]
        for number in order {
            parts.append(try await self.send(number, all[number - 1], upload, isAnnounced: turn != 2))
        }
        #expect(!FileManager.default.fileExists(atPath: self.folder.path + "/d/big"), "nothing is seen before the end")
        parts.sort { $0.number < $1.number }
        try await self.driver.completeParts(parts, of: "d/big", upload: upload)
        #expect(try self.stored() == all.flatMap { $0 })
        #expect(self.incoming.isEmpty)
        try await self.driver.completeParts(parts, of: "d/big", upload: upload)
    }

    @Test("parts that come all at once become the whole") func together() async throws {
        let upload = try await self.driver.beginParts(of: "d/big", count: 16)
        let all = (0..<16).map { self.bytes($0, $0 == 15 ? 100 : 4096) }
        let parts = try await withThrowingTaskGroup(of: UploadedPart.self) { group in
            for (index, bytes) in all.enumerated() {
                group.addTask { try await self.send(index + 1, bytes, upload) }
            }
            return try await group.reduce(into: [UploadedPart]()) { $0.append($1) }
        }
        try await self.driver.completeParts(
            parts.sorted { $0.number < $1.number }, of: "d/big", upload: upload)
        #expect(try self.stored() == all.flatMap { $0 })
    }

    @Test("a part that is sent again replaces what was there, and an old tag is not taken for the new bytes")
    func resent() async throws {
        let upload = try await self.driver.beginParts(of: "d/big", count: 2)
        let old = try await self.send(1, [1, 1, 1], upload)
        let last = try await self.send(2, [9], upload)
        let new = try await self.send(1, [2, 2, 2], upload)
        await #expect(throws: ObjectError.self) {
            try await self.driver.completeParts([old, last], of: "d/big", upload: upload)
        }
        try await self.driver.completeParts([new, last], of: "d/big", upload: upload)
        #expect(try self.stored() == [2, 2, 2, 9])
    }

    @Test("a part that broke off is not there, also when it was there before")
    func broken() async throws {
        let upload = try await self.driver.beginParts(of: "d/big", count: 1)
        let part = try await self.send(1, [1, 2, 3], upload)
        await #expect(throws: ObjectError.self) {
            _ = try await self.driver.putPart(1, of: "d/big", upload: upload, length: 3, body: Chunks([[7]]))
        }
        await #expect(throws: ObjectError.self) {
            try await self.driver.completeParts([part], of: "d/big", upload: upload)
        }
        #expect(try await self.driver.head("d/big") == nil)
    }

    @Test("what is asked of an upload must be true of it")
    func refused() async throws {
        let upload = try await self.driver.beginParts(of: "d/big", count: 2)
        let part = try await self.send(1, [1], upload)
        await #expect(throws: ObjectError.self) { _ = try await self.send(3, [1], upload) }
        await #expect(throws: ObjectError.self) { _ = try await self.send(0, [1], upload) }
        for other in [String(repeating: "0", count: 32), "../../etc", "", upload + "x"] {
            await #expect(throws: ObjectError.notFound(key: "d/big")) { _ = try await self.send(1, [1], other) }
        }
        await #expect(throws: ObjectError.notFound(key: "other")) {
            try await self.driver.completeParts([part], of: "other", upload: upload)
        }
        for parts in [[], [part, part], [UploadedPart(number: 2, tag: part.tag)]] {
            await #expect(throws: ObjectError.self) {
                try await self.driver.completeParts(parts, of: "d/big", upload: upload)
            }
        }
        await #expect(throws: ObjectError.self) { _ = try await self.driver.beginParts(of: "d/big", count: 10_001) }
    }

    @Test("an upload that is given up leaves nothing, and one that nobody ends is swept after a day")
    func ended() async throws {
        let upload = try await self.driver.beginParts(of: "d/big", count: 1)
        _ = try await self.send(1, [1], upload)
        try await self.driver.abortParts(of: "other", upload: upload)
        #expect(self.incoming.count == 1)
        try await self.driver.abortParts(of: "d/big", upload: upload)
        try await self.driver.abortParts(of: "d/big", upload: upload)
        #expect(self.incoming.isEmpty)
        await #expect(throws: ObjectError.self) { _ = try await self.send(1, [1], upload) }

        _ = try await self.driver.beginParts(of: "d/big", count: 1)
        #expect(try await self.driver.sweepIncoming(now: SystemTime().now + .hours(23)) == 0)
        #expect(try await self.driver.sweepIncoming(now: SystemTime().now + .hours(25)) == 1)
        #expect(self.incoming.isEmpty)
    }

    @Test("a part's signed address takes that part of that upload and nothing else")
    func signed() async throws {
        let gate = BlobGate(urls: self.urls, time: SystemTime()) { _ in self.driver }
        let upload = try await self.driver.beginParts(of: "d/big", count: 2)
        let request = try self.driver.presign(
            .part(key: "d/big", upload: upload, number: 1), expires: SystemTime().now + .minutes(1))
        let target = request.url.dropFirst("http://here:1/blobs/".count).split(separator: "?")
        func answer(_ query: String) async throws -> BlobAnswer {
            try await gate.answer(
                BlobRequest(
                    method: "PUT", path: String(target[0]), query: query, length: 2, body: Chunks([[4, 5]])))
        }
        let tag = try #require(try await answer(String(target[1])).headers["etag"])
        #expect(tag == "\"\(Digest.sha256([4, 5]).hex)\"")
        let forged = target[1].replacingOccurrences(of: "part=1", with: "part=2")
        await #expect(throws: BlobURLError.notSigned) { _ = try await answer(forged) }
    }
}
