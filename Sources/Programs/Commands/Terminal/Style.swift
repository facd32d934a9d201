/// Colours and marks, by what they mean.
struct Style: Sendable {
    let hasColor: Bool

    func strong(_ text: String) -> String { self.wrap(text, "1") }
    func faint(_ text: String) -> String { self.wrap(text, "2") }
    func good(_ text: String) -> String { self.wrap(text, "32") }
    func bad(_ text: String) -> String { self.wrap(text, "31") }
    func active(_ text: String) -> String { self.wrap(text, "36") }

    private func wrap(_ text: String, _ code: String) -> String {
        self.hasColor && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    /// With control characters written out, so that a name cannot move the cursor: a newline as `\n`.
    var printable: String {
        guard self.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return self.unicodeScalars.reduce(into: "") { out, scalar in
            out += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }

    /// How many columns of a terminal it takes: two for what is wide in East Asian scripts and for most emoji.
    var columns: Int { self.reduce(0) { $0 + $1.columns } }

    /// Followed by spaces up to `width` columns.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.columns)) }
    /// Preceded by spaces up to `width` columns.
    func indented(to width: Int) -> String { String(repeating: " ", count: max(0, width - self.columns)) + self }

    /// At most `width` columns, the last an ellipsis when something is left out.
    func truncated(to width: Int) -> String {
        guard self.columns > width else { return self }
        var out = ""
        var used = 0
        for character in self {
            used += character.columns
            if used > width - 1 { break }
            out.append(character)
        }
        return out + "…"
    }
}

extension Character {
    fileprivate var columns: Int {
        guard let scalar = self.unicodeScalars.first else { return 0 }
        if scalar.value < 0x1100 { return 1 }
        switch scalar.value {
        // Hangul, CJK, full-width forms, and the planes of emoji and rare ideographs.
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
