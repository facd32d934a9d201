import Testing

/// One rule of the house, with what it must catch and what it must leave alone: each rule is proven by a mutation.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is wrong in a file: the line and a few words for each place.
    let check: @Sendable (SourceFile) -> [Breach]
    let catches: [SourceFile]
    let allows: [SourceFile]

    init(
        _ name: String, catches: [SourceFile], allows: [SourceFile] = [],
        check: @escaping @Sendable (SourceFile) -> [Breach]
    ) {
        self.name = name
        self.check = check
        self.catches = catches
        self.allows = allows
    }

    var testDescription: String { self.name }

    /// Every rule, in the order of the design.
    static let all: [Rule] = arrows + suffixes + thirdParties + ratchets + language + names
}

struct Breach: CustomStringConvertible, Sendable {
    let line: Int
    let what: String

    var description: String { "line \(self.line): \(self.what)" }
}

extension SourceFile {
    /// The lines whose code matches, as breaches.
    func lines(matching pattern: String, _ what: String) -> [Breach] {
        guard let expression = try? Regex(pattern).wordBoundaryKind(.simple) else {
            return [Breach(line: 0, what: "bad pattern \(pattern)")]
        }
        return self.codeLines.enumerated().compactMap { offset, line in
            line.contains(expression) ? Breach(line: offset + 1, what: what) : nil
        }
    }

    /// The imports that are not in `allowed`, as breaches.
    func imports(outside allowed: Set<String>, _ why: String) -> [Breach] {
        self.imports.filter { !allowed.contains($0.module) }
            .map { Breach(line: $0.line, what: "\(self.target) imports \($0.module): \(why)") }
    }
}

@Suite struct HouseRules {
    @Test("every file of the house keeps the rule", arguments: Rule.all)
    func keeps(rule: Rule) {
        for file in SourceTree.house.files {
            for breach in rule.check(file) { Issue.record("\(file.path) \(breach)") }
        }
    }

    @Test("a rule catches its mutations and leaves good code alone", arguments: Rule.all)
    func isProven(rule: Rule) {
        #expect(!rule.catches.isEmpty, "\(rule.name) has no mutation")
        for file in rule.catches { #expect(!rule.check(file).isEmpty, "\(rule.name) does not catch: \(file.text)") }
        for file in rule.allows { #expect(rule.check(file).isEmpty, "\(rule.name) refuses: \(file.text)") }
    }

    @Test("the tree was found") func found() {
        #expect(SourceTree.house.sources.count > 50)
        #expect(SourceTree.house.files.contains { $0.path == "Sources/Kernel/Money.swift" && $0.target == "Kernel" })
        #expect(SourceTree.house.files.contains { $0.target == "Journal" })
    }

    @Test("prose and literals are not code") func masks() {
        let text = #"let a = "try! \(b.c!) //" // fatalError()"# + "\n/* TODO /* x */ y */ let z = 1\n"
        let masked = CodeMask.mask(text)
        #expect(masked.contains("b.c!") && masked.contains("let z = 1"))
        #expect(!masked.contains("try!") && !masked.contains("fatalError") && !masked.contains("TODO"))
        #expect(masked.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
    }
}
