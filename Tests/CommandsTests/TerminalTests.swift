import Contract
import Kernel
import Testing

@testable import Commands

@Suite struct TerminalTests {
    let plain = Style(hasColor: false)

    @Test("columns are aligned, decimal points stand below each other, sums behind a rule")
    func table() {
        var table = Table(.init("name"), .init("n", .right), .init("amount", .decimal))
        table.add(["a", "1", "$0.50"])
        table.add(["漢字", "100", "$12.000001"])
        table.add(["", nil, "$1,000.25"])
        table.footer = ["total", "", "$1,012.750001"]
        #expect(
            table.text(self.plain) == """
                NAME     N         AMOUNT
                a        1      $0.50
                漢字   100     $12.000001
                -        -  $1,000.25
                ─────  ───  ─────────────
                total       $1,012.750001

                """)
    }

    @Test("a table without rows is nothing, unless it has a sum")
    func emptyTable() {
        var table = Table(.init("a"))
        #expect(table.text(self.plain) == "")
        table.footer = ["$0.00"]
        #expect(table.text(self.plain).contains("$0.00"))
    }

    @Test(
        "control characters of names are written out",
        arguments: [("a\nb", "a\\nb"), ("\u{1B}[2J", "\\u{1B}[2J"), ("ok 🙂", "ok 🙂"), ("\r\n", "\\r\\n")])
    func controlCharacters(text: String, shown: String) { #expect(text.printable == shown) }

    @Test("texts are cut at a width")
    func truncation() {
        #expect("abcdef".truncated(to: 4) == "abc…")
        #expect("漢字漢字".truncated(to: 5) == "漢字…")
        #expect("abc".truncated(to: 3) == "abc")
    }

    @Test("JSON is written for people, with the API's own names")
    func json() throws {
        let text = PrettyJSON.text(try JSONValue(utf8: try Wire.encode(Store(name: "s", type: "file", zones: ["EU"]))))
        #expect(text == "{\n  \"name\": \"s\",\n  \"type\": \"file\",\n  \"zones\": [\n    \"EU\"\n  ]\n}")
        #expect(PrettyJSON.text(["a": [], "b": [:]]) == "{\n  \"a\": [],\n  \"b\": {}\n}")
    }

    @Test("YAML is written in blocks")
    func yaml() {
        let text = YAMLWriter.text([["name": "s", "zones": ["EU", "no"], "empty": [], "n": 1], "x"])
        #expect(text == "- empty: []\n  \"n\": 1\n  name: s\n  zones:\n    - EU\n    - \"no\"\n- x\n")
    }

    @Test(
        "spans are said as people do",
        arguments: [
            (12, "12 ms"), (1500, "1.5 s"), (61_000, "1 min 1 s"), (7_260_000, "2 h 1 min"), (90_000_000, "1 d 1 h"),
            (-5, "0 ms"),
        ] as [(Int64, String)])
    func spans(milliseconds: Int64, words: String) { #expect(Words.span(.milliseconds(milliseconds)) == words) }

    @Test("bytes that are cut within a character are put together again", arguments: 1...7)
    func chunks(size: Int) {
        let bytes = Array("aé漢🙂b\u{301}".utf8) + [0xFF, 0x41]
        var chunks = UTF8Chunks()
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: size) {
            text += chunks.take(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        text += chunks.finish()
        #expect(text == "aé漢🙂b\u{301}\u{FFFD}A")
    }

    static func node(_ name: String, _ status: NodeStatus, _ needs: [String] = [], end: Int64? = nil, cost: Int64 = 0)
        -> NodeRun
    {
        NodeRun(
            name: name, node: name, status: status, reason: status == .failed ? "exit code 3" : nil,
            environment: status == .waiting ? nil : "aws", cost: Money(nanodollars: cost), needs: needs,
            startedAt: status == .waiting ? nil : Timestamp(milliseconds: 1000),
            endedAt: end.map { Timestamp(milliseconds: $0) })
    }

    @Test("a pipeline is a tree: each node below what it needs")
    func tree() {
        let run = PipelineRun(
            id: ID(raw: 7), project: "p", pipeline: "digits", user: "u", status: .running,
            nodes: [
                Self.node("evaluate", .waiting, ["train[a]", "train[b]"]), Self.node("train[a]", .running, ["prepare"]),
                Self.node("train[b]", .failed, ["prepare"], end: 3500, cost: 1_230_000),
                Self.node("prepare", .cached, end: 1001),
            ], startedAt: Timestamp(milliseconds: 0), cost: Money(nanodollars: 1_230_000))
        #expect(
            PipelineTree(style: self.plain).text(run, now: Timestamp(milliseconds: 5000)) == """
                ↺ prepare       cached   aws        1 ms
                ●   train[a]    running  aws       4.0 s
                ✗   train[b]    failed   aws       2.5 s  $0.00123  exit code 3
                ·     evaluate  waiting
                ● digits running for 5.0 s, cost $0.00123  pip_00000000000000000000000007

                """)
    }

    @Test("costs are told exactly, and end with one sentence")
    func costs() {
        let comparison = CostComparison(
            pipelineRun: ID(raw: 1), actual: Money(nanodollars: 1_500_000), failedAttempts: Money(nanodollars: 482),
            alternatives: [
                .init(environment: "aws", amount: Money(nanodollars: 2_000_000), allowed: false),
                .init(environment: "onprem", amount: Money(nanodollars: 1_000_000), allowed: true),
            ])
        #expect(
            CostText.sentence(comparison)
                == "This pipeline cost $0.0015; the same machine time all in aws $0.002 (residency forbids it), all in onprem "
                + "$0.001; of $0.0015, failed attempts were $0.000000482; at 10,000 runs a month $15.00 against $20.00 in aws, $10.00 in onprem."
        )
        let report = CostReport(
            by: [.environment, .step],
            rows: [
                .init(key: ["aws", "train"], amount: Money(nanodollars: 482)),
                .init(key: ["aws", "idle"], amount: .dollars(1)),
            ],
            total: Money(nanodollars: 1_000_000_482))
        #expect(
            CostText.table(report).text(self.plain) == """
                ENVIRONMENT  STEP         AMOUNT
                aws          train  $0.000000482
                aws          idle   $1.00
                ───────────  ─────  ────────────
                total               $1.000000482

                """)
    }
}
