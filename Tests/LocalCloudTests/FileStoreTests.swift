import CloudPorts
import Conformance
import Contract
import Digest
import Foundation
import Kernel
import LocalCloud
import Testing

@Suite struct FileStoreTests {
    @Test("a file store keeps the contract of object stores", arguments: ObjectStoreConformance.checks)
    func conforms(check: ObjectStoreConformance) async throws {
        let store = try FileStoreSubject()
        try await check(store.subject())
        #expect(store.folder.files.allSatisfy { !$0.hasPrefix("incoming/") }, "nothing is left in incoming/")
    }

    @Test("the suite notices a driver that breaks the contract", arguments: FaultyObjectStore.Fault.allCases)
    func notices(fault: FaultyObjectStore.Fault) async throws {
        let check = try #require(ObjectStoreConformance.checks.first { $0.description == fault.rawValue })
        let store = try FileStoreSubject()
        await #expect(throws: (any Error).self) { try await check(store.subject(breaking: fault)) }
    }

    @Test("no check of the suite is unable to fail")
    func proven() {
        let proven = FaultyObjectStore.Fault.allCases.map(\.rawValue)
        #expect(Set(proven) == Set(ObjectStoreConformance.checks.map(\.description)))
    }

    @Test("files from elsewhere in its folder are neither listed nor touched")
    func strangers() async throws {
        let store = try FileStoreSubject()
        try await store.driver.put("k", size: ByteCount(1), sha256: nil, ifAbsent: false, body: Chunks([[1]]))
        let objects = store.folder.path + "/objects"
        try Data([1]).write(to: URL(fileURLWithPath: objects + "/not ours"))
        try FileManager.default.createSymbolicLink(atPath: objects + "/link+", withDestinationPath: "/etc")
        let found = try await store.driver.list(prefix: "", after: nil, limit: 100).map(\.key)
        #expect(found.contains("k") && !found.contains("not ours"))
        try await store.driver.delete("k")
        #expect(FileManager.default.fileExists(atPath: objects + "/not ours"))
    }

    @Test("a copy shares its source's bytes on disk")
    func links() async throws {
        let store = try FileStoreSubject()
        try await store.driver.put("a", size: ByteCount(3), sha256: nil, ifAbsent: false, body: Chunks([[1, 2, 3]]))
        try await store.driver.copy("a", to: "b/c")
        func inode(_ path: String) throws -> UInt64? {
            try FileManager.default.attributesOfItem(atPath: store.folder.path + path)[.systemFileNumber] as? UInt64
        }
        #expect(try inode("/objects/a") == inode("/objects/b+/c"))
    }

    @Test("a big object passes in chunks of at most a mebibyte, however large it is")
    func memory() async throws {
        let store = try FileStoreSubject()
        let (chunk, count) = ([UInt8](repeating: 7, count: 1 << 20), 192)
        try await store.driver.put(
            "big", size: .mebibytes(Int64(count)), sha256: nil, ifAbsent: false,
            body: Repeated(chunk: chunk, count: count))
        var read: Int64 = 0
        var largest = 0
        for try await chunk in try await store.driver.read("big", range: nil) {
            read += Int64(chunk.count)
            largest = max(largest, chunk.count)
        }
        #expect(read == Int64(count) << 20)
        #expect(largest <= 1 << 20)
    }

    @Test("a sweep removes what a crash left and nothing that is young")
    func sweep() async throws {
        let store = try FileStoreSubject()
        try await store.driver.put("k", size: ByteCount(1), sha256: nil, ifAbsent: false, body: Chunks([[1]]))
        let left = store.folder.path + "/incoming/0123"
        try Data([1, 2]).write(to: URL(fileURLWithPath: left))
        #expect(try await store.driver.sweepIncoming(now: SystemTime().now) == 0)
        #expect(FileManager.default.fileExists(atPath: left))
        #expect(try await store.driver.sweepIncoming(now: SystemTime().now + .hours(25)) == 1)
        #expect(store.folder.files == ["objects/k"])
    }

    @Test("a sweep takes a copy in the making for young, however old the bytes are")
    func sweepSparesCopies() async throws {
        let store = try FileStoreSubject()
        try await store.driver.put("k", size: ByteCount(1), sha256: nil, ifAbsent: false, body: Chunks([[1]]))
        let (object, draft) = (store.folder.path + "/objects/k", store.folder.path + "/incoming/0123")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: object)
        try FileManager.default.linkItem(atPath: object, toPath: draft)
        #expect(try await store.driver.sweepIncoming(now: SystemTime().now) == 0)
        #expect(FileManager.default.fileExists(atPath: draft))
    }

    @Test("a sweep removes a bounded number, and the next one goes on")
    func sweepIsBounded() async throws {
        let store = try FileStoreSubject()
        #expect(try await store.driver.sweepIncoming(now: SystemTime().now) == 0, "a store that nobody used")
        try await store.driver.put("k", size: ByteCount(1), sha256: nil, ifAbsent: false, body: Chunks([[1]]))
        for number in 0..<5 {
            try Data([1]).write(to: URL(fileURLWithPath: "\(store.folder.path)/incoming/\(number)"))
        }
        let later = SystemTime().now + .hours(25)
        var removed: [Int] = []
        for _ in 0..<4 { removed.append(try await store.driver.sweepIncoming(limit: 2, now: later)) }
        #expect(removed == [2, 2, 1, 0])
    }

    @Test("a full disk is told as full, keeps what was acknowledged, and recovers", .enabled(if: SmallDisk.isPossible))
    func full() async throws {
        let disk = try SmallDisk(mebibytes: 4)
        let driver = FileStoreDriver(store: "small", folder: disk.path, urls: BlobURLs(key: .random()) { "" })
        try await driver.put("kept", size: ByteCount(3), sha256: nil, ifAbsent: false, body: Chunks([[1, 2, 3]]))
        func fill(_ key: String, mebibytes: Int) async throws {
            let chunk = [UInt8](repeating: 1, count: 1 << 20)
            try await driver.put(
                key, size: .mebibytes(Int64(mebibytes)), sha256: nil, ifAbsent: false,
                body: Repeated(chunk: chunk, count: mebibytes))
        }
        await #expect(throws: ObjectError.full(store: "small")) { try await fill("big", mebibytes: 16) }
        #expect(try await driver.list(prefix: "", after: nil, limit: 10).map(\.key) == ["kept"])
        try await fill("fits", mebibytes: 2)
        await #expect(throws: ObjectError.full(store: "small")) { try await fill("more", mebibytes: 3) }
        try await driver.delete("fits")
        try await fill("more", mebibytes: 3)
        #expect(try await driver.list(prefix: "", after: nil, limit: 10).map(\.key) == ["kept", "more"])
    }
}

/// The same chunk over and over.
struct Repeated: AsyncSequence, Sendable {
    typealias Failure = any Error

    let chunk: [UInt8]
    let count: Int

    func makeAsyncIterator() -> Iterator { Iterator(chunk: self.chunk, left: self.count) }

    struct Iterator: AsyncIteratorProtocol {
        let chunk: [UInt8]
        var left: Int

        mutating func next() async throws -> [UInt8]? {
            guard self.left > 0 else { return nil }
            self.left -= 1
            return self.chunk
        }
    }
}
