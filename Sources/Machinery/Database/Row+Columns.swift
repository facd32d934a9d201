package import Kernel

// The columns that every row has, without the generic path: rows are read by other targets, where `get` of some type is a
// call through that type's witness table for each column.
extension Row {
    package func get(_ index: Int) throws(DatabaseError) -> String {
        guard case .text(let value) = self[index] else { throw self.mismatch(index, "String") }
        return value
    }

    package func get(_ index: Int) throws(DatabaseError) -> String? {
        switch self[index] {
        case .text(let value): return value
        case .null: return nil
        default: throw self.mismatch(index, "String")
        }
    }

    package func get(_ index: Int) throws(DatabaseError) -> Int64 { try self.integer(index, "Int64") }

    package func get(_ index: Int) throws(DatabaseError) -> Int { Int(try self.integer(index, "Int")) }

    package func get(_ index: Int) throws(DatabaseError) -> Bool { try self.integer(index, "Bool") != 0 }

    package func get(_ index: Int) throws(DatabaseError) -> Timestamp {
        Timestamp(milliseconds: try self.integer(index, "Timestamp"))
    }

    package func get(_ index: Int) throws(DatabaseError) -> Timestamp? {
        if case .null = self[index] { return nil }
        return Timestamp(milliseconds: try self.integer(index, "Timestamp"))
    }

    package func get(_ index: Int) throws(DatabaseError) -> TimeSpan {
        TimeSpan(milliseconds: try self.integer(index, "TimeSpan"))
    }

    package func get(_ index: Int) throws(DatabaseError) -> Money {
        Money(nanodollars: try self.integer(index, "Money"))
    }

    package func get(_ index: Int) throws(DatabaseError) -> ContentDigest { try self.digest(index) }

    package func get(_ index: Int) throws(DatabaseError) -> ContentDigest? {
        if case .null = self[index] { return nil }
        return try self.digest(index)
    }

    private func integer(_ index: Int, _ expected: String) throws(DatabaseError) -> Int64 {
        guard case .integer(let value) = self[index] else { throw self.mismatch(index, expected) }
        return value
    }

    private func digest(_ index: Int) throws(DatabaseError) -> ContentDigest {
        guard case .text(let text) = self[index], let digest = ContentDigest(text) else {
            throw self.mismatch(index, "a SHA-256")
        }
        return digest
    }

    private func mismatch(_ index: Int, _ expected: String) -> DatabaseError {
        .decoding(expected: "\(expected) in column \(index)", found: self[index].typeName)
    }
}
