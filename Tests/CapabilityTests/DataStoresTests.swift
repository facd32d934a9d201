import CloudPorts
import Contract
import Database
import Digest
import Kernel
import Testing

@testable import Data

@Suite("stores on a real database and real folders")
struct DataStoresTests {
    private static let room = Store(
        name: "room", type: "file", path: "room", provider: "onprem", region: "helsinki", zones: ["FI", "EU"])

    private func declare(_ store: Store, dryRun: Bool = false, in engine: EngineFixture) async throws -> ApplyResult {
        try await engine.stores.declare(store, dryRun: dryRun, by: EngineFixture.operatorUser)
    }

    @Test("a store that is declared again as it is changes nothing, whatever the order of its zones")
    func idempotent() async throws {
        let engine = try await EngineFixture()
        #expect(try await self.declare(Self.room, in: engine).change == .created)
        var again = Self.room
        again.zones = ["EU", "FI", "EU"]
        let result = try await self.declare(again, in: engine)
        #expect(result.change == .unchanged && result.fields.isEmpty)
        #expect(try await engine.stores.all().map(\.zones) == [["EU", "FI"]])
        #expect(try await engine.journalKinds(about: "room") == ["store.declared"])
    }

    @Test("a dry run says what would change and writes nothing")
    func dryRun() async throws {
        let engine = try await EngineFixture()
        let created = try await self.declare(Self.room, dryRun: true, in: engine)
        #expect(created.change == .created)
        #expect(try await engine.stores.all().isEmpty)
        _ = try await self.declare(Self.room, in: engine)
        var moved = Self.room
        moved.region = "espoo"
        let result = try await self.declare(moved, dryRun: true, in: engine)
        #expect(result.change == .updated)
        #expect(result.fields == [FieldChange(field: "region", before: "helsinki", after: "espoo")])
        #expect(try await engine.stores.all().map(\.region) == ["helsinki"])
        #expect(try await self.declare(moved, in: engine) == result)
        #expect(try await engine.stores.all().map(\.region) == ["espoo"])
    }

