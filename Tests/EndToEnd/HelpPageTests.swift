import Foundation
import Testing

@Suite struct HelpPageTests {
    @Test("cli.md shows martletd's own help", .timeLimit(.minutes(1)))
    func martletd() throws {
        let page = try String(contentsOfFile: Programs.root + "/docs/reference/cli.md", encoding: .utf8)
        let start = try #require(page.range(of: "## `martletd`"))
        var written = ""
        for command in [
            [], ["serve"], ["journal", "verify"], ["catalog", "pack"], ["catalog", "unpack"],
        ] {
            let help = try Programs.run(
                Programs.martletd, ["help"] + command, environment: ["COLUMNS": "100"])
            #expect(help.exitCode == 0, "\(help.all)")
            let name = (["martletd"] + command).joined(separator: " ")
            let text = help.stdout.trimmingCharacters(in: .newlines)
            written += (written.isEmpty ? "" : "\n") + "## `\(name)`\n\n```\n\(text)\n```\n"
        }
        #expect(page[start.lowerBound...] == written)
    }
}
