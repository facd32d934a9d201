/// One attribute of what a search finds.
struct SearchAttribute: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case text
        /// A text that may also be compared with a list.
        case listedText
        /// A whole number.
        case integer
        /// A number, with a fraction or not.
        case number
    }

    /// Its own name first, then what else it is called.
    let names: [String]
    /// Where it lies: an attribute of a trace may be kept as a tag.
    let entity: SearchEntity
    let key: String
    let kind: Kind
    let comparisons: Set<SearchComparison>
    /// Whether a filter may name it.
    let isSearched: Bool
    /// Whether an order may name it.
    let isOrdered: Bool

    init(
        _ name: String, _ kind: Kind, aliases: [String] = [], comparisons: Set<SearchComparison>? = nil,
        entity: SearchEntity = .attribute, key: String? = nil, isSearched: Bool = true, isOrdered: Bool = true
    ) {
        self.names = [name] + aliases
        self.entity = entity
        self.key = key ?? name
        self.kind = kind
        self.comparisons =
            switch (comparisons, kind) {
            case (let given?, _): given
            case (nil, .text), (nil, .listedText): SearchComparison.pattern.union(SearchComparison.list)
            case (nil, .integer), (nil, .number): SearchComparison.numeric
            }
        self.isSearched = isSearched
        self.isOrdered = isOrdered
    }

    var isNumeric: Bool { self.kind == .integer || self.kind == .number }
}

/// What the left side of a comparison stands for.
struct SearchSubject: Sendable {
    let entity: SearchEntity
    let key: String
    let comparisons: Set<SearchComparison>
    /// Nil when it is no attribute.
    let attribute: SearchAttribute?

    init(_ entity: SearchEntity, _ key: String, _ comparisons: Set<SearchComparison>) {
        self.entity = entity
        self.key = key
        self.comparisons = comparisons
        self.attribute = nil
    }

    init(_ attribute: SearchAttribute) {
        self.entity = attribute.entity
        self.key = attribute.key
        self.comparisons = attribute.comparisons
        self.attribute = attribute
    }

    /// The name that it is written by, for a message.
    var name: String { self.attribute?.names[0] ?? self.key }
}
