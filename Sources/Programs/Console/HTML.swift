/// Text of a page. What is interpolated is escaped; only other `HTML` goes in as it is, so that no name of a run can be markup.
package struct HTML: Sendable, ExpressibleByStringInterpolation {
    package private(set) var text: String

    package init(stringLiteral text: String) { self.text = text }
    package init(stringInterpolation: StringInterpolation) { self.text = stringInterpolation.text }

    package static func + (a: HTML, b: HTML) -> HTML {
        var joined = a
        joined.text += b.text
        return joined
    }

    package static func += (a: inout HTML, b: HTML) { a.text += b.text }

    /// Escaped text.
    package static func text(_ text: String) -> HTML { "\(text)" }

    package struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            self.text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        package mutating func appendLiteral(_ literal: String) { self.text += literal }
        package mutating func appendInterpolation(_ html: HTML) { self.text += html.text }
        package mutating func appendInterpolation(_ value: Int) { self.text += String(value) }
        package mutating func appendInterpolation(_ value: String) {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "&": self.text += "&amp;"
                case "<": self.text += "&lt;"
                case ">": self.text += "&gt;"
                case "\"": self.text += "&quot;"
                case "'": self.text += "&#39;"
                case "\u{0}"..."\u{8}", "\u{b}"..."\u{1f}": self.text += "\u{fffd}"
                default: self.text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}

extension Sequence where Element == HTML {
    package func joined() -> HTML { self.reduce("", +) }
}
