import Database

/// The names of parameters, tags and metrics, each kept once under a small number that the other tables refer to.
///
/// A million runs have some thousands of different names between them: by number an index is a third of the size, and a
/// search looks its names up once.
enum TrackingKeyStore {
    /// The number of a name; nil when no run has used it.
    static func find(_ name: String, in reader: any Reading) throws -> Int64? {
        try reader.row("SELECT number FROM tracking_keys WHERE name = \(name)")?.get(0)
    }

    /// The number of a name, which gets one when it has none.
    static func number(of name: String, in transaction: Transaction) throws -> Int64 {
        if let number = try self.find(name, in: transaction) { return number }
        let row = try transaction.row("INSERT INTO tracking_keys (name) VALUES (\(name)) RETURNING number")
        guard let row else { throw DatabaseError.statement(detail: "INSERT … RETURNING gave no row") }
        return try row.get(0)
    }

    /// The names of some numbers, each that there is.
    static func names(of numbers: some Collection<Int64>, in reader: any Reading) throws -> [Int64: String] {
        var names: [Int64: String] = [:]
        var rest = Array(numbers)[...]
        while !rest.isEmpty {
            let rows = try reader.rows(
                "SELECT number, name FROM tracking_keys WHERE number IN \(SQL.list(rest.prefix(self.namesPerQuery)))")
            rest = rest.dropFirst(self.namesPerQuery)
            for row in rows { names[try row.get(0)] = try row.get(1) }
        }
        return names
    }

    /// Values that one statement binds.
    private static let namesPerQuery = 4096
}
