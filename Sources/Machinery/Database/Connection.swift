import GRDB
import GRDBSQLite

/// One SQLite connection on the thread that owns it: runs statements and keeps them prepared.
final class Connection {
    /// Statements kept prepared. The whole program has some hundreds; beyond that all are dropped at once, because only
    /// a Store that pastes values could make so many.
    static let maximumPrepared = 1000

    private let handle: OpaquePointer
    private let path: String
    private var prepared: [String: PreparedStatement] = [:]

    /// - Throws: `closed` when the connection is.
    init(database: GRDB.Database, path: String) throws(DatabaseError) {
        guard let handle = database.sqliteConnection else { throw .closed }
        self.handle = handle
        self.path = path
    }

    /// Whether a transaction is open. SQLite closes it by itself on some errors, such as a full disk.
    var isInsideTransaction: Bool { sqlite3_get_autocommit(self.handle) == 0 }

    func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
        let statement = try self.statement(sql.text)
        let width = statement.width
        var cells: [SQLValue] = []
        var count = 0
        try statement.run(sql.values, path: self.path) { row in
            count += 1
            for column in 0..<width { cells.append(row.value(column)) }
        }
        var rows: [Row] = []
        rows.reserveCapacity(count)
        for row in 0..<count { rows.append(Row(cells: cells, start: row * width, count: width)) }
        return rows
    }

    func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        let before = sqlite3_total_changes(self.handle)
        try self.statement(sql.text).run(sql.values, path: self.path) { _ in }
        // The counter wraps around after 2³¹ changes.
        return Int(sqlite3_total_changes(self.handle) &- before)
    }

    /// Runs a fixed statement of the machinery itself.
    func run(_ text: String) throws(DatabaseError) {
        try self.statement(text).run([], path: self.path) { _ in }
    }

    /// Runs a PRAGMA. Some act when they are prepared, so these are never kept.
    func pragma(_ text: String) throws(DatabaseError) {
        try PreparedStatement("PRAGMA \(text)", on: self.handle, path: self.path).run([], path: self.path) { _ in }
    }

    /// Ends an open transaction without keeping anything. There is nothing to do when that fails too.
    func rollback() {
        if self.isInsideTransaction { try? self.run("ROLLBACK") }
    }

    private func statement(_ text: String) throws(DatabaseError) -> PreparedStatement {
        if let statement = self.prepared[text] { return statement }
        if self.prepared.count >= Self.maximumPrepared { self.prepared.removeAll() }
        let statement = try PreparedStatement(text, on: self.handle, path: self.path)
        self.prepared[text] = statement
        return statement
    }
}
