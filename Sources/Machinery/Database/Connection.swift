import Foundation
import GRDB

/// One SQLite connection on the thread that owns it: runs statements and keeps them prepared.
///
/// The only place, with `ConnectionThread`, that knows GRDB.
final class Connection {
    /// Statements kept prepared. The whole program has some hundreds; beyond that all are dropped at once, because only
    /// a Store that pastes values could make so many.
    static let maximumPrepared = 1000

    private let database: GRDB.Database
    private let path: String
    private var prepared: [String: GRDB.Statement] = [:]

    init(database: GRDB.Database, path: String) {
        self.database = database
        self.path = path
    }

    /// Whether a transaction is open. SQLite closes it by itself on some errors, such as a full disk.
    var isInsideTransaction: Bool { self.database.isInsideTransaction }

    func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
        try self.withStatement(sql.text) { statement in
            let cursor = try GRDB.Row.fetchCursor(statement, arguments: Self.arguments(sql.values))
            let width = statement.columnCount
            var cells: [SQLValue] = []
            while let row = try cursor.next() {
                for column in 0..<width { cells.append(SQLValue(row[column] as GRDB.DatabaseValue)) }
            }
            guard width > 0 else { return [] }
            return stride(from: 0, to: cells.count, by: width).map { Row(cells: cells, start: $0, count: width) }
        }
    }

    func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        let before = self.database.totalChangesCount
        try self.withStatement(sql.text) { try $0.execute(arguments: Self.arguments(sql.values)) }
        return self.database.totalChangesCount - before
    }

    /// Runs a fixed statement of the machinery itself.
    func run(_ text: String) throws(DatabaseError) {
        try self.withStatement(text) { try $0.execute() }
    }

    /// Runs a PRAGMA. Some act when they are prepared, so these are never kept.
    func pragma(_ text: String) throws(DatabaseError) {
        do { try self.database.execute(sql: "PRAGMA \(text)") } catch { throw DatabaseError(error, path: self.path) }
    }

    /// Ends an open transaction without keeping anything. There is nothing to do when that fails too.
    func rollback() {
        if self.isInsideTransaction { try? self.run("ROLLBACK") }
    }

    /// A statement that failed is not kept: SQLite would report the old error again when it is next reset.
    private func withStatement<Value>(
        _ text: String, _ work: (GRDB.Statement) throws -> Value
    ) throws(DatabaseError) -> Value {
        do {
            let statement = try self.statement(text)
            return try work(statement)
        } catch {
            self.prepared[text] = nil
            throw DatabaseError(error, path: self.path)
        }
    }

    private func statement(_ text: String) throws -> GRDB.Statement {
        if let statement = self.prepared[text] { return statement }
        if self.prepared.count >= Self.maximumPrepared { self.prepared.removeAll() }
        let statement = try self.database.makeStatement(sql: text)
        self.prepared[text] = statement
        return statement
    }

    private static func arguments(_ values: [SQLValue]) -> StatementArguments {
        StatementArguments(values.lazy.map(\.driverValue))
    }
}

extension SQLValue {
    init(_ value: GRDB.DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .double(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob([UInt8](data))
        }
    }

    fileprivate var driverValue: GRDB.DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .double(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .blob(let value): Data(value).databaseValue
        }
    }
}
