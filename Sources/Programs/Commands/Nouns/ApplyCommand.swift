import ArgumentParser
import Client
import Contract
import Kernel

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Declare stores, price books, environments and endpoints from a file.",
        discussion: "Several YAML documents, each with its 'kind:'. Applying a file twice changes nothing.")

    @Option(name: .shortAndLong, help: ArgumentHelp("The file; '-' is standard input.", valueName: "path"))
    var file: String

    @Flag(help: "Show what would change, change nothing.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let file = DeclarationFile(text: try LocalFile.read(FileOptions.absolute(self.file)))
        guard file.issues.isEmpty else {
            for issue in file.issues { self.global.note(FileOptions.line(issue, in: self.file)) }
            throw ExitCode(FaultKind.invalid.exitCode)
        }
        let client = try self.global.client()
        let query = ["dryRun": self.dryRun ? "true" : nil]
        var results: [ApplyResult] = []
        for declaration in file.declarations {
            let result =
                switch declaration {
                case .store(let store):
                    try await client.call(Routes.putStore, path: ["name": store.name], query: query, body: store)
                case .priceBook(let book):
                    try await client.call(Routes.putPriceBook, path: ["name": book.name], query: query, body: book)
                case .environment(let environment):
                    try await client.call(
                        Routes.putEnvironment, path: ["name": environment.name], query: query, body: environment)
                case .endpoint(let endpoint):
                    try await client.call(
                        Routes.putEndpoint, path: ["name": endpoint.name], query: query, body: endpoint)
                }
            results.append(result)
            // One by one, so that what was declared before an error is known.
            if self.global.output == .table {
                self.global.terminal.out(
                    ApplyText.text(result, isDry: self.dryRun, Style(hasColor: self.global.terminal.outHasColor)))
            }
        }
        if self.global.output != .table { try self.global.show(results) { _ in "" } }
    }
}

/// What a declaration changed, field by field.
enum ApplyText {
    static func text(_ result: ApplyResult, isDry: Bool, _ style: Style) -> String {
        let name = "\(result.kind) \(result.name.printable)"
        let words: String
        switch result.change {
        case .created: words = style.good("+ \(name)") + (isDry ? " would be created" : " created")
        case .updated: words = style.active("~ \(name)") + (isDry ? " would be updated" : " updated")
        case .unchanged: return style.faint("= \(name) unchanged") + "\n"
        }
        return words + "\n" + result.fields.map { "    " + self.line($0, style) + "\n" }.joined()
    }

    private static func line(_ change: FieldChange, _ style: Style) -> String {
        switch (change.before, change.after) {
        case (nil, let after): style.good("+ \(change.field): \(self.words(after, of: change.field))")
        case (let before, nil): style.bad("- \(change.field): \(self.words(before, of: change.field))")
        case (let before, let after):
            "~ \(change.field): \(style.bad(self.words(before, of: change.field))) → \(style.good(self.words(after, of: change.field)))"
        }
    }

    private static func words(_ value: JSONValue?, of field: String) -> String { (value?.plain ?? "nothing").printable }
}
