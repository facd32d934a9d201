/// A place in a YAML file; both counted from 1.
struct YAMLPosition: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    static let start = YAMLPosition(line: 1, column: 1)

    static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// One thing wrong in a YAML file, and where.
struct YAMLIssue: Sendable, Hashable {
    var position: YAMLPosition
    var message: String
}

/// A value of a YAML document with the place where it stands. Aliases are resolved.
struct YAMLNode: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        /// `isPlain`: written without quotes, so that it may be a number.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    var content: Content
    var position: YAMLPosition

    var pairs: [YAMLPair]? { if case .mapping(let pairs) = self.content { pairs } else { nil } }
    var items: [YAMLNode]? { if case .sequence(let items) = self.content { items } else { nil } }
    /// The text of a scalar, quoted or not.
    var text: String? { if case .scalar(let text, _) = self.content { text } else { nil } }

    /// Whether nothing is written there: `key:` and no more, `~` or `null`.
    var isNull: Bool {
        if case .scalar(let text, isPlain: true) = self.content {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }

    subscript(key: String) -> YAMLPair? { self.pairs?.first { $0.key == key } }
}

/// One key of a mapping with its value.
struct YAMLPair: Sendable, Hashable {
    var key: String
    var position: YAMLPosition
    var value: YAMLNode
}
