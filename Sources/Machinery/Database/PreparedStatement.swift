import GRDBSQLite

/// One statement, compiled once and run many times, on SQLite's own functions.
///
/// GRDB opens and configures the connections; running statements through it as well costs twice the time of SQLite itself,
/// for observers and conversions that nobody here needs.
final class PreparedStatement {
    /// SQLite copies the bytes it is given before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private let connection: OpaquePointer
    private let statement: OpaquePointer

    /// - Throws: `statement` when `text` is no SQL, or is more than one statement.
    init(_ text: String, on connection: OpaquePointer, path: String) throws(DatabaseError) {
        var statement: OpaquePointer?
        let (code, isWhole) = Self.compile(text, on: connection, into: &statement)
        guard code == SQLITE_OK else { throw DatabaseError(code: code, text: text, connection: connection, path: path) }
        guard let statement else { throw .statement(detail: "an empty statement") }
        guard isWhole else {
            sqlite3_finalize(statement)
            throw .statement(detail: "more than one statement: \(text)")
        }
        self.connection = connection
        self.statement = statement
    }

    deinit { sqlite3_finalize(self.statement) }

    private static func compile(
        _ text: String, on connection: OpaquePointer, into statement: inout OpaquePointer?
    ) -> (code: Int32, isWhole: Bool) {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                var rest: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    connection, characters.baseAddress, Int32(characters.count), UInt32(SQLITE_PREPARE_PERSISTENT),
                    &statement, &rest)
                let used = rest.flatMap { rest in characters.baseAddress.map { rest - $0 } } ?? characters.count
                let separators: Set<CChar> = [32, 9, 10, 13, 59]
                return (code, characters[used...].allSatisfy { separators.contains($0) })
            }
        }
    }

    /// Runs it to its end and hands every row to `take`.
    func run(_ values: [SQLValue], path: String, take: (borrowing Cells) -> Void) throws(DatabaseError) {
        defer {
            // Ends the statement's own transaction on the data. What it reports was reported by the step that failed.
            sqlite3_reset(self.statement)
            // What small values were copied into is used again by the next ones; what is large goes.
            if values.contains(where: \.isLarge) { sqlite3_clear_bindings(self.statement) }
        }
        try self.bind(values)
        while true {
            switch sqlite3_step(self.statement) {
            case SQLITE_ROW: take(Cells(statement: self.statement))
            case SQLITE_DONE: return
            case let code:
                throw DatabaseError(
                    code: code, text: String(cString: sqlite3_sql(self.statement)), connection: self.connection,
                    path: path)
            }
        }
    }

    /// How many columns a row has; 0 for a statement that answers nothing.
    var width: Int { Int(sqlite3_column_count(self.statement)) }

    private func bind(_ values: [SQLValue]) throws(DatabaseError) {
        guard values.count == Int(sqlite3_bind_parameter_count(self.statement)) else {
            throw .statement(detail: "\(values.count) values for \(String(cString: sqlite3_sql(self.statement)))")
        }
        for (index, value) in values.enumerated() {
            let code = self.bind(value, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw .statement(detail: "value \(index) cannot be bound, code \(code)") }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(self.statement, index)
        case .integer(let number): return sqlite3_bind_int64(self.statement, index, number)
        case .double(let number): return sqlite3_bind_double(self.statement, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    // An empty string has no address, and no address would be NULL.
                    sqlite3_bind_text64(
                        self.statement, index, characters.baseAddress ?? Self.nothing, UInt64(characters.count),
                        Self.copied, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { buffer in
                guard let address = buffer.baseAddress, !buffer.isEmpty else {
                    return sqlite3_bind_zeroblob(self.statement, index, 0)
                }
                return sqlite3_bind_blob64(self.statement, index, address, UInt64(buffer.count), Self.copied)
            }
        }
    }

    // SAFETY: allocated once, never written or freed.
    nonisolated(unsafe) private static let nothing: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
}

extension SQLValue {
    /// Whether it is worth giving its memory back, in bytes: several hundred statements keep what they copied.
    fileprivate var isLarge: Bool {
        switch self {
        case .text(let text): text.utf8.count > 4096
        case .blob(let bytes): bytes.count > 4096
        default: false
        }
    }
}

/// The columns of the row that a statement stands on.
struct Cells: ~Copyable {
    fileprivate let statement: OpaquePointer

    /// The value in the column at `index`. Text that is not UTF-8 is repaired.
    func value(_ index: Int) -> SQLValue {
        let column = Int32(index)
        switch sqlite3_column_type(self.statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(self.statement, column))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(self.statement, column))
        case SQLITE_TEXT:
            let text = sqlite3_column_text(self.statement, column)
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(self.statement, column)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let blob = sqlite3_column_blob(self.statement, column)
            let bytes = UnsafeRawBufferPointer(start: blob, count: Int(sqlite3_column_bytes(self.statement, column)))
            return .blob(Array(bytes))
        default: return .null
        }
    }
}
