/// A number or a range as it is written in a demand: `4`, `4+`, `4..16`.
enum RangeText {
    case plain(Substring)
    case atLeast(Substring)
    case between(Substring, Substring)

    /// Looks for `..` and a `+` at the end only; what stands beside them is for the reader to understand.
    init(_ text: some StringProtocol) {
        let text = Substring(text).trimmed
        if let dots = text.firstRange(ofDots: ()) {
            self = .between(text[..<dots.lowerBound].trimmed, text[dots.upperBound...].trimmed)
        } else if text.last == "+" {
            self = .atLeast(text.dropLast().trimmed)
        } else {
            self = .plain(text)
        }
    }
}

extension Substring {
    /// Without blanks around it.
    var trimmed: Substring {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    /// Where the first two dots stand together.
    fileprivate func firstRange(ofDots: Void) -> Range<Index>? {
        var index = self.startIndex
        while index < self.endIndex {
            let next = self.index(after: index)
            if next < self.endIndex, self[index] == ".", self[next] == "." { return index..<self.index(after: next) }
            index = next
        }
        return nil
    }
}
