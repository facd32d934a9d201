import GRDB
import GRDBSQLite

extension DatabaseError {
    /// Translates what GRDB threw when it opened a connection.
    init(_ error: any Error, path: String) {
        if let error = error as? GRDB.DatabaseError {
            self.init(
                code: error.extendedResultCode.rawValue, detail: "\(error)", reason: error.message ?? "", path: path)
        } else {
            self = .statement(detail: "\(error)")
        }
    }

    /// Translates the result of a step or of compiling `text`. The text has `?` for values, so no value is told.
    init(code: Int32, text: String, connection: OpaquePointer, path: String) {
        let extended = sqlite3_extended_errcode(connection)
        let reason = String(cString: sqlite3_errmsg(connection))
        self.init(
            code: extended & 0xFF == code & 0xFF ? extended : code,
            detail: "SQLite error \(extended): \(reason) - while executing `\(text)`", reason: reason, path: path)
    }

    /// - Parameter code: primary or extended result code (https://www.sqlite.org/rescode.html).
    private init(code: Int32, detail: String, reason: String, path: String) {
        switch code & 0xFF {
        case SQLITE_FULL: self = .full(path: path)
        case SQLITE_IOERR, SQLITE_NOMEM, SQLITE_PROTOCOL: self = .inputOutput(path: path, detail: detail)
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(path: path)
        case SQLITE_READONLY, SQLITE_PERM: self = .readOnly(path: path)
        case SQLITE_CANTOPEN, SQLITE_AUTH: self = .cannotOpen(path: path, detail: reason)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged(path: path, detail: detail)
        case SQLITE_CONSTRAINT: self = .constraint(Constraint(code: code), detail: detail)
        default: self = .statement(detail: detail)
        }
    }
}

extension DatabaseError.Constraint {
    /// The extended codes are macros that Swift does not see: `SQLITE_CONSTRAINT | (n << 8)`.
    fileprivate init(code: Int32) {
        switch code >> 8 {
        case 6, 8, 10: self = .unique  // primary key, unique, rowid
        case 3: self = .foreignKey
        case 5: self = .notNull
        case 1: self = .check
        default: self = .other
        }
    }
}
