import CloudPorts
import Contract
import Database
import Kernel
import Testing

@testable import Data
@testable import Runs

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("transfers between real folders")
struct DataTransfersTests {
    private static let one = ID<Run>(raw: 1)
    private static let two = ID<Run>(raw: 2)

    private func engine() async throws -> EngineFixture {
        let engine = try await EngineFixture()
        try await engine.declareStore("helsinki", zones: ["FI", "EU"])
        try await engine.declareStore("virginia", zones: ["US"], provider: "aws", region: "us-east-1")
        return engine
    }

    @Test("a blob travels once however many runs need it, the first pays, and each hears when all is there")
    func once() async throws {
        let engine = try await self.engine()
        let (a, b) = (try await engine.keep("aaa", at: "helsinki"), try await engine.keep("bb", at: "helsinki"))
        #expect(try await engine.request([a, a], to: "virginia", for: Self.one) == 1)
        #expect(try await engine.request([a, b], to: "virginia", for: Self.two) == 2)
        #expect(try await engine.transfers().count == 2)
        #expect(try await engine.progress(Self.two).waiting == 2)
        await engine.copyDue()
        for run in [Self.one, Self.two] {
            #expect(try await engine.progress(run).isComplete)
            #expect(
                try await engine.journalKinds(about: run.description) == ["transfer.requested", "transfer.succeeded"])
        }
        #expect(try await engine.moved(for: Self.one) == [ByteCount(3)])
        #expect(try await engine.moved(for: Self.two) == [ByteCount(2)])
        #expect(try await engine.object(BlobKey.blob(a.sha256), at: "virginia") == "aaa")
        #expect(try await engine.status("virginia").objects == 2)
        // What has arrived need not travel again.
        #expect(try await engine.request([a, b], to: "virginia", for: Self.one) == 0)
        #expect(try await engine.transfers().count == 2)
    }

    @Test("a second request of a run replaces its first")
    func replaced() async throws {
        let engine = try await self.engine()
        try await engine.declareStore("tokyo", zones: ["JP"])
        let (a, b) = (try await engine.keep("a", at: "helsinki"), try await engine.keep("b", at: "helsinki"))
        try await engine.request([a, b], to: "virginia", for: Self.one)
        try await engine.request([a], to: "tokyo", for: Self.one)
        #expect(try await engine.progress(Self.one).waiting == 1)
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).isComplete)
        #expect(try await engine.journalKinds(about: Self.one.description).count { $0 == "transfer.succeeded" } == 1)
    }

    @Test("a copy that was made and not written down, because we crashed, is found and counted once")
    func crashBetween() async throws {
        let engine = try await self.engine()
        let blob = try await engine.keep("aaa", at: "helsinki")
        try await engine.request([blob], to: "virginia", for: Self.one)
        _ = try await engine.put("aaa", at: "virginia")
        // The source is gone meanwhile: only a look at the destination can end this well.
        try await engine.stores.driver(for: "helsinki").delete(BlobKey.blob(blob.sha256))
        let row = try #require(try await engine.transfers().first)
        for _ in 0..<2 { try await engine.transfers.succeed(row) }
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).isComplete)
        #expect(
            try await engine.journalKinds(about: Self.one.description) == ["transfer.requested", "transfer.succeeded"])
        try await engine.request([blob], to: "virginia", for: Self.two)
        #expect(try await engine.transfers().map(\.status) == [.succeeded])
    }

    @Test("the reconciler finds a copy that a crash left unwritten")
    func foundByReconciler() async throws {
        let engine = try await self.engine()
        let blob = try await engine.keep("aaa", at: "helsinki")
        try await engine.request([blob], to: "virginia", for: Self.one)
        _ = try await engine.put("aaa", at: "virginia")
        try await engine.stores.driver(for: "helsinki").delete(BlobKey.blob(blob.sha256))
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).isComplete)
        #expect(try await engine.transfers().map(\.status) == [.succeeded])
    }

    @Test("a store that is away is tried again after pauses that double, and works when it is back")
    func retried() async throws {
        let engine = try await self.engine()
        let blob = try await engine.keep("aaa", at: "helsinki")
        try engine.breakStore("virginia")
        try await engine.request([blob], to: "virginia", for: Self.one)
        await engine.copyDue()
        let waiting = try #require(try await engine.transfers().first)
        #expect(waiting.status == .waiting && waiting.reason?.contains("'virginia'") == true)
        #expect(try await engine.progress(Self.one) == TransferProgress(waiting: 1))
        try engine.mendStore("virginia")
        engine.time.advance(by: .milliseconds(999))
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).waiting == 1, "its time has not come")
        engine.time.advance(by: .milliseconds(1))
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).isComplete)
    }

    @Test("after eight tries a transfer is given up, once, with the reason, and may be asked for anew")
    func givenUp() async throws {
        let engine = try await self.engine()
        let blob = try await engine.keep("aaa", at: "helsinki")
        try engine.breakStore("virginia")
        try await engine.request([blob], to: "virginia", for: Self.one)
        for _ in 0..<TransferPolicy.maximumTries {
            #expect(try await engine.progress(Self.one).failure == nil)
            await engine.copyDue()
            engine.time.advance(by: .minutes(1))
        }
        let progress = try await engine.progress(Self.one)
        #expect(progress.failure?.contains("'virginia'") == true && !progress.isComplete)
        #expect(try await engine.transfers().map(\.status) == [.failed])
        #expect(
            try await engine.journalKinds(about: Self.one.description) == ["transfer.requested", "transfer.failed"])
        try engine.mendStore("virginia")
        try await engine.request([blob], to: "virginia", for: Self.one)
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).isComplete)
    }

    @Test("bytes that rotted where they lie arrive nowhere; a good copy elsewhere does, and the bad one is forgotten")
    func rotten() async throws {
        let engine = try await self.engine()
        try await engine.declareStore("tampere", zones: ["FI"])
        let blob = try await engine.keep("aaa", at: "helsinki")
        try await engine.keep("aaa", at: "tampere")
        let file = "\(engine.folder)/helsinki/objects/blobs+/\(blob.sha256)"
        try Data("aab".utf8).write(to: URL(fileURLWithPath: file))
        try await engine.request([blob], to: "virginia", for: Self.one)
        await engine.copyDue()
        #expect(try await engine.transfers().first?.reason?.contains("not those announced") == true)
        #expect(try await engine.object(BlobKey.blob(blob.sha256), at: "virginia") == nil)
        #expect(try await engine.status("virginia").objects == 0)
        // Once may have been the way. The second time another source is taken.
        engine.time.advance(by: .seconds(1))
        await engine.copyDue()
        await engine.copyDue()
        #expect(try await engine.object(BlobKey.blob(blob.sha256), at: "virginia") == "aaa")
        #expect(try await engine.progress(Self.one).isComplete)
        #expect(try await engine.status("helsinki").objects == 0)
    }

    @Test("a blob that is gone from one store comes from another; from none, the run is told what to do")
    func sourceGone() async throws {
        let engine = try await self.engine()
        try await engine.declareStore("frankfurt", zones: ["EU"], provider: "aws", region: "eu-central-1")
        let blob = try await engine.keep("aaa", at: "frankfurt")
        try await engine.keep("aaa", at: "helsinki")
        let key = BlobKey.blob(blob.sha256)
        // The same provider's store is nearer, and is asked first.
        try await engine.stores.driver(for: "frankfurt").delete(key)
        try await engine.request([blob], to: "virginia", for: Self.one)
        #expect(try await engine.transfers().map(\.source) == ["frankfurt"])
        await engine.copyDue()
        await engine.copyDue()
        #expect(try await engine.progress(Self.one).isComplete)
        #expect(try await engine.transfers().map(\.source) == ["helsinki"])
        #expect(try await engine.status("frankfurt").objects == 0, "what is not there is not believed to be")

        try await engine.declareStore("tokyo", zones: ["JP"])
        for store in ["helsinki", "virginia"] { try await engine.stores.driver(for: store).delete(key) }
        try await engine.request([blob], to: "tokyo", for: Self.two)
        for _ in 0..<3 { await engine.copyDue() }
        let nowhere = DataError.nowhere(blob: blob.sha256, destination: "tokyo").message
        #expect(try await engine.progress(Self.two).failure == nowhere)
        // Asked once more, it is known at once and not thrown: others may be placed in the same transaction.
        #expect(try await engine.request([blob], to: "tokyo", for: Self.two) == 1)
        #expect(try await engine.progress(Self.two) == TransferProgress(waiting: 1, failure: nowhere))
    }

    @Test("data does not travel to where it may not lie, and the run is told both zones")
    func residency() async throws {
        let engine = try await self.engine()
        let blob = try await engine.keep("aaa", at: "helsinki")
        try await engine.request([blob], to: "virginia", for: Self.one, residency: .only(["EU"]))
        let failure = try await engine.progress(Self.one).failure ?? ""
        #expect(failure.contains("only in EU") && failure.contains("US"))
        #expect(try await engine.transfers().isEmpty)
        await engine.copyDue()
        #expect(try await engine.object(BlobKey.blob(blob.sha256), at: "virginia") == nil)
        #expect(try await engine.journalKinds(about: Self.one.description) == ["transfer.failed"])
    }

    @Test("transfers are listed newest first, page by page, and by run")
    func listed() async throws {
        let engine = try await self.engine()
        for (number, run) in [Self.one, Self.two, Self.one].enumerated() {
            let blob = try await engine.keep("\(number)", at: "helsinki")
            try await engine.request([blob], to: "virginia", for: run)
            engine.time.advance(by: .milliseconds(1))
        }
        let all = try await engine.transfers()
        #expect(all.map(\.run) == [Self.one, Self.two, Self.one])
        #expect(all.map(\.requestedAt) == all.map(\.requestedAt).sorted(by: >))
        #expect(try await engine.transfers(of: Self.one).count == 2)
        let page = PageRequest(limit: 2)
        let first = try await engine.database.read { try engine.transfers.list(of: nil, page, in: $0) }
        let rest = PageRequest(cursor: first.next, limit: 2)
        let second = try await engine.database.read { try engine.transfers.list(of: nil, rest, in: $0) }
        #expect(first.items + second.items == all && second.next == nil)
        await #expect(throws: PlainFault.self) {
            _ = try await engine.database.read {
                try engine.transfers.list(of: nil, PageRequest(cursor: "x"), in: $0)
            }
        }
    }
}