    @Test(
        "what cannot be a store is refused with the value, and nothing is declared",
        arguments: [
            ("name", Store(name: "No Room", type: "file", zones: [])),
            ("'s3'", Store(name: "room", type: "s3", zones: [])),
            ("'../up'", Store(name: "room", type: "file", path: "../up", zones: [])),
            ("'/a//b'", Store(name: "room", type: "file", path: "/a//b", zones: [])),
            ("'https://h:1'", Store(name: "room", type: "file", endpoint: "https://h:1", zones: [])),
            ("'http://h:0'", Store(name: "room", type: "file", endpoint: "http://h:0", zones: [])),
            ("'EU,US'", Store(name: "room", type: "file", zones: ["EU,US"])),
        ])
    func refusals(value: String, store: Store) async throws {
        let engine = try await EngineFixture()
        for dryRun in [true, false] {
            let fault = await #expect(throws: (any Error).self) {
                _ = try await self.declare(store, dryRun: dryRun, in: engine)
            }
            let told = try #require(fault as? any Fault)
            #expect(told.kind == .invalid)
            #expect(told.message.contains(value), "\(told.message)")
        }
        #expect(try await engine.stores.all().isEmpty)
    }

    @Test("a store that holds objects keeps its place; an empty one may move")
    func inUse() async throws {
        let engine = try await EngineFixture()
        _ = try await self.declare(Self.room, in: engine)
        var moved = Self.room
        moved.path = "elsewhere"
        #expect(try await self.declare(moved, in: engine).change == .updated)
        try await engine.keep("bytes", at: "room")
        await #expect(throws: DataError.storeInUse(store: "room", field: "path", objects: 1)) {
            _ = try await self.declare(Self.room, in: engine)
        }
        #expect(try await engine.stores.all().map(\.path) == ["elsewhere"])
    }

    @Test("a store keeps the zones that its datasets ask for")
    func zonesInUse() async throws {
        let engine = try await EngineFixture()
        _ = try await self.declare(Self.room, in: engine)
        try await engine.addDataset("rows", "a", at: "room", residency: .only(["FI"]))
        var abroad = Self.room
        abroad.zones = ["EU"]
        let refused = DataError.zonesInUse(store: "room", dataset: "rows", version: 1, residency: .only(["FI"]))
        for dryRun in [true, false] {
            await #expect(throws: refused) { _ = try await self.declare(abroad, dryRun: dryRun, in: engine) }
        }
        abroad.zones = ["FI"]
        #expect(try await self.declare(abroad, in: engine).change == .updated)
    }

    @Test("a tree is saved once and comes back as it was, whatever its files are called")
    func trees() async throws {
        let engine = try await EngineFixture()
        let names = ["a b", "quote\"d'", "new\nline", "🙂/é", "back\\slash"]
        let tree = try Tree(names.map { TreeEntry($0, $0) })
        let first = try await engine.database.write { try engine.stores.saveTree(tree, in: $0) }
        let second = try await engine.database.write { try engine.stores.saveTree(tree, in: $0) }
        #expect(first == second && first == Digest.sha256(tree.canonicalText))
        #expect(try await engine.database.read { try engine.stores.tree(first, in: $0) } == tree)
        let rows = try await engine.database.read { try $0.rows("SELECT files, size FROM trees") }
        #expect(try rows.map { try $0.get(0) as Int } == [names.count])
        #expect(try await engine.database.read { try engine.stores.tree(Digest.sha256("x"), in: $0) } == nil)
    }

    @Test("what a store lacks is told blob by blob, and whether all lies anywhere")
    func missing() async throws {
        let engine = try await EngineFixture()
        for store in ["here", "there"] { try await engine.declareStore(store) }
        let tree = try Tree([TreeEntry("1", "one"), TreeEntry("2", "two"), TreeEntry("copy of 1", "one")])
        #expect(try await engine.missing(tree, at: "here") == [Digest.sha256("one"), Digest.sha256("two")])
        #expect(try await !engine.isStored(tree))
        try await engine.keep("one", at: "here")
        try await engine.keep("two", at: "there")
        #expect(try await engine.missing(tree, at: "here") == [Digest.sha256("two")])
        #expect(try await engine.isStored(tree), "all of it lies somewhere")
        let holding = { try await engine.database.read { try engine.stores.stores(holding: tree, in: $0) } }
        #expect(try await holding().isEmpty)
        try await engine.keep("two", at: "here")
        #expect(try await holding() == ["here"])
        #expect(try await engine.isStored(.empty))
        #expect(try await engine.status("here").objects == 2)
        #expect(try await engine.status("here").size == ByteCount(6))
    }

    @Test("one digest cannot have two sizes in a tree")
    func twoSizes() {
        let fault = #expect(throws: PlainFault.self) {
            _ = try Tree([TreeEntry("a", "one"), TreeEntry("b", "one", size: 7)])
        }
        #expect(fault?.kind == .invalid)
        #expect(fault?.message.contains("'b'") == true && fault?.message.contains("7 bytes, not 3") == true)
    }

    @Test("another size than the store's is refused with the file, both sizes, and nothing is written down")
    func wrongSize() async throws {
        let engine = try await EngineFixture()
        try await engine.declareStore("here")
        let tree = try Tree([TreeEntry("a/b", "one", size: 5)])
        let refused = DataError.wrongSize(
            store: "here", name: "a/b", announced: ByteCount(5), found: ByteCount(3))
        _ = try await engine.put("one", at: "here")
        await #expect(throws: refused) { try await engine.stores.confirmUploaded(tree, at: "here") }
        #expect(try await engine.status("here").objects == 0)
        // Nor when the store need not be asked any more.
        try await engine.keep("one", at: "here")
        await #expect(throws: refused) { try await engine.stores.confirmUploaded(tree, at: "here") }
        await #expect(throws: DataError.self) { _ = try await engine.stores.presignUploads(tree.blobs, at: "here") }
        #expect(refused.kind == .invalid)
        #expect(refused.message.contains("3 bytes") && refused.message.contains("not the 5 announced"))
    }

    @Test("what was announced and not uploaded is named by its file, and nothing is written down")
    func notUploaded() async throws {
        let engine = try await EngineFixture()
        try await engine.declareStore("here")
        _ = try await engine.put("one", at: "here")
        let tree = try Tree([TreeEntry("1", "one"), TreeEntry("2", "two")])
        await #expect(throws: DataError.notUploaded(store: "here", missing: 1, of: 2, first: "2")) {
            try await engine.stores.confirmUploaded(tree, at: "here")
        }
        #expect(try await engine.status("here").objects == 0)
        _ = try await engine.put("two", at: "here")
        try await engine.stores.confirmUploaded(tree, at: "here")
        #expect(try await engine.status("here").objects == 2)
        await #expect(throws: DataError.noStore("nowhere")) {
            try await engine.stores.confirmUploaded(tree, at: "nowhere")
        }
    }

    @Test("uploads are granted for what is missing only, and not for more than a request may name")
    func grants() async throws {
        let engine = try await EngineFixture()
        try await engine.declareStore("here")
        let one = try await engine.keep("one", at: "here")
        let two = BlobDescription(sha256: Digest.sha256("two"), size: ByteCount(3))
        let grant = try await engine.stores.presignUploads([one, two], at: "here")
        #expect(Array(grant.missing.keys) == [two.sha256.hex])
        #expect(grant.missing.values.first?.expires == engine.time.now + Stores.grantLifetime)
        let many = Array(repeating: two, count: Tree.maximumEntries + 1)
        await #expect(throws: DataError.tooManyBlobs(many.count)) {
            _ = try await engine.stores.presignUploads(many, at: "here")
        }
        await #expect(throws: DataError.tooManyBlobs(many.count)) {
            _ = try await engine.stores.presignDownloads(many.map(\.sha256), at: "here")
        }
        let negative = BlobDescription(sha256: two.sha256, size: ByteCount(-1))
        let fault = await #expect(throws: PlainFault.self) {
            _ = try await engine.stores.presignUploads([negative], at: "here")
        }
        #expect(fault?.message.contains("-1 bytes") == true)
        await #expect(throws: DataError.noStore("default")) {
            _ = try await engine.stores.presignUploads([two], at: nil)
        }
    }
}

