/// One word, quoted text, number or sign of a filter, and where it stands.
struct FilterToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Letters, digits, `_`, `$` and `#`, not beginning a number.
        case word
        /// Text in quotes; `text` is what stands between them, as it is meant.
        case quoted(UInt8)
        /// A number as it is written.
        case number
        /// One of `< > = ! ~`, or several.
        case comparator
        /// One of `( ) , . ;`, or a character that means nothing here.
        case sign(UInt8)
        /// A quote that is opened and never closed, with all that follows.
        case unclosed
    }

    var kind: Kind
    /// Without quotes.
    var text: String
    /// Bytes of the filter that this token takes, quotes included.
    var range: Range<Int>

    /// Whether it is this keyword, in capitals or not.
    func isKeyword(_ keyword: String) -> Bool {
        self.kind == .word && self.text.utf8.count == keyword.utf8.count && self.text.uppercased() == keyword
    }

    func isSign(_ sign: Unicode.Scalar) -> Bool { self.kind == .sign(UInt8(ascii: sign)) }
}