@Suite("where to copy from, and when again")
struct DataTransferPolicyTests {
    @Test("the nearest source is taken: of the region, then of the provider, then the first name, and never itself")
    func nearest() {
        func store(_ name: String, _ provider: String?, _ region: String?) -> Store {
            Store(name: name, type: "file", provider: provider, region: region, zones: [])
        }
        let destination = store("d", "aws", "eu")
        var sources = [
            store("d", "aws", "eu"), store("z", "aws", "eu"), store("y", "aws", "us"), store("b", "gcp", "eu"),
            store("a", nil, nil),
        ]
        var order: [String] = []
        while let next = TransferPolicy.source(among: sources, to: destination) {
            order.append(next.name)
            sources.removeAll { $0.name == next.name }
        }
        #expect(order == ["z", "y", "a", "b"])
    }

    @Test("pauses double from a second to a minute, whatever the number of tries")
    func pauses() {
        let pauses = (0..<8).map { TransferPolicy.pause(after: $0) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        for tries in [-1, 63, 64, 1000, Int.max] {
            #expect((TimeSpan.seconds(1)...TimeSpan.minutes(1)).contains(TransferPolicy.pause(after: tries)))
        }
    }

    @Test("what may pass is tried again, what is not there is sought elsewhere, and what is wrong is given up")
    func verdicts() {
        let away = ObjectError.unavailable(store: "s", reason: "r")
        let corrupt = ObjectError.corrupt(key: "k", expected: "a", found: "b")
        #expect(TransferPolicy.verdict(away, tries: 0) == .again(after: .seconds(1)))
        #expect(TransferPolicy.verdict(ObjectError.full(store: "s"), tries: 2) == .again(after: .seconds(4)))
        #expect(TransferPolicy.verdict(ObjectError.notFound(key: "k"), tries: 0) == .sourceGone)
        #expect(TransferPolicy.verdict(corrupt, tries: 0) == .again(after: .seconds(1)))
        #expect(TransferPolicy.verdict(corrupt, tries: 1) == .sourceGone)
        let store = DataError.noStore("s")
        #expect(TransferPolicy.verdict(store, tries: 0) == .failed(reason: store.message))
        #expect(TransferPolicy.verdict(away, tries: 7) == .failed(reason: away.message))
    }
}

@Suite("transfers that runs ask for")
struct DataPlacementTests {
    private func submit(_ name: String, reading datasets: [String], in engine: EngineFixture) async throws -> Run {
        let inputs = datasets.map { InputSpec(name: $0, sources: ["": .dataset(name: $0, version: nil)]) }
        let submission = RunSubmission(
            project: "digits", name: name, step: StepSpec(command: .arguments(["true"])), inputs: inputs)
        return try await engine.runs.submit(submission, by: EngineFixture.developer)
    }

