package import Kernel

extension JSONValue {
    /// Parses one JSON document (RFC 8259).
    ///
    /// An integer that fits 64 bits is `integer`, any other number `number`, also `3.0`; of a key that occurs twice the last
    /// value counts.
    ///
    /// - Throws: `invalid`, naming the position, for anything else, and for nesting beyond 128.
    package init(text: some StringProtocol) throws(PlainFault) {
        try self.init(utf8: Array(text.utf8))
    }

    /// The same from UTF-8 bytes.
    package init(utf8 bytes: [UInt8]) throws(PlainFault) {
        var parser = JSONParser<JSONValue>(bytes: bytes)
        self = try parser.document()
    }
}

/// What a JSON document is read into. The parser is compiled anew for each, so that none pays for the other.
protocol JSONReadable {
    /// The fields of an object while they come in.
    associatedtype Fields

    static var null: Self { get }
    static var noFields: Fields { get }
    static func bool(_ value: Bool) -> Self
    static func integer(_ value: Int64) -> Self
    static func number(_ value: Double) -> Self
    static func string(_ value: String) -> Self
    static func array(_ elements: [Self]) -> Self
    static func object(_ fields: Fields) -> Self
    static func add(_ value: Self, as key: String, to fields: inout Fields)
}

extension JSONValue: JSONReadable {
    static var noFields: [String: JSONValue] { [:] }
    static func add(_ value: JSONValue, as key: String, to fields: inout [String: JSONValue]) { fields[key] = value }
}

/// A recursive-descent parser over bytes; some ten times faster than a decoder that tries one type after another.
struct JSONParser<Value: JSONReadable> {
    /// Deeper nesting is an attack on the stack, not data.
    static var maximumDepth: Int { 128 }

    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(PlainFault) -> Value {
        let value = try self.value(depth: 0)
        self.skipSpace()
        guard self.position == self.bytes.count else { throw self.fault("something follows the document") }
        return value
    }

    private mutating func value(depth: Int) throws(PlainFault) -> Value {
        guard depth < Self.maximumDepth else { throw self.fault("it is nested deeper than \(Self.maximumDepth)") }
        self.skipSpace()
        switch self.peek {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default: return try self.number()
        }
    }

    private mutating func object(depth: Int) throws(PlainFault) -> Value {
        self.position += 1
        var fields = Value.noFields
        self.skipSpace()
        if self.take("}") { return .object(fields) }
        while true {
            self.skipSpace()
            guard self.peek == UInt8(ascii: "\"") else { throw self.fault("a key in quotes is expected") }
            let key = try self.string()
            self.skipSpace()
            guard self.take(":") else { throw self.fault("':' is expected") }
            Value.add(try self.value(depth: depth + 1), as: key, to: &fields)
            self.skipSpace()
            if self.take("}") { return .object(fields) }
            guard self.take(",") else { throw self.fault("',' or '}' is expected") }
        }
    }

    private mutating func array(depth: Int) throws(PlainFault) -> Value {
        self.position += 1
        var elements: [Value] = []
        self.skipSpace()
        if self.take("]") { return .array(elements) }
        while true {
            elements.append(try self.value(depth: depth + 1))
            self.skipSpace()
            if self.take("]") { return .array(elements) }
            guard self.take(",") else { throw self.fault("',' or ']' is expected") }
        }
    }

    private mutating func string() throws(PlainFault) -> String {
        self.position += 1
        let start = self.position
        while let byte = self.peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            self.position += 1
        }
        if self.peek == UInt8(ascii: "\"") {
            defer { self.position += 1 }
            return try self.text(self.bytes[start..<self.position])
        }
        var content = Array(self.bytes[start..<self.position])
        while let byte = self.peek, byte >= 0x20 {
            self.position += 1
            if byte == UInt8(ascii: "\"") { return try self.text(content[...]) }
            if byte == UInt8(ascii: "\\") { try self.escape(into: &content) } else { content.append(byte) }
        }
        throw self.fault("a string does not end")
    }

    private mutating func escape(into content: inout [UInt8]) throws(PlainFault) {
        guard let byte = self.peek else { throw self.fault("a string does not end") }
        self.position += 1
        switch byte {
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "u"): content.append(contentsOf: String(try self.scalar()).utf8)
        default: throw self.fault("an unknown escape is in a string")
        }
    }

    /// The scalar after `\u`, a surrogate pair included.
    private mutating func scalar() throws(PlainFault) -> Unicode.Scalar {
        let first = try self.fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, self.take("\\"), self.take("u") else {
            throw self.fault("half a surrogate pair is in a string")
        }
        let second = try self.fourDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw self.fault("half a surrogate pair is in a string") }
        return scalar
    }

    private mutating func fourDigits() throws(PlainFault) -> UInt32 {
        guard self.position + 4 <= self.bytes.count else { throw self.fault("a string does not end") }
        var value: UInt32 = 0
        for byte in self.bytes[self.position..<self.position + 4] {
            guard byte.isHexDigit else { throw self.fault("four hex digits are expected") }
            value = value << 4 | UInt32(byte & 15) + (byte > 57 ? 9 : 0)
        }
        self.position += 4
        return value
    }

    private mutating func number() throws(PlainFault) -> Value {
        let start = self.position
        _ = self.take("-")
        let whole = self.digits()
        guard whole > 0, whole == 1 || self.bytes[self.position - whole] != UInt8(ascii: "0") else {
            throw self.fault("a value is expected")
        }
        var isInteger = true
        if self.take(".") {
            isInteger = false
            guard self.digits() > 0 else { throw self.fault("a digit is expected") }
        }
        if self.take("e") || self.take("E") {
            isInteger = false
            _ = self.take("+") || self.take("-")
            guard self.digits() > 0 else { throw self.fault("a digit is expected") }
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw self.fault("the number \(text) is too large") }
        return .number(value)
    }

    /// Skips digits and says how many there were.
    private mutating func digits() -> Int {
        let start = self.position
        while let byte = self.peek, (48...57).contains(byte) { self.position += 1 }
        return self.position - start
    }

    private mutating func word(_ word: String, _ value: Value) throws(PlainFault) -> Value {
        guard self.bytes[self.position...].starts(with: word.utf8) else { throw self.fault("a value is expected") }
        self.position += word.utf8.count
        return value
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(PlainFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw self.fault("a string is not UTF-8") }
        return text
    }

    private var peek: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.peek == UInt8(ascii: character) else { return false }
        self.position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.position += 1 }
    }

    private func fault(_ problem: String) -> PlainFault {
        PlainFault(.invalid, "This is not valid JSON: \(problem) at byte \(self.position).")
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (48...57).contains(self) || (65...70).contains(self) || (97...102).contains(self)
    }
}
