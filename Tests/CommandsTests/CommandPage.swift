/// `docs/reference/cli.md` as the help of the commands makes it.
enum CommandPage {
    private static let opening = """
        # The command line

        `martlet` takes the control plane's address from `--server`, `MARTLET_SERVER` or what `martlet login` kept, and the token from
        `--token-file`, `MARTLET_TOKEN` or the same place; a secret is never an argument. Where a command prints a result,
        `--output table|json|yaml` (`-o`) says how. `--help` and `--version` work everywhere. Exit codes are those of
        [faults.md](faults.md); 1 is a run or pipeline that failed. This page is what `--help` prints, less these options.


        """

    /// What the opening says once.
    private static let everywhere = [
        """
          --server <url>          The control plane's address; else $MARTLET_SERVER, else that of 'martlet
                                  login'.

        """,
        """
          --token-file <path>     A file that holds the token; else $MARTLET_TOKEN, else that of 'martlet
                                  login'.

        """,
        """
          -o, --output <format>   How results are written: table, json or yaml. (values: table, json, yaml;
                                  default: table)

        """,
        "  --version               Show the version.\n", "  -h, --help              Show help information.\n",
        " [--server <url>] [--token-file <path>] [--output <format>]",
    ]

    static func text(of commands: [(path: [String], help: String)]) -> String {
        self.opening
            + commands.map { path, help in
                let heading = path.count < 3 ? "##" : "###"
                return "\(heading) `\(path.joined(separator: " "))`\n\n```\n\(self.shortened(help))\n```\n\n"
            }.joined()
    }

    private static func shortened(_ help: String) -> String {
        var text = help + "\n"
        for piece in self.everywhere { text = text.replacing(piece, with: "") }
        text = text.replacing("\nOPTIONS:\n\n", with: "\n")
        if text.hasSuffix("\nOPTIONS:\n") { text.removeLast("\nOPTIONS:\n".count) }
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
