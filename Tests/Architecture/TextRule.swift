import Testing

/// A rule about files that are not Swift: examples, scripts, documents.
struct TextRule: Sendable, CustomTestStringConvertible {
    let name: String
    let folders: [String]
    let catches: [String]
    let allows: [String]
    /// What is wrong with the text.
    let check: @Sendable (String) -> [Breach]

    var testDescription: String { self.name }

    /// Hosts that scripts and manifests may name: everybody can reach them, or only this machine can.
    private static let hosts: Set<String> = [
        "github.com", "www.swift.org", "swift.org", "localhost", "127.0.0.1", "0.0.0.0", "martlet.example.org",
    ]

    static let all: [TextRule] = [
        TextRule(
            name: "examples wait for nothing by sleeping", folders: ["Examples"],
            catches: ["time.sleep(1)", "    sleep 5", "await asyncio.sleep(0.1)"],
            allows: ["# the steps never sleep, they wait"],
            check: { text in Self.lines(of: text, matching: #"^[^#]*\bsleep\b\s*[\(\d]"#, "sleeps") }),
        TextRule(
            name: "the example's steps know nothing of Martlet", folders: ["Examples/digits"],
            catches: ["import martlet", "from martlet import run"], allows: ["os.environ[\"MARTLET_INPUTS\"]"],
            check: { text in Self.lines(of: text, matching: #"^\s*(import|from)\s+martlet"#, "imports Martlet") }),
        TextRule(
            name: "only the export knows where the digits come from", folders: ["Examples/digits"],
            catches: ["from sklearn.datasets import load_digits"],
            allows: ["\"\"\"The one-off export: load_digits.\"\"\"\nload_digits()"],
            check: { text in
                text.hasPrefix("\"\"\"The one-off export")
                    ? [] : Self.lines(of: text, matching: #"\bload_digits\b"#, "uses load_digits")
            }),
        TextRule(
            name: "scripts and manifests name public hosts only",
            folders: ["scripts", ".ci", "Package.swift", "Package.resolved", "Makefile"],
            catches: ["https://mirror.corp.internal/swift.git", "http://10.1.2.3:8080/simple"],
            allows: [
                "https://github.com/apple/swift-nio", "http://127.0.0.1:7070", "http://$address:$port",
                "http://{self.host}:7070",
            ],
            check: { text in
                text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { offset, line in
                    line.matches(of: #/\w+:\/\/([\w.\-]+)/#).filter { !Self.hosts.contains(String($0.1)) }
                        .map { Breach(line: offset + 1, what: "names the host \($0.1)") }
                }
            }),
        TextRule(
            name: "documents leave no promise", folders: ["docs", "README.md", "Examples", "scripts"],
            catches: ["TODO: write this"], allows: ["what is to do"],
            check: { text in Self.lines(of: text, matching: #"\b(TODO|FIXME|TBD)\b"#, "an open promise") }),
    ]

    private static func lines(of text: String, matching pattern: String, _ what: String) -> [Breach] {
        let expression = try! Regex(pattern).wordBoundaryKind(.simple)
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { offset, line in
            line.contains(expression) ? Breach(line: offset + 1, what: what) : nil
        }
    }

    var paths: [String] {
        self.folders.flatMap {
            $0.contains(".") && !$0.hasPrefix(".") || $0 == "Makefile" ? [$0] : SourceTree.paths(below: $0)
        }
        .filter { !$0.contains("__pycache__") }
    }
}

@Suite struct TextRules {
    @Test("every text keeps the rule", arguments: TextRule.all)
    func keeps(rule: TextRule) {
        for path in rule.paths {
            for breach in rule.check(SourceTree.text(path)) { Issue.record("\(path) \(breach)") }
        }
    }

    @Test("a rule about texts catches its mutations", arguments: TextRule.all)
    func isProven(rule: TextRule) {
        for text in rule.catches { #expect(!rule.check(text).isEmpty, "\(rule.name) does not catch: \(text)") }
        for text in rule.allows { #expect(rule.check(text).isEmpty, "\(rule.name) refuses: \(text)") }
    }
}
