import Contract
import Glibc
import Kernel
import Testing

@testable import Worker

@Suite struct CacheIndexTests {
    private func digest(_ text: String) -> ContentDigest { Sample.blob(text).sha256 }

    @Test("what was used longest ago goes first")
    func leastRecentlyUsed() {
        var index = CacheIndex(capacity: ByteCount(10))
        #expect(index.store(self.digest("a"), size: ByteCount(4)) == [])
        #expect(index.store(self.digest("b"), size: ByteCount(4)) == [])
        index.retain(self.digest("a"))
        #expect(index.release(self.digest("a")) == [])
        #expect(index.store(self.digest("c"), size: ByteCount(4)) == [self.digest("b")])
        #expect(index.contains(self.digest("a")) && index.size == ByteCount(8))
    }

    @Test("what is in use stays, even above the capacity, and goes when it is released")
    func inUse() {
        var index = CacheIndex(capacity: ByteCount(5))
        for name in ["a", "b"] { index.retain(self.digest(name)) }
        #expect(index.store(self.digest("a"), size: ByteCount(4)) == [])
        #expect(index.store(self.digest("b"), size: ByteCount(4)) == [])
        #expect(index.evictUnused() == [])
        #expect(index.release(self.digest("b")) == [self.digest("b")])
        #expect(index.release(self.digest("a")) == [] && index.contains(self.digest("a")))
    }

    @Test("two users need two releases, and storing twice counts once")
    func counts() {
        var index = CacheIndex(capacity: ByteCount(1))
        let digest = self.digest("a")
        index.retain(digest)
        index.retain(digest)
        _ = index.store(digest, size: ByteCount(4))
        _ = index.store(digest, size: ByteCount(4))
        #expect(index.size == ByteCount(4))
        #expect(index.release(digest) == [])
        #expect(index.release(digest) == [digest])
        #expect(index.release(digest) == [] && index.size == .zero)
    }
}

@Suite struct BlobCacheTests {
    private func add(_ text: String, to cache: BlobCache) throws -> ContentDigest {
        let blob = Sample.blob(text)
        try Disk.write(Array(text.utf8), to: cache.path(of: blob.sha256), mode: 0o644)
        try cache.add(blob.sha256, size: blob.size)
        return blob.sha256
    }

    @Test("a cache that is opened again knows what it has, and removes what was only half there")
    func reopen() throws {
        let folder = try TemporaryFolder()
        let first = try BlobCache(folder: folder.path + "/cache", capacity: ByteCount(100))
        let digest = try self.add("hello", to: first)
        let partial = first.path(of: digest) + ".partial-1"
        try Disk.write([1], to: partial, mode: 0o644)
        let second = try BlobCache(folder: folder.path + "/cache", capacity: ByteCount(100))
        #expect(second.contains(digest) && second.size == ByteCount(5))
        #expect(try Disk.read(partial) == nil)
        let smaller = try BlobCache(folder: folder.path + "/cache", capacity: ByteCount(4))
        #expect(!smaller.contains(digest))
        #expect(try Disk.read(smaller.path(of: digest)) == nil)
    }

    @Test("an attempt's folder has copies: writing to them leaves the cache alone")
    func copies() throws {
        let folder = try TemporaryFolder()
        let cache = try BlobCache(folder: folder.path + "/cache", capacity: ByteCount(1000))
        for text in ["code", "data", "[1]"] { _ = try self.add(text, to: cache) }
        let names = ["with space.py", "quote'\".py", "new\nline.py", "emoji 🐦/ü.py"]
        let source = try Sample.tree(Dictionary(uniqueKeysWithValues: names.map { ($0, "code") }))
        let input = AssignedInput(name: "raw", tree: try Sample.tree(["a/b/data.csv": "data"]))
        let attempt = AttemptFolder(path: folder.path + "/attempts/1")
        let assignment = Sample.assignment(
            step: Sample.shell("true"), parameters: ["n": 1], source: source, inputs: [input])
        try attempt.fill(with: assignment, from: cache)
        for name in names { #expect(try folder.read("attempts/1/source/" + name) == "code") }
        let file = attempt.inputs + "/raw/a/b/data.csv"
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o444 && status.st_nlink == 1)
        #expect(try folder.read("attempts/1/parameters.json") == "{\"n\":1}")
        chmod(file, 0o644)
        try Disk.write(Array("spoilt".utf8), to: file, mode: 0o644)
        #expect(try Disk.read(cache.path(of: Sample.blob("data").sha256)) == Array("data".utf8))
        try Disk.remove(attempt.path)
    }

    @Test("an input whose name is a path is refused")
    func inputName() throws {
        let folder = try TemporaryFolder()
        let cache = try BlobCache(folder: folder.path + "/cache", capacity: ByteCount(1000))
        for name in ["../x", "a/b", "..", ""] {
            let assignment = Sample.assignment(
                step: Sample.shell("true"), inputs: [AssignedInput(name: name, tree: .empty)])
            #expect(throws: PlainFault.self) {
                try AttemptFolder(path: folder.path + "/1").fill(with: assignment, from: cache)
            }
        }
    }

    @Test("a folder is removed whatever is in it, and links are not followed")
    func remove() throws {
        let folder = try TemporaryFolder()
        try folder.write("keep/me", "x")
        try folder.write("gone/deep/er/file", "x")
        #expect(symlink(folder.path + "/keep", folder.path + "/gone/link") == 0)
        #expect(
            open(Array((folder.path + "/gone/").utf8CString.dropLast()) + [-1, -2, 0], O_CREAT | O_CLOEXEC, 0o000) >= 0)
        chmod(folder.path + "/gone/deep", 0)
        try Disk.remove(folder.path + "/gone")
        #expect(try Disk.names(in: folder.path) == ["keep"])
        #expect(try folder.read("keep/me") == "x")
    }
}
