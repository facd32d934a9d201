import Contract

extension YAMLNode {
    /// The value as JSON: what YAML's core schema says of plain scalars, text for quoted ones.
    ///
    /// Source: YAML 1.2.2, section 10.3.2. `yes`, `no`, `on` and `off` are texts. `.inf` and `.nan`, which JSON has no words for,
    /// are texts too.
    var json: JSONValue {
        switch self.content {
        case .mapping(let pairs):
            .object(Dictionary(pairs.map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }))
        case .sequence(let items): .array(items.map(\.json))
        case .scalar(let text, isPlain: false): .string(text)
        case .scalar(let text, isPlain: true): Self.plain(text)
        }
    }

    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return self.number(text) ?? .string(text)
        }
    }

    static func number(_ text: String) -> JSONValue? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16).map(JSONValue.integer) }
        if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8).map(JSONValue.integer) }
        guard let first = digits.utf8.first, first == 46 || (48...57).contains(first),
            digits.utf8.allSatisfy({ (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) })
        else { return nil }
        if let value = Int64(text.first == "+" ? String(digits) : text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { return nil }
        return .number(value)
    }
}
