package import Kernel

extension ID: SQLConvertible {
    /// `run_01h…` in a TEXT column, which sorts by birth.
    package var sqlValue: SQLValue { .text(self.description) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .text(let text) = sqlValue, let id = ID(text) else { throw Self.mismatch(sqlValue) }
        self = id
    }
}

extension Timestamp: SQLConvertible {
    /// Milliseconds since 1970 in a BIGINT column.
    package var sqlValue: SQLValue { .integer(self.milliseconds) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        self.init(milliseconds: try Int64(sqlValue: sqlValue))
    }
}

extension TimeSpan: SQLConvertible {
    /// Milliseconds in a BIGINT column.
    package var sqlValue: SQLValue { .integer(self.milliseconds) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        self.init(milliseconds: try Int64(sqlValue: sqlValue))
    }
}

extension Money: SQLConvertible {
    /// Nano-dollars in a BIGINT column.
    package var sqlValue: SQLValue { .integer(self.nanodollars) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        self.init(nanodollars: try Int64(sqlValue: sqlValue))
    }
}

extension ByteCount: SQLConvertible {
    /// Bytes in a BIGINT column.
    package var sqlValue: SQLValue { .integer(self.bytes) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        self.init(try Int64(sqlValue: sqlValue))
    }
}

extension ContentDigest: SQLConvertible {
    /// 64 hex digits in a TEXT column.
    package var sqlValue: SQLValue { .text(self.hex) }
    package init(sqlValue: SQLValue) throws(DatabaseError) {
        guard case .text(let text) = sqlValue, let digest = ContentDigest(text) else { throw Self.mismatch(sqlValue) }
        self = digest
    }
}
