import Foundation
import Testing

@testable import Catalog

@Suite("the tables that the catalog is packed from")
struct CatalogTablesTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scripts/catalog")

    @Test("the small tables in scripts/catalog are those of the packed file, with their sources and dates")
    func isCurrent() throws {
        let packed = CatalogDraft(.embedded)
        var texts: [CatalogDraft.File: String] = [:]
        for file in CatalogDraft.File.allCases {
            let isLarge = file == .machines || file == .offers
            texts[file] =
                isLarge
                ? packed.csv(file) : try String(contentsOf: Self.folder.appending(path: file.name), encoding: .utf8)
        }
        let read = try CatalogDraft(csv: texts).canonical
        #expect(read.sources == packed.sources)
        #expect(read.regions == packed.regions)
        #expect(read.egress == packed.egress)
        #expect(read.storage == packed.storage)
        #expect(read.accelerators == packed.accelerators)
        #expect(packed.sources.allSatisfy { !$0.name.isEmpty && !$0.date.isEmpty })
    }
}
