/// One value as a database stores it: the five types that SQLite and PostgreSQL share.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case double(Double)
    case text(String)
    case blob([UInt8])

    /// The name of the type, for an error.
    var typeName: String {
        switch self {
        case .null: "NULL"
        case .integer: "INTEGER"
        case .double: "DOUBLE"
        case .text: "TEXT"
        case .blob: "BLOB"
        }
    }
}

/// A type that goes into a column and comes back as the same value.
package protocol SQLConvertible {
    var sqlValue: SQLValue { get }
    /// - Throws: `decoding` when the column holds something else: a bug of the Store, or a damaged row.
    init(sqlValue: SQLValue) throws(DatabaseError)
}

extension SQLConvertible {
    /// The error for a value that is not one of these.
    package static func mismatch(_ value: SQLValue) -> DatabaseError {
        .decoding(expected: "\(Self.self)", found: value.typeName)
    }
}

extension SQLValue: SQLConvertible {
    package var sqlValue: SQLValue { self }
    package init(sqlValue: SQLValue) throws(DatabaseError) { self = sqlValue }
}

extension Int64: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .integer(let value) = sqlValue else { throw Self.mismatch(sqlValue) }
        self = value
    }
}

extension Int: SQLConvertible {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .integer(let value) = sqlValue else { throw Self.mismatch(sqlValue) }
        self = Int(value)
    }
}

extension Bool: SQLConvertible {
    /// 0 or 1 in a BIGINT column.
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .integer(let value) = sqlValue else { throw Self.mismatch(sqlValue) }
        self = value != 0
    }
}

extension Double: SQLConvertible {
    /// SQLite has no NaN: it is stored as NULL, and so it does not come back as a number.
    package var sqlValue: SQLValue { .double(self) }
    /// An integer is a number too: sums and literals come back as one.
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        switch sqlValue {
        case .double(let value): self = value
        case .integer(let value): self = Double(value)
        default: throw Self.mismatch(sqlValue)
        }
    }
}

extension String: SQLConvertible {
    package var sqlValue: SQLValue { .text(self) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .text(let value) = sqlValue else { throw Self.mismatch(sqlValue) }
        self = value
    }
}

extension [UInt8]: SQLConvertible {
    package var sqlValue: SQLValue { .blob(self) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .blob(let value) = sqlValue else { throw Self.mismatch(sqlValue) }
        self = value
    }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        if case .null = sqlValue { self = nil } else { self = try Wrapped(sqlValue: sqlValue) }
    }
}

/// An enum of strings is stored as its raw value: `extension RunState: SQLConvertible {}` is all a Store writes.
extension SQLConvertible where Self: RawRepresentable, RawValue == String {
    package var sqlValue: SQLValue { .text(self.rawValue) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .text(let text) = sqlValue, let value = Self(rawValue: text) else { throw Self.mismatch(sqlValue) }
        self = value
    }
}
