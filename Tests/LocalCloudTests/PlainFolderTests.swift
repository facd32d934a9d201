import CloudPorts
import Conformance
import Contract
import Digest
import Foundation
import Kernel
import LocalCloud
import Testing

/// A store whose keys are paths of files that others read too.
@Suite struct PlainFolderTests {
    private let folder: TemporaryFolder
    private let driver: FileStoreDriver

    init() throws {
        self.folder = try TemporaryFolder()
        self.driver = FileStoreDriver(
            store: "plain", folder: self.folder.path, layout: .plain, urls: BlobURLs(key: .random()) { "http://here:1" }
        )
    }

    private func put(_ text: String, _ key: String, size: ByteCount? = nil) async throws {
        try await self.driver.put(key, size: size, sha256: nil, ifAbsent: false, body: Chunks([Array(text.utf8)]))
    }

    /// What the contract says where no key is a folder of another.
    static let checks = ObjectStoreConformance.checks.filter { check in
        ![
            "a key may be the beginning of another", "a listing is sorted by the bytes of the key",
            "a prefix is any beginning of a key", "pages add up to the whole, whatever their size",
            "a folder's entries are what lies directly in it", "any text without '.', '..' and empty parts is a key",
            "a key may have 1,024 bytes, in one part or many",
        ].contains(check.description) && !check.description.contains("presigned")
    }

    @Test("a plain folder keeps the rest of the contract of object stores", arguments: Self.checks)
    func conforms(check: ObjectStoreConformance) async throws {
        try await check(
            ObjectStoreSubject(
                driver: self.driver, prefix: "conformance/", now: { SystemTime().now },
                send: { _, _ in PresignedAnswer(status: 501) }))
    }

    @Test("the file of a key lies at its path, and may be read by whom the mask lets")
    func layout() async throws {
        try await self.put("hello", "0/run/artifacts/a b.txt")
        let path = self.folder.path + "/0/run/artifacts/a b.txt"
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        let mask = umask(0)
        umask(mask)
        #expect(mode == 0o666 & ~Int(mask))
    }

    @Test("a body of unknown length is taken as it comes, and an empty one is an object")
    func unknownLength() async throws {
        try await self.put("hello", "a")
        try await self.driver.put("b", size: nil, sha256: nil, ifAbsent: false, body: Chunks([]))
        #expect(try await self.driver.head("a")?.size == ByteCount(5))
        #expect(try await self.driver.head("b")?.size == .zero)
    }

    @Test("entries are sorted, folders once each, and what is being written is none of them")
    func entries() async throws {
        for key in ["d/x", "b", "d/y/z", "a"] { try await self.put("1", key) }
        _ = try await self.driver.beginParts(of: "big", count: 2)
        let top = try await self.driver.entries(in: "")
        #expect(top.map(\.name) == ["a", "b", "d"] && top.map(\.isFolder) == [false, false, true])
        #expect(try await self.driver.entries(in: "d").map(\.name) == ["x", "y"])
        #expect(try await self.driver.entries(in: "a").isEmpty)
        #expect(try await self.driver.list(prefix: "d/", after: nil, limit: 10).map(\.key) == ["d/x", "d/y/z"])
    }

    @Test("a file where a folder should be, or a folder where a file should be, is told as such")
    func obstructed() async throws {
        try await self.put("1", "a")
        try await self.put("1", "d/x")
        await #expect(throws: ObjectError.obstructed(key: "a/b")) { try await self.put("1", "a/b") }
        await #expect(throws: ObjectError.obstructed(key: "d")) { try await self.put("1", "d") }
        #expect(try await self.driver.entries(in: "").map(\.name) == ["a", "d"])
    }

    @Test("no key leaves the folder, nor by a link that somebody put there")
    func confined() async throws {
        try FileManager.default.createSymbolicLink(atPath: self.folder.path + "/out", withDestinationPath: "/etc")
        for key in [
            "../x", "/etc/passwd", "a/../../x", "a//b", ".", "", "out/passwd", "out/new", ".martlet-incoming/x",
        ] {
            await #expect(throws: ObjectError.invalidKey(key: key)) { _ = try await self.driver.head(key) }
            await #expect(throws: ObjectError.invalidKey(key: key)) { try await self.put("1", key) }
            await #expect(throws: ObjectError.invalidKey(key: key)) { try await self.driver.delete(key) }
        }
        #expect(!FileManager.default.fileExists(atPath: "/etc/new"))
    }
}
