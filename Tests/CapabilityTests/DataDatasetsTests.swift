import Contract
import Database
import Kernel
import Testing

@testable import Data

@Suite("datasets on a real database")
struct DataDatasetsTests {
    private func engine() async throws -> EngineFixture {
        let engine = try await EngineFixture()
        try await engine.declareStore("here", zones: ["FI", "EU"])
        return engine
    }

    @discardableResult
    private func add(
        _ text: String, residency: Residency = .any, to name: String = "rows",
        by principal: Principal = EngineFixture.developer, in engine: EngineFixture
    ) async throws -> DatasetVersion {
        let tree = try Tree([try await engine.put(text, at: "here")])
        return try await engine.datasets.add(
            DatasetSubmission(store: "here", tree: tree, residency: residency), to: name, by: principal)
    }

    @Test("versions are counted from 1, and the same data again is the version that is there")
    func versions() async throws {
        let engine = try await self.engine()
        #expect(try await self.add("a", in: engine).version == 1)
        #expect(try await self.add("a", in: engine).version == 1)
        #expect(try await self.add("b", in: engine).version == 2)
        #expect(try await self.add("a", in: engine).version == 3, "the latest is another one")
        #expect(try await engine.journalKinds(about: "rows") == Array(repeating: "dataset.added", count: 3))
        #expect(try await engine.status("here").objects == 2)
        let first = try await engine.database.read { try engine.datasets.existing("rows", 1, in: $0) }
        #expect(first.files == 1 && first.size == ByteCount(1) && first.createdBy == "dora")
    }

    @Test("datasets and their versions are listed page by page, each once")
    func pages() async throws {
        let engine = try await self.engine()
        for text in ["a", "b", "c"] { try await self.add(text, in: engine) }
        for name in ["other", "third"] { try await self.add("a", to: name, in: engine) }
        var names: [String] = []
        var versions: [Int] = []
        var cursor: String?
        repeat {
            let page = PageRequest(cursor: cursor, limit: 2)
            let found = try await engine.database.read { try engine.datasets.list(page, in: $0) }
            names += found.items.map { "\($0.name)@\($0.version)" }
            cursor = found.next
        } while cursor != nil
        repeat {
            let page = PageRequest(cursor: cursor, limit: 2)
            let found = try await engine.database.read { try engine.datasets.versions(of: "rows", page, in: $0) }
            versions += found.items.map(\.version)
            cursor = found.next
        } while cursor != nil
        #expect(names == ["other@1", "rows@3", "third@1"])
        #expect(versions == [3, 2, 1])
    }

    @Test("what is not there is told apart: the dataset, or only the version")
    func absent() async throws {
        let engine = try await self.engine()
        try await self.add("a", in: engine)
        await #expect(throws: DataError.noDataset("columns")) {
            _ = try await engine.database.read { try engine.datasets.existing("columns", 1, in: $0) }
        }
        await #expect(throws: DataError.noDataset("columns")) {
            _ = try await engine.database.read { try engine.datasets.versions(of: "columns", PageRequest(), in: $0) }
        }
        await #expect(throws: DataError.noVersion(dataset: "rows", version: 9)) {
            _ = try await engine.database.read { try engine.datasets.existing("rows", 9, in: $0) }
        }
        await #expect(throws: PlainFault.self) {
            _ = try await engine.database.read {
                try engine.datasets.versions(of: "rows", PageRequest(cursor: "x"), in: $0)
            }
        }
    }

    @Test("data is refused where it may not lie, with its zones and the store's")
    func residency() async throws {
        let engine = try await self.engine()
        let fault = await #expect(throws: DataError.self) {
            try await self.add("a", residency: .only(["US", "CA"]), in: engine)
        }
        #expect(fault?.kind == .forbidden)
        let message = fault?.message ?? ""
        #expect(message.contains("'rows'") && message.contains("CA or US") && message.contains("EU, FI"))
        #expect(try await engine.database.read { try engine.datasets.list(PageRequest(), in: $0) }.items.isEmpty)
        await #expect(throws: PlainFault.self) { try await self.add("a", to: "No Name", in: engine) }
    }

    @Test("a developer may tighten a residency; to loosen one takes an operator, also under another name")
    func loosening() async throws {
        let engine = try await self.engine()
        try await self.add("a", in: engine)
        #expect(try await self.add("a", residency: .only(["FI"]), in: engine).version == 2)
        for (name, text) in [("rows", "b"), ("rows", "a"), ("copy", "a")] {
            await #expect(throws: DataError.loosened(dataset: name, from: .only(["FI"]), to: .any)) {
                try await self.add(text, to: name, in: engine)
            }
        }
        #expect(try await engine.database.read { try engine.datasets.existing("rows", nil, in: $0) }.version == 2)
        let freed = try await self.add("b", by: EngineFixture.operatorUser, in: engine)
        #expect(freed.version == 3 && freed.residency.isAny)
        #expect(try await engine.journalKinds(about: "rows").suffix(2) == ["dataset.added", "residency.declassified"])
        // The bytes that were bound stay bound, even though the dataset is not any more.
        await #expect(throws: DataError.self) { try await self.add("a", in: engine) }
    }
}
