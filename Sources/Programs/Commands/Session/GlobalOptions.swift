import ArgumentParser
import Client
import Contract
import Kernel
import Transport

/// What every command that asks the control plane can be told.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The control plane's address; else $MARTLET_SERVER, else that of 'martlet login'.", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "A file that holds the token; else $MARTLET_TOKEN, else that of 'martlet login'.", valueName: "path"))
    var tokenFile: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("How results are written: table, json or yaml.", valueName: "format"))
    var output: OutputFormat = .table

    var terminal: Terminal { Terminal.current }

    func connection() throws -> Connection {
        try Connection(server: self.server, tokenFile: self.tokenFile, variables: self.terminal.variables)
    }

    func client() throws -> Client {
        let connection = try self.connection()
        // A person waits: two quick tries more, no long pauses.
        let rule = RetryRule(limit: 2, base: .milliseconds(50), cap: .milliseconds(500))
        return Client(server: connection.server, token: { connection.token }, transport: HTTPTransport(rule: rule))
    }

    /// Writes a result in the format that was asked for.
    func show(_ value: some Encodable, table: (Style) -> String) throws {
        try self.output.write(value, to: self.terminal, table: table)
    }

    /// Writes a listing; in a table an empty one is a hint.
    func show<Item: Encodable>(_ items: [Item], ifEmpty hint: String, table: ([Item]) -> Table) throws {
        if items.isEmpty, self.output == .table { return self.terminal.note(hint) }
        try self.show(items) { table(items).text($0) }
    }

    /// Progress and hints, for people only.
    func note(_ text: String) {
        self.terminal.note(text)
    }
}

/// How much of a listing is shown.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Show at most this many.", valueName: "count"))
    var limit: Int = 50

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit is at least 1.") }
    }
}
