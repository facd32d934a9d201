import Foundation

/// A Swift file of the house as text: what the rules look at.
struct SourceFile: Sendable {
    /// From the package's root: `Sources/Capabilities/Runs/RunStore.swift`.
    let path: String
    let text: String
    /// The text without comments and without the contents of string literals, line for line.
    let code: String
    let lines: [Substring]
    let codeLines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        self.code = CodeMask.mask(text)
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        self.codeLines = self.code.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The file's name without its extension: `RunStore`, `Runs+Cancel`.
    var name: String { String(self.path.split(separator: "/").last?.dropLast(".swift".count) ?? "") }

    /// The name without the topic of an extension: `Runs` of `Runs+Cancel`.
    var noun: String { String(self.name.prefix { $0 != "+" }) }

    /// The target: the folder below the floor, or below `Tests`.
    var target: String {
        let parts = self.path.split(separator: "/").map(String.init)
        guard parts.count > 2 else { return "" }
        let isNested = parts[0] == "Sources" && ["Machinery", "Clouds", "Capabilities", "Programs"].contains(parts[1])
        return isNested && parts.count > 3 ? parts[2] : parts[1]
    }

    var isTest: Bool { self.path.hasPrefix("Tests/") }
    var floor: String { String(self.path.split(separator: "/").dropFirst().first ?? "") }

    /// The modules that it imports, with the number of the line.
    var imports: [(module: String, line: Int)] {
        self.codeLines.enumerated().compactMap { offset, line in
            guard line.utf8.count < 100, line.contains("import"),
                let match = line.firstMatch(
                    of:
                        #/^\s*(?:(?:@\w+|package|internal|private|fileprivate|public)\s+)*import\s+(?:struct\s+|func\s+|enum\s+|class\s+|protocol\s+)?(\w+)/#
                )
            else { return nil }
            return (String(match.1), offset + 1)
        }
    }
}

/// Blanks comments and the contents of strings, so that a rule about code does not read prose.
enum CodeMask {
    static func mask(_ text: String) -> String {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.code(untilParenthesis: false)
        return String(decoding: scanner.out, as: UTF8.self)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var index = 0
        var out: [UInt8] = []

        init(bytes: [UInt8]) { self.bytes = bytes }

        private func sees(_ text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            guard self.index + count <= self.bytes.count else { return false }
            return (0..<count).allSatisfy { self.bytes[self.index + $0] == text.utf8Start[$0] }
        }

        private mutating func keep() {
            self.out.append(self.bytes[self.index])
            self.index += 1
        }

        private mutating func blank(_ count: Int = 1) {
            for _ in 0..<count where self.index < self.bytes.count {
                self.out.append(self.bytes[self.index] == 10 ? 10 : 32)
                self.index += 1
            }
        }

        /// Code up to the end of the file, or up to the parenthesis that closes an interpolation.
        mutating func code(untilParenthesis: Bool) {
            var depth = 0
            while self.index < self.bytes.count {
                let byte = self.bytes[self.index]
                if byte != 34, byte != 35, byte != 40, byte != 41, byte != 47 {
                    self.keep()
                } else if self.sees("//") {
                    while self.index < self.bytes.count, self.bytes[self.index] != 10 { self.blank() }
                } else if self.sees("/*") {
                    self.comment()
                } else if self.bytes[self.index] == 34 || self.startsRawString {
                    self.string()
                } else {
                    if self.bytes[self.index] == 40 { depth += 1 }
                    if self.bytes[self.index] == 41 {
                        if untilParenthesis, depth == 0 { return }
                        depth -= 1
                    }
                    self.keep()
                }
            }
        }

        private mutating func comment() {
            var depth = 0
            repeat {
                if self.sees("/*") {
                    depth += 1; self.blank(2)
                } else if self.sees("*/") {
                    depth -= 1; self.blank(2)
                } else {
                    self.blank()
                }
            } while depth > 0 && self.index < self.bytes.count
        }

        private var startsRawString: Bool {
            var next = self.index
            while next < self.bytes.count, self.bytes[next] == 35 { next += 1 }
            return next > self.index && next < self.bytes.count && self.bytes[next] == 34
        }

        private mutating func string() {
            var hashes = 0
            while self.bytes[self.index] == 35 { hashes += 1; self.keep() }
            let quotes = self.sees("\"\"\"") ? 3 : 1
            for _ in 0..<quotes { self.keep() }
            let escape = [UInt8(92)] + Array(repeating: 35, count: hashes)
            let end = Array(repeating: UInt8(34), count: quotes) + Array(repeating: 35, count: hashes)
            while self.index < self.bytes.count {
                if self.bytes[self.index...].starts(with: escape) {
                    self.blank(escape.count)
                    guard self.index < self.bytes.count else { return }
                    if self.bytes[self.index] == 40 {
                        self.keep()
                        self.code(untilParenthesis: true)
                        if self.index < self.bytes.count { self.keep() }
                    } else {
                        self.blank()
                    }
                } else if self.bytes[self.index...].starts(with: end) {
                    for _ in end { self.keep() }
                    return
                } else if quotes == 1, self.bytes[self.index] == 10 {
                    return
                } else {
                    self.blank()
                }
            }
        }
    }
}

/// Every Swift file of the house, and the other texts that rules read.
struct SourceTree: Sendable {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let files: [SourceFile]

    static let house = SourceTree()

    private init() {
        self.files = ["Sources", "Tests"].flatMap { folder in
            Self.paths(below: folder).filter { $0.hasSuffix(".swift") }.map {
                SourceFile(path: $0, text: Self.text($0))
            }
        }
    }

    var sources: [SourceFile] { self.files.filter { !$0.isTest } }

    /// The paths of all files below a folder, from the root, sorted; empty when there is no such folder.
    static func paths(below folder: String) -> [String] {
        let base = self.root.appendingPathComponent(folder).path
        let names = (FileManager.default.enumerator(atPath: base)?.allObjects as? [String]) ?? []
        return names.map { "\(folder)/\($0)" }.filter { path in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: self.root.appendingPathComponent(path).path, isDirectory: &isFolder)
            return exists && !isFolder.boolValue
        }.sorted()
    }

    static func text(_ path: String) -> String {
        (try? String(contentsOf: self.root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }
}
