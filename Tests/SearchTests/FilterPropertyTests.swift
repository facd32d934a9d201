import Kernel
import Search
import Testing

/// Random filters: printed and read again they are the same, and no bytes at all make the reader fail.
@Suite struct FilterPropertyTests {
    /// Writes clauses in one of the many ways in which they may be written.
    private struct Printer {
        var random: SeededRandom

        mutating func filter(_ clauses: [SearchClause]) -> String {
            var text = self.blank(least: 0)
            for (index, clause) in clauses.enumerated() {
                if index > 0 { text += self.blank() + self.pick(["AND", "and", "And"]) + self.blank() }
                text += self.clause(clause)
            }
            return text + self.blank(least: 0)
        }

        private mutating func clause(_ clause: SearchClause) -> String {
            let names: [SearchEntity: [String]] = [
                .metric: ["metric", "metrics", "`metrics`"],
                .parameter: ["param", "params", "parameter", "\"parameters\""],
                .tag: ["tag", "tags"], .attribute: ["attribute", "attr", "run", "attributes"],
                .dataset: ["dataset", "datasets"],
            ]
            var text = self.pick(names[clause.entity] ?? []) + "." + self.key(clause.key)
            let comparison =
                Bool.random(using: &self.random) ? clause.comparison.rawValue : clause.comparison.rawValue.lowercased()
            let words = comparison.split(separator: " ")
            let isWord = words[0].first?.isLetter == true
            text +=
                self.blank(least: isWord ? 1 : 0) + words.joined(separator: self.blank())
                + self.blank(least: isWord ? 1 : 0)
            switch clause.value {
            case .none: break
            case .integer(let number): text += String(number)
            case .number(let number): text += "\(number)"
            case .text(let value): text += self.quoted(value)
            case .list(let values):
                text +=
                    "("
                    + values.map { self.quoted($0) }.joined(
                        separator: "\(self.blank(least: 0)),\(self.blank(least: 0))") + ")"
            }
            return text
        }

        private mutating func key(_ key: String) -> String {
            let isPlain = key.utf8.allSatisfy { $0 == 95 || $0 | 32 >= 97 && $0 | 32 <= 122 }
            if isPlain, Bool.random(using: &self.random) { return key }
            return key.contains("`") ? "\"\(key.replacing("\"", with: "\"\""))\"" : "`\(key)`"
        }

        private mutating func quoted(_ value: String) -> String {
            // A backslash before the closing quote would be read as a part of the text.
            let quote = self.pick(["'", "\""])
            return quote + value.replacing(quote, with: self.pick([quote + quote, "\\" + quote])) + quote
        }

        private mutating func blank(least: Int = 1) -> String {
            String(
                (0..<Int.random(in: least...2, using: &self.random)).map { _ in
                    " \t\n\r".unicodeScalars.randomElement(using: &self.random).map(Character.init) ?? " "
                })
        }

        private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &self.random) ?? "" }
    }

    private func randomClause(_ random: inout SeededRandom) -> SearchClause {
        func text() -> String {
            String(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    "ab_%'\"`.;()é東🐦 =<-".randomElement(using: &random) ?? "a"
                })
        }
        func key() -> String {
            Bool.random(using: &random)
                ? ["a", "loss", "AND", "IS", "in", "null"].randomElement(using: &random) ?? "a"
                : "k" + text().replacing("`", with: "")
        }
        func member(of set: Set<SearchComparison>) -> SearchComparison {
            set.sorted { $0.rawValue < $1.rawValue }.randomElement(using: &random) ?? .equal
        }
        switch Int.random(in: 0...5, using: &random) {
        case 0:
            return SearchClause(
                .metric, key(), member(of: SearchComparison.numeric),
                .number(Double.random(in: -1e6...1e6, using: &random)))
        case 1: return SearchClause(.parameter, key(), member(of: SearchComparison.pattern), .text(text()))
        case 2: return SearchClause(.tag, key(), member(of: SearchComparison.presence))
        case 3:
            return SearchClause(
                .attribute, "start_time", member(of: SearchComparison.numeric),
                .integer(Int64(bitPattern: random.next()) >> 8))
        case 4:
            return SearchClause(
                .dataset, "digest", member(of: SearchComparison.list),
                .list((0...Int.random(in: 0...3, using: &random)).map { _ in text() }))
        default: return SearchClause(.attribute, "run_name", member(of: SearchComparison.pattern), .text(text()))
        }
    }

    @Test("a filter that is printed reads as what it was", arguments: 0..<40 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var printer = Printer(random: SeededRandom(seed: seed ^ 0xFFFF))
        for _ in 0..<50 {
            let clauses = (0..<Int.random(in: 1...5, using: &random)).map { _ in self.randomClause(&random) }
            let text = printer.filter(clauses)
            #expect(try SearchDialect.runs.filter(text) == clauses, "seed \(seed): \(text)")
        }
    }

    @Test("any text is a filter or a refusal", arguments: 0..<20 as Range<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "metrics.", "params", ".", "a", "`", "'", "\"", "\\", " ", "\n", "AND", "OR", "IS", "NOT", "NULL", "IN",
            "(", ")", ",",
            "=", "!=", ">", "LIKE", "1", "-2.5", "1e", "0x1F", ";", "\u{0}", "é", "\u{301}", "🐦", "--", "/*", "%", "[",
            "1.2.3", "..",
        ]
        let dialects: [SearchDialect] = [
            .runs, .experiments, .registeredModels, .modelVersions, .loggedModels, .traces, .evaluationDatasets,
        ]
        for _ in 0..<200 {
            let isText = Bool.random(using: &random)
            let count = Int.random(in: 0...30, using: &random)
            let text =
                isText
                ? (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                : String(decoding: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, as: UTF8.self)
            for dialect in dialects {
                do { _ = try dialect.filter(text) } catch { #expect(error.kind == .invalid && !error.message.isEmpty) }
                do { _ = try dialect.orders([text]) } catch {
                    #expect(error.kind == .invalid && !error.message.isEmpty)
                }
            }
        }
    }

    @Test("a long filter is read in time that grows with its length")
    func long() throws {
        let quotes = "params.a = '" + String(repeating: "''", count: 300_000) + "'"
        #expect(try SearchDialect.runs.filter(quotes).count == 1)
        let unclosed = String(repeating: "\\'", count: 100_000)
        #expect(throws: SearchError.self) { try SearchDialect.runs.filter("params.a = '" + unclosed + "' x") }
        #expect(throws: SearchError.self) { try SearchDialect.runs.filter(String(repeating: "(", count: 500_000)) }
    }
}