@Suite("what attempts stage")
struct DataStagingTests {
    private static let attempt = ID<Attempt>(raw: 7)

    private func stage(_ texts: [String], in engine: EngineFixture) async throws -> [BlobDescription] {
        let driver = try await engine.stores.driver(for: "here")
        var blobs: [BlobDescription] = []
        for text in texts {
            let bytes = Array(text.utf8)
            let blob = BlobDescription(sha256: Digest.sha256(bytes), size: ByteCount(Int64(bytes.count)))
            try await driver.put(
                BlobKey.staging(Self.attempt, blob.sha256), size: blob.size, sha256: blob.sha256, ifAbsent: false,
                body: OneChunk(bytes: bytes))
            blobs.append(blob)
        }
        return blobs
    }

    private func keys(_ prefix: String, in engine: EngineFixture) async throws -> [String] {
        try await engine.stores.driver(for: "here").list(prefix: prefix, after: nil, limit: 1000).map(\.key)
    }

    @Test("what is promoted stays when staging is cleared, twice over, and is recorded by nobody but the commit")
    func promoted() async throws {
        let engine = try await EngineFixture()
        try await engine.declareStore("here")
        let blobs = try await self.stage(["one", "two"], in: engine)
        for _ in 0..<2 { try await engine.stores.promote(blobs, at: "here", attempt: Self.attempt) }
        #expect(try await engine.status("here").objects == 0)
        for _ in 0..<2 { try await engine.stores.discardStaging(attempt: Self.attempt, at: "here") }
        #expect(try await self.keys("staging/", in: engine).isEmpty)
        #expect(try await engine.object(BlobKey.blob(Digest.sha256("one")), at: "here") == "one")
        // After a crash the attempt's report comes again, when staging may be gone.
        try await engine.stores.promote(blobs, at: "here", attempt: Self.attempt)
    }

    @Test("what was never staged, or has another size, is refused by its digest and not promoted")
    func refused() async throws {
        let engine = try await EngineFixture()
        try await engine.declareStore("here")
        let staged = try await self.stage(["one"], in: engine)
        await #expect(throws: DataError.self, "another attempt's staging counts for nothing") {
            try await engine.stores.promote(staged, at: "here", attempt: ID<Attempt>(raw: 8))
        }
        let absent = BlobDescription(sha256: Digest.sha256("two"), size: ByteCount(3))
        await #expect(
            throws: DataError.notUploaded(store: "here", missing: 1, of: 2, first: absent.sha256.hex)
        ) { try await engine.stores.promote(staged + [absent], at: "here", attempt: Self.attempt) }
        let wrong = BlobDescription(sha256: Digest.sha256("one"), size: ByteCount(4))
        await #expect(throws: DataError.self) {
            try await engine.stores.promote([wrong], at: "here", attempt: Self.attempt)
        }
    }

    @Test("clearing one attempt's staging leaves that of others")
    func others() async throws {
        let engine = try await EngineFixture()
        try await engine.declareStore("here")
        _ = try await self.stage(["one", "two"], in: engine)
        try await engine.stores.discardStaging(attempt: ID<Attempt>(raw: 70), at: "here")
        #expect(try await self.keys("staging/", in: engine).count == 2)
    }
}
