import FoundationEssentials
package import Kernel

extension SpanValue: JSONReadable {
    static var noFields: [SpanField] { [] }
    static func string(_ value: String) -> SpanValue { .text(value) }
    static func object(_ fields: [SpanField]) -> SpanValue { .map(fields) }

    /// Of a key that occurs twice the last value counts, at the place of the first.
    static func add(_ value: SpanValue, as key: String, to fields: inout [SpanField]) {
        // Objects in spans are small; a look-up table costs more than the walk, up to here.
        if fields.count <= 64, let known = fields.firstIndex(where: { $0.key == key }) {
            fields[known].value = value
        } else {
            fields.append(SpanField(key, value))
        }
    }

    /// Parses one JSON document; maps keep the order of their keys.
    ///
    /// - Throws: `invalid`, naming the position.
    package init(json text: String) throws(PlainFault) {
        var parser = JSONParser<SpanValue>(bytes: Array(text.utf8))
        self = try parser.document()
    }

    /// JSON as Python writes it, `{"a": 1, "b": [2, 3]}`, with letters of every script as they are.
    ///
    /// Searches look for text in it, so its spaces are part of the contract. Bytes become base64.
    package var json: String {
        var bytes: [UInt8] = []
        self.write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the UTF-8 of `json`.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value): bytes.append(contentsOf: Self.text(of: value).utf8)
        case .text(let value): JSONValue.write(string: value, to: &bytes)
        case .bytes(let value): JSONValue.write(string: Data(value).base64EncodedString(), to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(contentsOf: ", ".utf8) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let fields): Self.write(fields, to: &bytes)
        }
    }

    private static func write(_ fields: [SpanField], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (position, field) in fields.enumerated() {
            if position > 0 { bytes.append(contentsOf: ", ".utf8) }
            JSONValue.write(string: field.key, to: &bytes)
            bytes.append(contentsOf: ": ".utf8)
            field.value.write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// What is no number in JSON is null.
    private static func text(of value: Double) -> String { value.isFinite ? value.description : "null" }
}
