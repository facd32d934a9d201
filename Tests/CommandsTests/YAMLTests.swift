import Contract
import Kernel
import Testing

@testable import Commands

@Suite struct YAMLTests {
    static func one(_ text: String) throws -> YAMLNode { try #require(try YAMLParser.documents(text).first) }

    @Test("values stand where they are written, counted from 1")
    func positions() throws {
        let root = try Self.one("# comment\na: 1\nb:\n  - x\n  - {c: é, d: \"y\"}\n")
        #expect(root["a"]?.position == YAMLPosition(line: 2, column: 1))
        #expect(root["a"]?.value.position == YAMLPosition(line: 2, column: 4))
        let items = try #require(root["b"]?.value.items)
        #expect(items[0].position == YAMLPosition(line: 4, column: 5))
        #expect(items[1]["d"]?.position == YAMLPosition(line: 5, column: 12))
        #expect(items[1]["d"]?.value.position == YAMLPosition(line: 5, column: 15))
    }

    @Test(
        "plain scalars are typed by the core schema, quoted ones are texts",
        arguments: [
            ("1", .integer(1)), ("-7", .integer(-7)), ("+7", .integer(7)), ("0x1F", .integer(31)),
            ("0o17", .integer(15)),
            ("1.5", .number(1.5)), ("1e3", .number(1000)), (".5", .number(0.5)), ("-.5", .number(-0.5)),
            ("true", .bool(true)),
            ("False", .bool(false)), ("~", .null), ("null", .null), ("", .null), ("yes", "yes"), ("off", "off"),
            ("\"1\"", "1"),
            ("'true'", "true"), ("1.2.3", "1.2.3"), (".nan", ".nan"), ("1_000", "1_000"), ("2026-01-01", "2026-01-01"),
            ("99999999999999999999", .number(1e20)), ("e", "e"), ("+", "+"),
        ] as [(String, JSONValue)])
    func scalars(text: String, value: JSONValue) throws {
        #expect(try Self.one("x: \(text)\ny: 1")["x"]?.value.json == value)
    }

    @Test("anchors and aliases are resolved")
    func aliases() throws {
        let root = try Self.one("base: &b {n: [1, 2]}\ncopy: *b\n")
        #expect(root["copy"]?.value.json == ["n": [1, 2]])
    }

    @Test("an alias bomb is refused")
    func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        let error = #expect(throws: YAMLSyntaxError.self) { try YAMLParser.documents(text) }
        #expect(error?.issue.message.contains("too many values") == true)
    }

    @Test(
        "what is not YAML is told with its place",
        arguments: [
            ("a: [1, 2\nb: 3", 2), ("a:\n\t- x", 2), ("a: 1\na: 2", 2), ("a: *nobody", 1), ("? [x]\n: y", 1),
            ("a: 'x", 1), ("a: b: c", 1),
        ])
    func errors(text: String, line: Int) {
        let error = #expect(throws: YAMLSyntaxError.self) { try YAMLParser.documents(text) }
        #expect(abs((error?.issue.position.line ?? 0) - line) <= 1)
    }

    @Test("depth is bounded")
    func depth() {
        #expect(throws: YAMLSyntaxError.self) { try YAMLParser.documents(String(repeating: "[", count: 5000)) }
        #expect(throws: YAMLSyntaxError.self) {
            try YAMLParser.documents(String(repeating: "[", count: 200) + String(repeating: "]", count: 200))
        }
    }

    @Test("random bytes never crash the parser, only fail it")
    func noise() {
        var random = SeededRandom(seed: 11)
        let alphabet = Array("ab:-[]{}&*?|>'\"#%@`,!\n\t  1é🙂\\")
        for _ in 0..<3000 {
            let text = String(
                (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
            _ = try? YAMLParser.documents(text)
            _ = ProjectFile(text: text).issues
            _ = DeclarationFile(text: text).issues
        }
    }

    @Test("what is written as YAML is read back as it was")
    func writer() throws {
        var random = SeededRandom(seed: 12)
        for _ in 0..<500 {
            let value = Self.value(depth: 0, using: &random)
            let text = YAMLWriter.text(["x": value])
            #expect(try Self.one(text)["x"]?.value.json == value, "\(text)")
        }
    }

    static func value(depth: Int, using random: inout SeededRandom) -> JSONValue {
        let texts = [
            "", "plain", "with space", "yes", "1", "a: b", "- x", "#", "é", "line\nbreak", "quo\"te", "x:", "/p", "~",
            "null", "on", "*a", "{", "run_1",
        ]
        switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: -100...100, using: &random))
        case 3: return .number(Double(Int.random(in: 1...999, using: &random)) / 8 + 0.0625)
        case 4: return .string(texts.randomElement(using: &random) ?? "")
        case 5:
            return .array(
                (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.value(depth: depth + 1, using: &random) })
        default:
            let keys = (0..<Int.random(in: 0...3, using: &random)).map { _ in texts.randomElement(using: &random) ?? "k"
            }
            return .object(
                Dictionary(
                    Set(keys).map { ($0, Self.value(depth: depth + 1, using: &random)) }, uniquingKeysWith: { $1 }))
        }
    }
}
