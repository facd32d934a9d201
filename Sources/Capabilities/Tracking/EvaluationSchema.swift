import Contract

/// Which fields the records of an evaluation dataset have, and of which types.
enum EvaluationSchema {
    /// The schema with the fields of `records` added; what it has stays as it is.
    ///
    /// - Parameter json: the schema so far; nil for none.
    /// - Returns: JSON; nil when there is nothing to say.
    static func extended(_ json: String?, by records: [SpanValue]) -> String? {
        if json == nil && records.isEmpty { return nil }
        var parts: [String: SpanValue] = [:]
        if let json, case .map(let fields)? = try? SpanValue(json: json) {
            for field in fields { parts[field.key] = field.value }
        }
        for record in records {
            for part in ["inputs", "outputs", "expectations"] {
                switch record[part] {
                case .map(let fields): parts[part] = self.add(fields, to: parts[part])
                case let value? where part == "outputs" && value != .null:
                    if self.isEmpty(parts[part]) { parts[part] = .text(self.type(of: value)) }
                default: break
                }
            }
        }
        return SpanValue.map(
            ["inputs", "outputs", "expectations"].map { SpanField($0, parts[$0] ?? .map([])) }
                + [SpanField("version", .text("1.0"))]
        ).json
    }

    private static func add(_ fields: [SpanField], to part: SpanValue?) -> SpanValue {
        guard case .map(var known) = part ?? .map([]) else { return part ?? .map([]) }
        var keys = Set(known.map(\.key))
        for field in fields where keys.insert(field.key).inserted {
            known.append(SpanField(field.key, .text(self.type(of: field.value))))
        }
        return .map(known)
    }

    private static func isEmpty(_ part: SpanValue?) -> Bool {
        if case .map(let fields) = part ?? .map([]) { fields.isEmpty } else { false }
    }

    private static func type(of value: SpanValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "float"
        case .text, .bytes: "string"
        case .array: "array"
        case .map: "object"
        }
    }
}
