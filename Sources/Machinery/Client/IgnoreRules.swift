/// What `.martletignore` leaves out of a source folder: the patterns of `.gitignore`.
///
/// A pattern without a slash matches a name at any depth; one with a slash, its last character aside, matches from the
/// folder itself. `*` and `?` stay within a name, `**` spans folders, `[a-z]` is a set, a final `/` matches folders only, `!`
/// takes a path back in, `#` begins a comment, `\` takes the next character as it is. The last pattern that matches decides.
/// What lies below a folder that is left out cannot be taken back in.
///
/// Source: gitignore(5).
package struct IgnoreRules: Sendable, Hashable {
    /// Never part of a source: history, environments and what tools leave behind.
    package static let always = [".git", ".venv", "__pycache__", "node_modules", ".martlet"]

    /// Leaves nothing out.
    package static let none = IgnoreRules(patterns: [])

    private let patterns: [IgnorePattern]

    private init(patterns: [IgnorePattern]) { self.patterns = patterns }

    /// - Parameter text: the content of a `.martletignore`.
    package init(_ text: String) {
        self.patterns =
            text.split(whereSeparator: \.isNewline).compactMap { IgnorePattern(line: $0) }
            + Self.always.compactMap { IgnorePattern(line: $0) }
    }

    /// Whether the file or folder at `path`, relative and `/`-separated, is left out.
    package func ignores(_ path: String, isFolder: Bool) -> Bool {
        if self.patterns.isEmpty { return false }
        // By bytes: for a `Character` an accent at the beginning of a name belongs to the slash before it.
        let parts = path.utf8.split(separator: 0x2F).map { Substring($0) }
        return self.patterns.last { $0.matches(parts, isFolder: isFolder) }.map { !$0.isNegated } ?? false
    }
}

/// One line of a `.martletignore`.
struct IgnorePattern: Sendable, Hashable {
    let isNegated: Bool
    private let foldersOnly: Bool
    private let parts: [Part]

    private enum Part: Sendable, Hashable {
        case anyFolders
        case glob(Glob)
    }

    /// Nil for an empty line or a comment.
    init?(line: some StringProtocol) {
        var text = Self.trimmed(line)
        guard !text.isEmpty, text.first != "#" else { return nil }
        self.isNegated = text.first == "!"
        if self.isNegated { text.removeFirst() }
        self.foldersOnly = text.last == "/"
        if self.foldersOnly { text.removeLast() }
        guard !text.isEmpty else { return nil }
        let isAnchored = text.contains("/")
        var parts: [Part] = text.split(separator: "/").map { $0 == "**" ? .anyFolders : .glob(Glob($0)) }
        if !isAnchored { parts.insert(.anyFolders, at: 0) }
        // `a/**` is everything below a, not a itself.
        if parts.last == .anyFolders { parts.append(.glob(Glob("*"))) }
        self.parts = parts
    }

    func matches(_ path: [Substring], isFolder: Bool) -> Bool {
        if self.foldersOnly && !isFolder { return false }
        return Self.matches(self.parts[...], path[...])
    }

    private static func matches(_ parts: ArraySlice<Part>, _ path: ArraySlice<Substring>) -> Bool {
        guard let part = parts.first else { return path.isEmpty }
        switch part {
        case .anyFolders:
            return (path.startIndex...path.endIndex).contains { self.matches(parts.dropFirst(), path[$0...]) }
        case .glob(let glob):
            guard let name = path.first, glob.matches(name) else { return false }
            return self.matches(parts.dropFirst(), path.dropFirst())
        }
    }

    /// Without trailing spaces, unless the last is escaped, and without a carriage return.
    private static func trimmed(_ line: some StringProtocol) -> Substring {
        var text = Substring(line)
        while let last = text.last, last == " " || last == "\t" || last == "\r", !text.dropLast().hasSuffix("\\") {
            text.removeLast()
        }
        return text
    }
}

/// A pattern for one name: `*`, `?`, `[…]` and `\`.
struct Glob: Sendable, Hashable {
    private enum Token: Sendable, Hashable {
        case literal(Character)
        case any
        case star
        case set([ClosedRange<Character>], isNegated: Bool)
    }

    private let tokens: [Token]

    init(_ text: some StringProtocol) {
        var tokens: [Token] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "*": if tokens.last != .star { tokens.append(.star) }
            case "?": tokens.append(.any)
            case "\\": tokens.append(.literal(rest.popFirst() ?? "\\"))
            case "[":
                if let set = Self.set(&rest) { tokens.append(set) } else { tokens.append(.literal("[")) }
            default: tokens.append(.literal(character))
            }
        }
        self.tokens = tokens
    }

    /// Whether the whole of `name` matches. Takes at most `name` × tokens steps, whatever the pattern.
    func matches(_ name: Substring) -> Bool {
        let name = Array(name)
        var token = 0
        var position = 0
        var retry: (token: Int, position: Int)?
        while position < name.count {
            if token < self.tokens.count, self.tokens[token] == .star {
                token += 1
                retry = (token, position)
            } else if token < self.tokens.count, Self.accepts(self.tokens[token], name[position]) {
                token += 1
                position += 1
            } else if let (restart, start) = retry {
                token = restart
                position = start + 1
                retry = (restart, start + 1)
            } else {
                return false
            }
        }
        return self.tokens[token...].allSatisfy { $0 == .star }
    }

    private static func accepts(_ token: Token, _ character: Character) -> Bool {
        switch token {
        case .literal(let expected): expected == character
        case .any: true
        case .star: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
        }
    }

    /// Reads a set after its `[`; nil, with nothing read, when it is never closed.
    private static func set(_ rest: inout Substring) -> Token? {
        var text = rest
        let isNegated = text.first == "!" || text.first == "^"
        if isNegated { text.removeFirst() }
        var ranges: [ClosedRange<Character>] = []
        while let first = text.popFirst() {
            if first == "]", !ranges.isEmpty {
                rest = text
                return .set(ranges, isNegated: isNegated)
            }
            if text.first == "-", let last = text.dropFirst().first, last != "]" {
                text.removeFirst(2)
                ranges.append(first <= last ? first...last : last...first)
            } else {
                ranges.append(first...first)
            }
        }
        return nil
    }
}
