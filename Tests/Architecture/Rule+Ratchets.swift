extension SourceFile {
    /// The functions and initialisers with a body, and how many lines each takes from its first line to its last.
    var functions: [(name: String, line: Int, length: Int)] {
        let bytes = Array(self.code.utf8)
        return self.code.matches(of: #/\b(?:func\s+([\w`]+|[^\s\w(]+)|(init)[?]?|(subscript))\s*[<(]/#).compactMap {
            match in
            let start = self.code.utf8.distance(from: self.code.startIndex, to: match.range.lowerBound)
            guard let open = Self.bodyStart(in: bytes, from: start), let close = Self.matching(bytes, from: open) else {
                return nil
            }
            let line = bytes[..<start].count { $0 == 10 } + 1
            let name = match.1 ?? match.2 ?? match.3 ?? ""
            return (String(name), line, bytes[start...close].count { $0 == 10 } + 1)
        }
    }

    /// The brace that opens the body of the declaration at `start`; nil for one without a body, or for a call.
    private static func bodyStart(in bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var sawArguments = false
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case 40, 91: depth += 1
            case 41, 93:
                depth -= 1
                if depth < 0 { return nil }
                sawArguments = true
            case 123 where depth == 0: return sawArguments ? index : nil
            case 125 where depth == 0: return nil
            case 10 where depth == 0 && sawArguments:
                let next = bytes[index...].drop { $0 == 10 || $0 == 32 }
                let goesOn = ["{", "->", "where", "throws", "async", "rethrows"].contains { next.starts(with: $0.utf8) }
                if !goesOn { return nil }
            default: break
            }
            index += 1
        }
        return nil
    }

    private static func matching(_ bytes: [UInt8], from open: Int) -> Int? {
        var depth = 0
        for index in open..<bytes.count {
            if bytes[index] == 123 { depth += 1 }
            if bytes[index] == 125 { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}

extension Rule {
    /// Lines. A file or function at the limit is to be divided along its nouns, not squeezed.
    static let longestFile = 400
    static let longestTestFile = 800
    static let longestFunction = 70

    static let ratchets: [Rule] = [
        Rule(
            "no file is longer than a person reads at once",
            catches: [
                SourceFile(path: "Sources/Kernel/Long.swift", text: String(repeating: "let a = 1\n", count: 401)),
                SourceFile(path: "Tests/KernelTests/Long.swift", text: String(repeating: "let a = 1\n", count: 801)),
            ],
            allows: [SourceFile(path: "Sources/Kernel/Long.swift", text: String(repeating: "let a = 1\n", count: 400))]
        ) { file in
            let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
            let limit = file.isTest ? Rule.longestTestFile : Rule.longestFile
            return count > limit ? [Breach(line: limit, what: "\(count) lines, above \(limit)")] : []
        },
        Rule(
            "no function is longer than a page",
            catches: [
                SourceFile(
                    path: "Sources/Kernel/Long.swift",
                    text: "struct A {\n    func long(\n        a: Int\n    ) throws -> Int {\n"
                        + String(repeating: "        a()\n", count: 70) + "    }\n}"),
                SourceFile(
                    path: "Sources/Kernel/Long.swift",
                    text: "init?(a: [Int] = []) {\n" + String(repeating: "a()\n", count: 70) + "}"),
            ],
            allows: [
                SourceFile(
                    path: "Sources/Kernel/Short.swift",
                    text: "func short() {\n" + String(repeating: "a()\n", count: 60) + "}"),
                SourceFile(
                    path: "Sources/Kernel/Port.swift",
                    text: "protocol P {\n    func a()\n    func b() -> Int\n}\nstruct S {\n"
                        + String(repeating: "let a = 1\n", count: 90) + "}"),
            ]
        ) { file in
            file.functions.filter { $0.length > Rule.longestFunction }
                .map { Breach(line: $0.line, what: "\($0.name) has \($0.length) lines, above \(Rule.longestFunction)") }
        },
    ]
}
