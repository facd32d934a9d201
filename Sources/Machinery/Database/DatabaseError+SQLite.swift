import GRDB

extension DatabaseError {
    /// Translates what SQLite or GRDB threw.
    init(_ error: any Error, path: String) {
        if let own = error as? DatabaseError {
            self = own
            return
        }
        guard let error = error as? GRDB.DatabaseError else {
            self = .statement(detail: "\(error)")
            return
        }
        // The description names the statement, never its values.
        let detail = "\(error)"
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(path: path)
        case .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_PROTOCOL: self = .inputOutput(path: path, detail: detail)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
        case .SQLITE_CANTOPEN, .SQLITE_AUTH: self = .cannotOpen(path: path, detail: error.message ?? detail)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, detail: detail)
        case .SQLITE_CONSTRAINT: self = .constraint(Constraint(error.extendedResultCode), detail: detail)
        default: self = .statement(detail: detail)
        }
    }
}

extension DatabaseError.Constraint {
    fileprivate init(_ code: GRDB.ResultCode) {
        switch code {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: self = .unique
        case .SQLITE_CONSTRAINT_FOREIGNKEY: self = .foreignKey
        case .SQLITE_CONSTRAINT_NOTNULL: self = .notNull
        case .SQLITE_CONSTRAINT_CHECK: self = .check
        default: self = .other
        }
    }
}
