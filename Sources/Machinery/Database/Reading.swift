/// What can answer a query: a `Reader`, and a `Transaction`, which sees its own changes.
package protocol Reading {
    /// Every row of the result. Say `LIMIT`: they are all in memory at once.
    func rows(_ sql: SQL) throws(DatabaseError) -> [Row]
}

extension Reading {
    /// The first row of the result, nil when there is none.
    package func row(_ sql: SQL) throws(DatabaseError) -> Row? { try self.rows(sql).first }
}

/// One view of the database, as it was when the first query ran; later commits do not show.
package struct Reader: Reading {
    private let connection: Connection

    init(connection: Connection) { self.connection = connection }

    package func rows(_ sql: SQL) throws(DatabaseError) -> [Row] { try self.connection.rows(sql) }
}
