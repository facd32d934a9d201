import Contract

/// Reads the numbers directly in a JSON object, without building the rest of it.
///
/// A million metric lines must not hold anything up: this looks at each byte once and allocates the names only. It takes what
/// Python's `json` module writes, `NaN` and `Infinity` included, which are skipped since they cannot be recorded.
///
/// Source: RFC 8259.
package struct FlatJSON {
    /// Deeper values are no metric line.
    private static let deepest = 64

    private let bytes: ArraySlice<UInt8>
    private var index: Int

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.index = bytes.startIndex
    }

    /// The finite numbers of the object, in order; nil when `bytes` are not one JSON object.
    package static func numbers(in bytes: ArraySlice<UInt8>) -> [(name: String, value: Double)]? {
        var reader = FlatJSON(bytes)
        guard let numbers = reader.object(), reader.index == bytes.endIndex else { return nil }
        return numbers
    }

    private var next: UInt8? { self.index < self.bytes.endIndex ? self.bytes[self.index] : nil }

    private mutating func skipBlanks() {
        while let byte = self.next, byte == 32 || byte == 9 { self.index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        self.skipBlanks()
        guard self.next == UInt8(ascii: character) else { return false }
        self.index += 1
        return true
    }

    private mutating func object() -> [(name: String, value: Double)]? {
        guard self.take("{") else { return nil }
        var numbers: [(name: String, value: Double)] = []
        if self.take("}") { return numbers }
        repeat {
            self.skipBlanks()
            guard let name = self.string(), self.take(":") else { return nil }
            self.skipBlanks()
            let start = self.index
            guard self.skipValue(depth: 0) else { return nil }
            if let value = self.number(from: start) { numbers.append((name, value)) }
        } while self.take(",")
        return self.take("}") ? numbers : nil
    }

    /// The finite number that stands between `start` and here, if it is one.
    private func number(from start: Int) -> Double? {
        guard let first = self.bytes[start..<self.index].first, first == UInt8(ascii: "-") || (48...57).contains(first)
        else {
            return nil
        }
        guard let value = Double(String(decoding: self.bytes[start..<self.index], as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }

    private mutating func skipValue(depth: Int) -> Bool {
        guard depth < Self.deepest, let byte = self.next else { return false }
        switch byte {
        case UInt8(ascii: "\""): return self.skipString() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["): return self.skipNested(depth: depth)
        default: return self.skipWord()
        }
    }

    private mutating func skipNested(depth: Int) -> Bool {
        let isObject = self.next == UInt8(ascii: "{")
        let end: Unicode.Scalar = isObject ? "}" : "]"
        self.index += 1
        if self.take(end) { return true }
        repeat {
            self.skipBlanks()
            if isObject {
                guard self.skipString() != nil, self.take(":") else { return false }
                self.skipBlanks()
            }
            guard self.skipValue(depth: depth + 1) else { return false }
        } while self.take(",")
        return self.take(end)
    }

    /// A number or a literal.
    private mutating func skipWord() -> Bool {
        let start = self.index
        while let byte = self.next, ![32, 9, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(byte) {
            self.index += 1
        }
        let word = self.bytes[start..<self.index]
        guard let first = word.first else { return false }
        if first == UInt8(ascii: "-") || (48...57).contains(first) { return Self.isNumber(word) }
        return ["true", "false", "null", "NaN", "Infinity"].contains { word.elementsEqual($0.utf8) }
    }

    /// RFC 8259's grammar, which has no leading zeros and no hexadecimals; and `-Infinity`.
    private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
        func dropDigits(_ rest: inout ArraySlice<UInt8>) -> Int {
            let digits = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(digits)
            return digits
        }
        if word.elementsEqual("-Infinity".utf8) { return true }
        var rest = word
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadingZero = rest.first == UInt8(ascii: "0")
        let whole = dropDigits(&rest)
        guard whole == 1 || whole > 1 && !leadingZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard dropDigits(&rest) > 0 else { return false }
        }
        if let byte = rest.first, byte | 32 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard dropDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    private mutating func string() -> String? {
        guard let raw = self.skipString() else { return nil }
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        // Rare enough to leave the escapes to the real parser.
        return try? Wire.decode(from: [UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")])
    }

    /// Skips a string; returns its bytes between the quotes, escapes and all.
    private mutating func skipString() -> ArraySlice<UInt8>? {
        guard self.next == UInt8(ascii: "\"") else { return nil }
        self.index += 1
        let start = self.index
        while let byte = self.next {
            if byte == UInt8(ascii: "\"") {
                defer { self.index += 1 }
                return self.bytes[start..<self.index]
            }
            self.index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}
