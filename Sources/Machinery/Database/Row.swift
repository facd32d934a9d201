/// One row of a result, read by position: `let name: String = try row.get(0)`.
///
/// The rows of one result share one array, so that a row costs no allocation of its own.
package struct Row: Sendable {
    private let cells: [SQLValue]
    private let start: Int
    /// How many columns there are.
    package let count: Int

    init(cells: [SQLValue], start: Int, count: Int) {
        self.cells = cells
        self.start = start
        self.count = count
    }

    /// The value in the column at `index`, counted from 0, as the type that is asked for.
    ///
    /// - Throws: `decoding`, naming the column, when it holds another type; ask for an Optional where NULL may be.
    package func get<T: SQLConvertible>(_ index: Int) throws(DatabaseError) -> T {
        let value = self[index]
        do { return try T(sqlValue: value) } catch {
            throw .decoding(expected: "\(T.self) in column \(index)", found: value.typeName)
        }
    }

    /// The value in the column at `index` as it is stored.
    package subscript(index: Int) -> SQLValue {
        precondition(index >= 0 && index < self.count, "column \(index) of a row with \(self.count)")
        return self.cells[self.start + index]
    }
}

extension Row {
    /// An enum that is stored as its raw text.
    @_disfavoredOverload
    package func get<T: RawRepresentable<String>>(_ index: Int) throws(DatabaseError) -> T {
        let text: String = try self.get(index)
        guard let value = T(rawValue: text) else {
            throw .decoding(expected: "\(T.self) in column \(index)", found: text)
        }
        return value
    }
}
