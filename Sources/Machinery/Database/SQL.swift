package import Kernel

/// A statement with its values, written as text: `"SELECT name FROM runs WHERE id = \(id)"`.
///
/// An interpolated value is always bound, never pasted, so no text from outside can become SQL. What must be pasted (a
/// column's name, a direction) says so: `\(raw: "DESC")`. Another `SQL` is spliced in with its values.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The statement with one `?` for each value.
    package private(set) var text: String
    /// The values, in the order of their `?`.
    package private(set) var values: [SQLValue]

    package init(stringLiteral text: String) {
        self.text = text
        self.values = []
    }

    package init(stringInterpolation: StringInterpolation) {
        self.text = stringInterpolation.text
        self.values = stringInterpolation.values
    }

    /// A statement without values, from text that no user has a hand in.
    package init(raw text: String) { self.init(stringLiteral: text) }

    package mutating func append(_ other: SQL) {
        self.text += other.text
        self.values += other.values
    }

    package static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum.append(b)
        return sum
    }

    package static func += (a: inout SQL, b: SQL) { a.append(b) }

    /// The right side of `IN`: `"id IN \(SQL.list(ids))"`. No value at all matches no row, with `NOT IN` every row.
    ///
    /// The last value is repeated up to the next power of two, which changes nothing for `IN` and keeps the number of
    /// different statements, each prepared once, small. Not for `VALUES`.
    package static func list(_ values: some Collection<some SQLConvertible>) -> SQL {
        var bound = values.map(\.sqlValue)
        guard let last = bound.last else { return "(SELECT NULL WHERE 1 = 0)" }
        var size = 1
        while size < bound.count { size *= 2 }
        bound.append(contentsOf: repeatElement(last, count: size - bound.count))
        var list = SQL(raw: "(?" + String(repeating: ", ?", count: size - 1) + ")")
        list.values = bound
        return list
    }

    /// The pieces with `separator` between them, such as conditions with `" AND "`.
    package static func join(_ pieces: some Sequence<SQL>, separator: String) -> SQL {
        var sum: SQL = ""
        for (position, piece) in pieces.enumerated() {
            if position > 0 { sum.text += separator }
            sum.append(piece)
        }
        return sum
    }
}

extension SQL {
    /// Collects the text and the values of one interpolated statement.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var values: [SQLValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            self.text.reserveCapacity(literalCapacity + interpolationCount)
            self.values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { self.text += literal }

        // The common types by name, since these are called from other targets, where the generic ones cannot be specialised.
        package mutating func appendInterpolation(_ value: String) { self.bind(.text(value)) }
        package mutating func appendInterpolation(_ value: String?) { self.bind(value.map { .text($0) } ?? .null) }
        package mutating func appendInterpolation(_ value: Int64) { self.bind(.integer(value)) }
        package mutating func appendInterpolation(_ value: Int) { self.bind(.integer(Int64(value))) }
        package mutating func appendInterpolation(_ value: Int?) {
            self.bind(value.map { .integer(Int64($0)) } ?? .null)
        }
        package mutating func appendInterpolation(_ value: Bool) { self.bind(.integer(value ? 1 : 0)) }
        package mutating func appendInterpolation(_ value: Timestamp) { self.bind(value.sqlValue) }
        package mutating func appendInterpolation(_ value: Timestamp?) { self.bind(value?.sqlValue ?? .null) }
        package mutating func appendInterpolation(_ value: Money) { self.bind(value.sqlValue) }
        package mutating func appendInterpolation(_ value: TimeSpan) { self.bind(value.sqlValue) }
        package mutating func appendInterpolation(_ value: ContentDigest) { self.bind(.text(value.hex)) }
        package mutating func appendInterpolation(_ value: ContentDigest?) {
            self.bind(value.map { .text($0.hex) } ?? .null)
        }
        package mutating func appendInterpolation<Entity>(_ value: ID<Entity>) {
            self.bind(.text(value.description))
        }
        package mutating func appendInterpolation<Entity>(_ value: ID<Entity>?) {
            self.bind(value.map { .text($0.description) } ?? .null)
        }

        private mutating func bind(_ value: SQLValue) {
            self.text += "?"
            self.values.append(value)
        }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some SQLConvertible) {
            self.text += "?"
            self.values.append(value.sqlValue)
        }

        /// Binds a value, or NULL.
        package mutating func appendInterpolation<Value: SQLConvertible>(_ value: Value?) {
            self.text += "?"
            self.values.append(value.sqlValue)
        }

        /// An enum, stored as its raw text.
        @_disfavoredOverload
        package mutating func appendInterpolation(_ value: some RawRepresentable<String>) {
            self.appendInterpolation(value.rawValue)
        }

        /// Splices another statement in, with its values.
        package mutating func appendInterpolation(_ sql: SQL) {
            self.text += sql.text
            self.values += sql.values
        }

        /// Pastes text that no user has a hand in.
        package mutating func appendInterpolation(raw text: String) { self.text += text }
    }
}
