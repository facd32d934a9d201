import Contract
import Kernel

/// Reads typed values out of positioned nodes and notes everything that is wrong on the way, instead of stopping at the first.
///
/// Each function returns nil for what is not there or not right; in the second case it has noted why.
struct YAMLReader {
    private(set) var issues: [YAMLIssue] = []

    mutating func note(_ message: String, at position: YAMLPosition) {
        self.issues.append(YAMLIssue(position: position, message: message))
    }

    // MARK: Mappings

    /// The values of a mapping by key, without those that are null.
    ///
    /// - Parameters:
    ///   - what: what it is, such as `a step`.
    ///   - keys: the keys it may have.
    mutating func fields(_ node: YAMLNode, of what: String, keys: [String]) -> [String: YAMLNode] {
        guard let pairs = node.pairs else {
            if !node.isNull {
                self.note("\(what) is written as keys and values here, not as \(node.typeName).", at: node.position)
            }
            return [:]
        }
        var fields: [String: YAMLNode] = [:]
        for pair in pairs {
            guard keys.contains(pair.key) else {
                self.note(Self.unknown(pair.key, of: what, among: keys), at: pair.position)
                continue
            }
            if !pair.value.isNull { fields[pair.key] = pair.value }
        }
        return fields
    }

    private static func unknown(_ key: String, of what: String, among keys: [String]) -> String {
        let wanted = key.replacing("_", with: "-")
        let near = keys.contains(wanted) ? wanted : NearestName.of(key, among: keys)
        let hint = near.map { "Did you mean '\($0)'?" } ?? "It may have: \(keys.joined(separator: ", "))."
        return "\(what) has no key '\(key)'. \(hint)"
    }

    /// Names of the writer's own choice with the values that `read` makes of theirs.
    mutating func named<Value>(
        _ node: YAMLNode?, _ what: String, _ read: (inout YAMLReader, String, YAMLNode) -> Value?
    ) -> [String: Value]? {
        guard let node else { return nil }
        guard let pairs = node.pairs else {
            self.note("\(what) are written as names with values here, not as \(node.typeName).", at: node.position)
            return nil
        }
        var values: [String: Value] = [:]
        for pair in pairs { values[pair.key] = read(&self, pair.key, pair.value) }
        return values
    }

    // MARK: Lists

    mutating func list<Value>(
        _ node: YAMLNode?, _ what: String, _ read: (inout YAMLReader, YAMLNode) -> Value?
    ) -> [Value]? {
        guard let node else { return nil }
        guard let items = node.items else {
            self.note("\(what) is a list here, such as [a, b], not \(node.typeName).", at: node.position)
            return nil
        }
        return items.compactMap { read(&self, $0) }
    }

    mutating func texts(_ node: YAMLNode?, _ what: String) -> [String]? {
        self.list(node, what) { $0.text($1, "Each of \(what)") }
    }

    // MARK: Scalars

    /// Any scalar, numbers included: a version `1.10` is the text `1.10`.
    mutating func text(_ node: YAMLNode?, _ what: String) -> String? {
        self.scalar(node, what, "a text") { $0 }
    }

    mutating func integer(_ node: YAMLNode?, _ what: String) -> Int? {
        self.scalar(node, what, "a whole number", quotedAllowed: false) { text in
            YAMLNode.number(text)?.integerValue.flatMap { Int(exactly: $0) }
        }
    }

    mutating func number(_ node: YAMLNode?, _ what: String) -> Double? {
        self.scalar(node, what, "a number", quotedAllowed: false) { text in
            switch YAMLNode.number(text) {
            case .integer(let value): Double(value)
            case .number(let value): value
            default: nil
            }
        }
    }

    mutating func flag(_ node: YAMLNode?, _ what: String) -> Bool? {
        self.scalar(node, what, "true or false", quotedAllowed: false) { ["true": true, "false": false][$0] }
    }

    mutating func span(_ node: YAMLNode?, _ what: String) -> TimeSpan? {
        self.scalar(node, what, "a duration such as 90s, 15m or 2h") { TimeSpan($0) }
    }

    /// A moment as RFC 3339 has it, or the midnight in UTC that a date begins with.
    mutating func moment(_ node: YAMLNode?, _ what: String) -> Timestamp? {
        self.scalar(node, what, "a date such as 2027-01-31 or a time such as 2027-01-31T08:00:00Z") {
            Timestamp($0) ?? Timestamp($0 + "T00:00:00Z")
        }
    }

    mutating func size(_ node: YAMLNode?, _ what: String) -> ByteCount? {
        self.scalar(node, what, "a size such as 512MiB or 16GiB") { ByteCount($0) }
    }

    mutating func money(_ node: YAMLNode?, _ what: String) -> Money? {
        self.scalar(node, what, "an amount in dollars such as 0.18") {
            Money(decimal: $0.hasPrefix("$") ? $0.dropFirst() : $0[...])
        }
    }

    /// What one of Contract's ranges is written as.
    mutating func range<Value>(
        _ node: YAMLNode?, _ what: String, _ type: String, _ parse: (String) -> Value?
    ) -> Value? {
        self.scalar(node, what, type, parse)
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(
        _ node: YAMLNode?, _ what: String, of type: Value.Type = Value.self
    ) -> Value? where Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        return self.scalar(node, what, words.joined(separator: " or ")) { Value(rawValue: $0) }
    }

    private mutating func scalar<Value>(
        _ node: YAMLNode?, _ what: String, _ type: String, quotedAllowed: Bool = true, _ parse: (String) -> Value?
    ) -> Value? {
        guard let node else { return nil }
        guard case .scalar(let text, let isPlain) = node.content else {
            self.note("\(what) is \(type) here, not \(node.typeName).", at: node.position)
            return nil
        }
        guard isPlain || quotedAllowed, let value = parse(text) else {
            self.note(
                "\(what) is \(type) here, not '\(text)'\(isPlain || quotedAllowed ? "" : " in quotes").",
                at: node.position)
            return nil
        }
        return value
    }

    /// `any`, one zone, or a list of zones of which one is enough.
    mutating func residency(_ node: YAMLNode?, _ what: String) -> Residency? {
        guard let node else { return nil }
        if let text = node.text { return text == "any" ? .any : .only([text]) }
        guard let zones = self.texts(node, what) else { return nil }
        if zones.isEmpty {
            self.note("\(what) names no zone. Write 'any', or zones such as [EU].", at: node.position)
            return nil
        }
        return .only(Set(zones))
    }
}

extension YAMLNode {
    var typeName: String {
        switch self.content {
        case .mapping: "a map"
        case .sequence: "a list"
        case .scalar(let text, _): self.isNull ? "nothing" : "'\(text)'"
        }
    }
}
