/// Cuts a filter into tokens, byte by byte; every text gives tokens, and what means nothing is a token too.
///
/// A quote ends at its next like; within it, a doubled quote and one after a backslash are the quote itself. A text whose
/// quotes are not closed that way is closed at the last of these, so that `'C:\'` is a path.
///
/// - Complexity: O(bytes).
struct FilterLexer: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { self.bytes = Array(text.utf8) }

    static func tokens(of text: String) -> [FilterToken] {
        var lexer = FilterLexer(text)
        var tokens: [FilterToken] = []
        while let token = lexer.next(after: tokens.last) { tokens.append(token) }
        return tokens
    }

    private mutating func next(after last: FilterToken?) -> FilterToken? {
        while self.position < self.bytes.count, Self.isSpace(self.bytes[self.position]) { self.position += 1 }
        guard self.position < self.bytes.count else { return nil }
        let byte = self.bytes[self.position]
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): return self.quoted(byte)
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "~"):
            return self.run(.comparator, Self.isComparator)
        default: break
        }
        if !self.continuesName(after: last, with: byte), let end = self.endOfNumber() {
            return self.token(.number, to: end)
        }
        if Self.isWord(byte) { return self.run(.word, Self.isWord) }
        return self.token(.sign(byte), to: self.position + 1)
    }

    /// Whether this is within a dotted name, where `.5` and `2` are parts of a key and not numbers.
    private func continuesName(after last: FilterToken?, with byte: UInt8) -> Bool {
        guard let last, last.range.upperBound == self.position else { return false }
        if byte != UInt8(ascii: ".") { return last.isSign(".") }
        switch last.kind {
        case .word, .quoted: return true
        default: return false
        }
    }

    private mutating func token(_ kind: FilterToken.Kind, to end: Int) -> FilterToken {
        let range = self.position..<end
        self.position = end
        return FilterToken(kind: kind, text: String(decoding: self.bytes[range], as: UTF8.self), range: range)
    }

    private mutating func run(_ kind: FilterToken.Kind, _ belongs: (UInt8) -> Bool) -> FilterToken {
        var end = self.position
        while end < self.bytes.count, belongs(self.bytes[end]) { end += 1 }
        return self.token(kind, to: end)
    }

    /// Where the number that begins here ends: digits, with a sign, a fraction or an exponent, and no letter behind.
    private func endOfNumber() -> Int? {
        var end = self.position
        if self.byte(end) == UInt8(ascii: "-") { end += 1 }
        let whole = self.digits(&end)
        var fraction = 0
        if self.byte(end) == UInt8(ascii: ".") {
            end += 1
            fraction = self.digits(&end)
        }
        guard whole + fraction > 0 else { return nil }
        if let byte = self.byte(end), byte | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if let sign = self.byte(exponent), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { exponent += 1 }
            if self.digits(&exponent) > 0 { end = exponent }
        }
        if let byte = self.byte(end), Self.isWord(byte) { return nil }
        return end
    }

    private func byte(_ index: Int) -> UInt8? { index < self.bytes.count ? self.bytes[index] : nil }

    private func digits(_ end: inout Int) -> Int {
        let start = end
        while let byte = self.byte(end), byte >= 48, byte <= 57 { end += 1 }
        return end - start
    }

    private mutating func quoted(_ quote: UInt8) -> FilterToken {
        let start = self.position
        var text: [UInt8] = []
        // Where the text ends if no closing quote is found: at the last quote that was taken for a part of it.
        var fallback: (end: Int, text: Int, isAfterBackslash: Bool)?
        var index = start + 1
        while let byte = self.byte(index) {
            let isNextQuote = self.byte(index + 1) == quote
            if byte == quote, !isNextQuote { return self.closed(quote, text[...], start..<index + 1) }
            let isAfterBackslash = byte == UInt8(ascii: "\\") && quote != UInt8(ascii: "`")
            if isNextQuote, byte == quote || isAfterBackslash {
                fallback = (isAfterBackslash ? index + 2 : index + 1, text.count, isAfterBackslash)
                index += 1
            }
            text.append(self.bytes[index])
            index += 1
        }
        guard let fallback else { return self.token(.unclosed, to: self.bytes.count) }
        text.removeLast(text.count - fallback.text)
        if fallback.isAfterBackslash { text.append(UInt8(ascii: "\\")) }
        return self.closed(quote, text[...], start..<fallback.end)
    }

    private mutating func closed(_ quote: UInt8, _ text: ArraySlice<UInt8>, _ range: Range<Int>) -> FilterToken {
        self.position = range.upperBound
        return FilterToken(kind: .quoted(quote), text: String(decoding: text, as: UTF8.self), range: range)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func isComparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// Bytes of letters outside ASCII too: a key may be in any script.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57: true
        case UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "#"), 0x80...0xFF: true
        default: false
        }
    }
}