    private func place(_ engine: EngineFixture) async throws {
        try await engine.runs.settlePlaced()
        _ = try await engine.runs.placeQueued()
    }

    @Test("a run whose data is lost says so, and does not hold up the others")
    func lostData() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["EU"], slots: 2)
        _ = try await engine.addSite("virginia", zones: ["US"], hardware: .dollars(10), slots: 2)
        try await engine.addDataset("raw", "one", at: "helsinki-store", residency: .any)
        let entry = TreeEntry("data.csv", "one")
        try await engine.stores.driver(for: "helsinki-store").delete(BlobKey.blob(entry.sha256))
        let lost = try await self.submit("lost", reading: ["raw"], in: engine)
        try await self.place(engine)
        await engine.copyDue()
        try await engine.runs.settlePlaced()
        #expect(try await engine.runs.get(lost.id).reason?.contains(entry.sha256.hex) == true)
        engine.time.advance(by: .seconds(2))
        let other = try await self.submit("other", reading: [], in: engine)
        try await self.place(engine)
        #expect(try await engine.runs.get(other.id).status == .placed)
        try await engine.runs.settlePlaced()
        #expect(try await engine.runs.get(lost.id).reason?.contains(entry.sha256.hex) == true)
    }

    @Test("a run whose data never comes back is tried ever more seldom")
    func lostForGood() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["EU"])
        let worker = try await engine.addSite("virginia", zones: ["US"], hardware: .dollars(10))
        try await engine.addDataset("raw", "one", at: "helsinki-store", residency: .any)
        try await engine.stores.driver(for: "helsinki-store").delete(BlobKey.blob(TreeEntry("data.csv", "one").sha256))
        let run = try await self.submit("lost", reading: ["raw"], in: engine)
        for _ in 0..<300 {
            engine.time.advance(by: .seconds(2))
            _ = try await engine.runs.heartbeat(HeartbeatRequest(attempts: []), by: worker)
            try await self.place(engine)
            await engine.copyDue()
        }
        let tries = try await engine.journalKinds(about: run.id.description).count { $0 == "run.unplaced" }
        #expect((10..<40).contains(tries))
    }

    @Test("a run may read more files over all its inputs than one tree may have")
    func manyInputs() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.addSite("helsinki", zones: ["EU"])
        for seed in 1...2 as ClosedRange<UInt64> {
            let tree = try Tree.made(of: Tree.maximumEntries / 2 + 1, seed: seed)
            try await engine.database.write {
                try engine.stores.recordBlobs(tree.blobs, at: "helsinki-store", in: $0)
            }
            _ = try await engine.datasets.add(
                DatasetSubmission(store: "helsinki-store", tree: tree, residency: .any), to: "d\(seed)",
                by: EngineFixture.developer)
        }
        let run = try await self.submit("reads", reading: ["d1", "d2"], in: engine)
        try await self.place(engine)
        #expect(try await engine.runs.get(run.id).environment == "helsinki")
    }
}
