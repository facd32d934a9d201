package import Database
import Kernel
package import Search

/// Comparisons of a search as SQL.
package enum ComparisonStore {
    /// The condition that `column` compares with `value` as a clause of a filter says.
    ///
    /// `LIKE` heeds the case of letters and `ILIKE` does not, of ASCII letters; SQLite's own `LIKE` does not, so the first is
    /// written as its `GLOB`.
    package static func condition(_ column: SQL, _ comparison: SearchComparison, _ value: SearchValue) -> SQL {
        switch (comparison, value) {
        case (.isNull, _): "\(column) IS NULL"
        case (.isNotNull, _): "\(column) IS NOT NULL"
        case (.isIn, .list(let values)): "\(column) IN \(SQL.list(values))"
        case (.notIn, .list(let values)): "\(column) NOT IN \(SQL.list(values))"
        case (.like, .text(let pattern)): "\(column) GLOB \(self.glob(pattern))"
        case (.ilike, .text(let pattern)): "LOWER(\(column)) LIKE LOWER(\(pattern))"
        case (_, .text(let text)): "\(column) \(raw: comparison.rawValue) \(text)"
        case (_, .integer(let number)): "\(column) \(raw: comparison.rawValue) \(number)"
        case (_, .number(let number)): "\(column) \(raw: comparison.rawValue) \(number)"
        default: "1 = 0"
        }
    }

    /// What matches where a `LIKE` pattern would: `%` is `*`, `_` is `?`, and what GLOB reads otherwise stands for itself.
    private static func glob(_ pattern: String) -> String {
        var text = ""
        for character in pattern {
            switch character {
            case "%": text.append("*")
            case "_": text.append("?")
            case "*", "?", "[": text.append("[\(character)]")
            default: text.append(character)
            }
        }
        return text
    }
}
