/// A filter as it is written, before any key means anything: comparisons joined by `AND`.
///
/// ```
/// filter     = { "AND" } [ clause { "AND" { "AND" } clause } ] { "AND" }
/// clause     = operand comparator operand | operand "IS" [ "NOT" ] "NULL" | operand [ "NOT" ] "IN" list
/// operand    = name { "." name } | number | text | list
/// comparator = one or several of < > = ! ~ | [ "NOT" ] ( "LIKE" | "ILIKE" | "RLIKE" | "REGEXP" )
/// list       = "(" … ")"
/// ```
///
/// Keywords are in capitals or not. `AND` at an end, or twice, is nothing, as it is to MLflow's server. There is no `OR` and
/// there are no brackets.
struct FilterSyntax: Sendable {
    struct Clause: Sendable {
        var left: Operand
        /// In capitals, one space between its words.
        var comparator: String
        /// Nil after `IS NULL` and `IS NOT NULL`.
        var right: Operand?
    }

    enum Operand: Sendable {
        /// A dotted name, its parts without quotes. `written` is as it stands in the filter.
        case name([String], written: String)
        case number(String)
        case text(String, written: String)
        /// What stands between brackets, which are a part of `written`.
        case list([FilterToken], written: String)

        var written: String {
            switch self {
            case .name(_, let written), .text(_, let written), .list(_, let written): written
            case .number(let text): text
            }
        }
    }

    /// A filter of more bytes is refused.
    static let maximumBytes = 1 << 20
    /// A filter with more comparisons is refused: each is a look-up in the database.
    static let maximumClauses = 200

    private let text: String
    private let tokens: [FilterToken]
    private var position = 0

    private init(_ text: String) {
        self.text = text
        self.tokens = FilterLexer.tokens(of: text)
    }

    /// - Throws: `invalidFilter`, which shows from where on the text is not understood, and what was expected there.
    static func clauses(of text: String) throws(SearchError) -> [Clause] {
        guard text.utf8.count <= Self.maximumBytes else {
            throw .invalidFilter(
                "The filter has \(text.utf8.count) bytes. At most \(Self.maximumBytes) are taken.")
        }
        var syntax = FilterSyntax(text)
        try syntax.refuseSecondExpression()
        var clauses: [Clause] = []
        while let next = syntax.next {
            if next.isKeyword("AND") {
                syntax.position += 1
                continue
            }
            if !clauses.isEmpty, !syntax.tokens[syntax.position - 1].isKeyword("AND") {
                throw syntax.refusal(expected: "AND")
            }
            guard clauses.count < Self.maximumClauses else {
                throw .invalidFilter("The filter has more than \(Self.maximumClauses) comparisons.")
            }
            clauses.append(try syntax.clause())
        }
        return clauses
    }

    private var next: FilterToken? { self.position < self.tokens.count ? self.tokens[self.position] : nil }

    private mutating func take(keyword: String) -> Bool {
        guard let next, next.isKeyword(keyword) else { return false }
        self.position += 1
        return true
    }

    private func refuseSecondExpression() throws(SearchError) {
        guard let semicolon = self.tokens.firstIndex(where: { $0.isSign(";") }), semicolon + 1 < self.tokens.count
        else { return }
        throw .invalidFilter(
            "Search filter contained multiple expression '\(self.text.prefix(200))'. Provide AND-ed expression list.")
    }

    private mutating func clause() throws(SearchError) -> Clause {
        let start = self.position
        let left = try self.operand(expected: "a key such as metrics.loss")
        let comparator = try self.comparator(of: start)
        switch comparator {
        case "IS NULL", "IS NOT NULL": return Clause(left: left, comparator: comparator)
        case "IN", "NOT IN":
            guard let next, next.isSign("(") else {
                throw self.refusal(expected: "a list such as ('a', 'b')", from: start)
            }
        default: break
        }
        // As MLflow's server has it, these are no values but keywords.
        if let next, ["TRUE", "FALSE", "NULL"].contains(where: next.isKeyword) {
            throw self.refusal(expected: "a quoted string or a number", from: start)
        }
        let right = try self.operand(expected: "a quoted string or a number", of: start)
        return Clause(left: left, comparator: comparator, right: right)
    }

    private mutating func comparator(of start: Int) throws(SearchError) -> String {
        if let next, next.kind == .comparator {
            self.position += 1
            return next.text
        }
        if self.take(keyword: "IS") {
            let isNegated = self.take(keyword: "NOT")
            guard self.take(keyword: "NULL") else { throw self.refusal(expected: "NULL", from: start) }
            return isNegated ? "IS NOT NULL" : "IS NULL"
        }
        let negation = self.take(keyword: "NOT") ? "NOT " : ""
        for word in ["IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"] where self.take(keyword: word) { return negation + word }
        throw self.refusal(expected: "a comparison such as = or LIKE", from: start)
    }

    private mutating func operand(expected: String, of start: Int? = nil) throws(SearchError) -> Operand {
        let first = self.position
        guard let token = self.next else { throw self.refusal(expected: expected, from: start ?? first) }
        self.position += 1
        switch token.kind {
        case .number: return .number(token.text)
        case .quoted(UInt8(ascii: "'")): return .text(token.text, written: self.written(from: first))
        case .word, .quoted: return self.name(first)
        case .sign(UInt8(ascii: "(")):
            while let inner = self.next, !inner.isSign(")") { self.position += 1 }
            guard self.next != nil else {
                self.position = first
                throw self.refusal(expected: "a closing bracket", from: start ?? first)
            }
            self.position += 1
            return .list(Array(self.tokens[first + 1..<self.position - 1]), written: self.written(from: first))
        default:
            self.position = first
            throw self.refusal(
                expected: token.kind == .unclosed ? "a closing quote" : expected, from: start ?? first)
        }
    }

    /// A name with its parts after dots, without blanks between.
    private mutating func name(_ first: Int) -> Operand {
        var parts = [self.tokens[first].text]
        while self.position + 1 < self.tokens.count, self.tokens[self.position].isSign("."),
            self.isJoined(self.position),
            self.isJoined(self.position + 1)
        {
            switch self.tokens[self.position + 1].kind {
            case .word, .quoted: break
            default: return .name(parts, written: self.written(from: first))
            }
            parts.append(self.tokens[self.position + 1].text)
            self.position += 2
        }
        return .name(parts, written: self.written(from: first))
    }

    private func isJoined(_ index: Int) -> Bool {
        self.tokens[index - 1].range.upperBound == self.tokens[index].range.lowerBound
    }

    private func written(from first: Int) -> String {
        self.excerpt(self.tokens[first].range.lowerBound..<self.tokens[self.position - 1].range.upperBound)
    }

    private func excerpt(_ range: Range<Int>) -> String {
        String(decoding: Array(self.text.utf8.dropFirst(range.lowerBound).prefix(range.count)), as: UTF8.self)
    }

    /// The clause that begins at `start` is not understood from the next token on.
    private func refusal(expected: String, from start: Int? = nil) -> SearchError {
        let bytes = self.text.utf8.count
        let from = start ?? self.position
        let begin = from < self.tokens.count ? self.tokens[from].range.lowerBound : bytes
        let fault = self.next?.range.lowerBound ?? bytes
        let clause = self.excerpt(begin..<min(bytes, begin + 200))
        let character = self.excerpt(0..<fault).count + 1
        return .invalidFilter(
            "Invalid clause(s) in filter string: '\(clause)'. Expected \(expected) at character \(character). "
                + "Clauses are joined by AND; keys with other characters than letters, digits, '_' and '.' stand in backticks."
        )
    }
}
