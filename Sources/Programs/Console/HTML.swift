import Kernel

/// Markup that is safe to send: literals are markup, everything interpolated is escaped.
///
/// `"<td>\(name)</td>"` cannot be broken out of, whatever `name` holds; another `HTML` is spliced in as it is.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    static let empty: HTML = ""

    init(stringLiteral text: String) { self.text = text }
    init(stringInterpolation: StringInterpolation) { self.text = stringInterpolation.text }

    var bytes: [UInt8] { Array(self.text.utf8) }

    static func + (a: HTML, b: HTML) -> HTML { "\(a)\(b)" }
    static func += (a: inout HTML, b: HTML) { a.text += b.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            self.text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { self.text += literal }
        mutating func appendInterpolation(_ html: HTML) { self.text += html.text }
        mutating func appendInterpolation(_ text: some StringProtocol) { HTML.escape(text, into: &self.text) }
        mutating func appendInterpolation(_ text: String?) { HTML.escape(text ?? "", into: &self.text) }
        mutating func appendInterpolation(_ number: Int) { self.text += String(number) }
        mutating func appendInterpolation(_ number: Int64) { self.text += String(number) }
        mutating func appendInterpolation<Entity>(_ id: ID<Entity>) { HTML.escape(id.description, into: &self.text) }
        mutating func appendInterpolation(_ money: Money) { HTML.escape(money.description, into: &self.text) }
        mutating func appendInterpolation(_ items: [HTML]) { for item in items { self.text += item.text } }
    }

    /// Escapes the five characters that mean something in text or in a quoted attribute, and shows control characters.
    private static func escape(_ text: some StringProtocol, into out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(scalar.value < 32 || scalar.value == 127 ? "\u{FFFD}" : scalar)
            }
        }
    }
}

extension Sequence {
    /// One piece of markup for each element.
    func html(_ piece: (Element) throws -> HTML) rethrows -> HTML {
        var all = HTML.empty
        for element in self { all += try piece(element) }
        return all
    }
}
