import ArgumentParser
import Foundation
import Testing

@testable import Commands

/// The help of every command, as a person sees it. `MARTLET_UPDATE_GOLDEN=1` writes the files anew.
@Suite struct HelpTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static let commands = Self.below(Martlet.self, path: ["martlet"])

    static func below(_ command: any ParsableCommand.Type, path: [String]) -> [(
        path: [String], type: any ParsableCommand.Type
    )] {
        [(path, command)]
            + command.configuration.subcommands.flatMap {
                Self.below($0, path: path + [$0.configuration.commandName ?? ""])
            }
    }

    @Test(
        "the help of each command is as it was written down",
        arguments: Self.commands.map { $0.path.joined(separator: " ") })
    func golden(name: String) throws {
        let command = try #require(Self.commands.first { $0.path.joined(separator: " ") == name })
        let text = Martlet.helpMessage(for: command.type, columns: 100) + "\n"
        let file = Self.folder.appending(path: name.replacing(" ", with: "-") + ".txt")
        if ProcessInfo.processInfo.environment["MARTLET_UPDATE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        #expect(text == (try? String(contentsOf: file, encoding: .utf8)))
    }

    @Test("cli.md is what --help prints, less what every command takes")
    func page() throws {
        let file = Self.folder.appending(path: "../../../docs/reference/cli.md").standardizedFileURL
        let page = try String(contentsOf: file, encoding: .utf8)
        // The part about martletd is compared with that program, end to end.
        let server = try #require(page.range(of: "## `martletd`"))
        let written = CommandPage.text(
            of: Self.commands.map { ($0.path, Martlet.helpMessage(for: $0.type, columns: 100)) })
        if ProcessInfo.processInfo.environment["MARTLET_UPDATE_GOLDEN"] != nil {
            try Data((written + page[server.lowerBound...]).utf8).write(to: file)
        } else {
            #expect(page[..<server.lowerBound] == written)
        }
    }

    @Test("there is no help of a command that is gone")
    func leftovers() throws {
        let names = Set(Self.commands.map { $0.path.joined(separator: "-") + ".txt" })
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == names)
    }

    /// What starts with these words is not typed by people: the worker starts it.
    private static let internals = ["martlet exec"]

    @Test("a command that a sentence tells people to run is there and does something by itself")
    func sentences() throws {
        let leaves = Set(
            Self.commands.filter { $0.type.configuration.subcommands.isEmpty }.map { $0.path.joined(separator: " ") })
        let sources = Self.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String])
        var found = 0
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            for line in text.split(separator: "\n") where !line.drop(while: \.isWhitespace).hasPrefix("//") {
                for match in line.matches(of: #/['`](martlet(?: [a-z]+)+)/#) {
                    found += 1
                    let words = match.1.split(separator: " ").map(String.init)
                    let beginnings = words.indices.map { words[...$0].joined(separator: " ") }
                    #expect(
                        beginnings.contains { leaves.contains($0) || Self.internals.contains($0) },
                        "\(file): '\(match.1)'")
                }
            }
        }
        #expect(found > 10, "the sentences were found")
    }

    @Test("no command takes a secret as an argument")
    func secrets() {
        for command in Self.commands {
            let help = Martlet.helpMessage(for: command.type, columns: 100)
            #expect(!help.contains("--token ") && !help.contains("--password") && !help.contains("--secret"))
        }
    }
}
