/// One comparison of a filter, resolved: `metrics.loss < 0.5` is the metric `loss`, `.less`, 0.5.
package struct SearchClause: Hashable, Sendable {
    package var entity: SearchEntity
    /// As the store knows it: aliases such as `created` are already the attribute they stand for.
    package var key: String
    package var comparison: SearchComparison
    /// Fits the comparison: a list for `IN`, `.none` for `IS NULL`, else a text or a number.
    package var value: SearchValue

    package init(_ entity: SearchEntity, _ key: String, _ comparison: SearchComparison, _ value: SearchValue = .none) {
        self.entity = entity
        self.key = key
        self.comparison = comparison
        self.value = value
    }
}

/// One term of an order: `metrics.loss DESC`.
package struct SearchOrder: Hashable, Sendable {
    package var entity: SearchEntity
    /// As the store knows it.
    package var key: String
    package var isAscending: Bool

    package init(_ entity: SearchEntity, _ key: String, isAscending: Bool = true) {
        self.entity = entity
        self.key = key
        self.isAscending = isAscending
    }
}

/// What a key belongs to. The raw value is the name that messages use.
package enum SearchEntity: String, Hashable, Sendable, CaseIterable {
    case metric, parameter, tag, attribute, dataset
    /// Traces have these besides.
    case metadata = "request_metadata"
    case span, feedback, expectation, issue
}

/// How a key is compared with a value. The raw value is how it is written.
package enum SearchComparison: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// `%` stands for any text and `_` for any character; the case of letters counts.
    case like = "LIKE"
    /// As `like`; the case of letters does not count.
    case ilike = "ILIKE"
    /// A regular expression that matches anywhere.
    case rlike = "RLIKE"
    case isIn = "IN"
    case notIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"

    package static let numeric: Set<SearchComparison> = [
        .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
    ]
    package static let pattern: Set<SearchComparison> = [.equal, .notEqual, .like, .ilike]
    package static let list: Set<SearchComparison> = [.isIn, .notIn]
    package static let presence: Set<SearchComparison> = [.isNull, .isNotNull]
}

/// What a key is compared with.
package enum SearchValue: Hashable, Sendable {
    /// `IS NULL` and `IS NOT NULL` have none.
    case none
    case text(String)
    /// A whole number of an attribute, such as milliseconds since 1970.
    case integer(Int64)
    /// A number with a fraction, or any number that a metric is compared with.
    case number(Double)
    /// Not empty.
    case list([String])
}
