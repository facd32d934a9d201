import Foundation
import Testing

@Suite struct Licences {
    private struct Resolved: Decodable {
        struct Pin: Decodable {
            struct State: Decodable { var version: String? }
            var identity: String
            var state: State
        }
        var pins: [Pin]
    }

    @Test("licences.md names what is pinned, no more and no less")
    func pins() throws {
        let page = SourceTree.text("docs/licences.md")
        let rows = Set(
            page.matches(of: #/^\| \[([^\]]+)\]\([^)]+\) \| ([^ |]+) \| [^|]+\|$/#.anchorsMatchLineEndings()).map {
                "\($0.1) \($0.2)"
            })
        let resolved = try JSONDecoder().decode(Resolved.self, from: Data(SourceTree.text("Package.resolved").utf8))
        let swift = resolved.pins.map { "\($0.identity) \($0.state.version ?? "")" }
        let python = SourceTree.text("scripts/requirements.txt").matches(
            of: #/^([\w\-]+)==(\S+)$/#.anchorsMatchLineEndings()
        )
        .map { "\($0.1) \($0.2)" }
        #expect(rows == Set(swift + python))
    }
}
