import Database
import Kernel
import Testing

private enum Thing: Identified { static let idPrefix = "thing" }
private enum Colour: String, SQLConvertible { case red, green }

@Suite("SQL")
struct SQLTests {
    @Test("an interpolated value is bound, never pasted")
    func binding() {
        let evil = "'; DROP TABLE items; --"
        let sql: SQL = "SELECT * FROM items WHERE name = \(evil) AND id > \(7)"
        #expect(sql.text == "SELECT * FROM items WHERE name = ? AND id > ?")
        #expect(sql.values == [.text(evil), .integer(7)])
    }

    @Test("a statement is spliced into another with its values, in order")
    func splicing() {
        let condition: SQL = "b = \(2)"
        var sql: SQL = "a = \(1) AND \(condition) AND c = \(3)"
        sql += " ORDER BY \(raw: "a DESC")"
        #expect(sql.text == "a = ? AND b = ? AND c = ? ORDER BY a DESC")
        #expect(sql.values == [.integer(1), .integer(2), .integer(3)])
        let joined = SQL.join(["x = \(1)", "y = \(2)"], separator: " OR ")
        #expect(joined.text == "x = ? OR y = ?")
        #expect((joined + " LIMIT \(5)").values == [.integer(1), .integer(2), .integer(5)])
    }

    @Test("nil is bound as NULL")
    func optionals() {
        let none: Int? = nil
        let some: Int? = 4
        let sql: SQL = "VALUES (\(none), \(some))"
        #expect(sql.values == [.null, .integer(4)])
    }

    @Test("lists of any length select what they should", arguments: [0, 1, 2, 3, 5, 100])
    func lists(count: Int) async throws {
        let fixture = try await Fixture()
        try await fixture.database.write { transaction in
            for id in 1...120 { try transaction.execute("INSERT INTO items (id) VALUES (\(id))") }
        }
        let wanted = Array(1...120).prefix(count).map { $0 }
        let inside = try await fixture.database.read {
            try $0.rows("SELECT id FROM items WHERE id IN \(SQL.list(wanted))").count
        }
        let outside = try await fixture.database.read {
            try $0.rows("SELECT id FROM items WHERE id NOT IN \(SQL.list(wanted))").count
        }
        #expect(inside == count)
        #expect(outside == 120 - count)
    }

    @Test("a list is padded to a power of two, so that few statements differ")
    func padding() {
        #expect(SQL.list([1, 2, 3]).values == [.integer(1), .integer(2), .integer(3), .integer(3)])
        #expect(Set((65...128).map { SQL.list(Array(0..<$0)).text }).count == 1)
    }

    @Test("every type comes back as it went in")
    func roundTrips() async throws {
        var random = SeededRandom(seed: 7)
        let id = ID<Thing>(at: Timestamp(milliseconds: 1_767_225_600_000), using: &random)
        let digest = ContentDigest(bytes: (0..<32).map { UInt8($0) })
        let fixture = try await Fixture()
        try await fixture.database.read { [random] reader in
            _ = random
            func check<T: SQLConvertible & Equatable>(_ value: T) throws {
                let row = try #require(try reader.row("SELECT \(value)"))
                let back: T = try row.get(0)
                #expect(back == value)
            }
            try check(Int.min)
            try check(Int64.max)
            try check(true)
            try check(false)
            try check(0.1 + 0.2)
            try check("naïve 🦉 'quoted' \"twice\"")
            try check([UInt8](0...255))
            try check([UInt8]())
            try check(id)
            try check(Timestamp(milliseconds: -1))
            try check(TimeSpan.minutes(3))
            try check(Money(nanodollars: 1))
            try check(ByteCount.gibibytes(9))
            try check(digest)
            try check(Colour.green)
            try check(String?.none)
            try check(Int?.some(3))
        }
    }

    @Test("a column of another type is a bug that names the column")
    func mismatch() async throws {
        let fixture = try await Fixture()
        await #expect(throws: DatabaseError.decoding(expected: "Int in column 1", found: "TEXT")) {
            try await fixture.database.read { reader in
                let _: Int = try #require(try reader.row("SELECT 1, 'two'")).get(1)
            }
        }
        await #expect(throws: DatabaseError.decoding(expected: "Colour in column 0", found: "TEXT")) {
            try await fixture.database.read { reader in
                let _: Colour = try #require(try reader.row("SELECT 'blue'")).get(0)
            }
        }
    }
}
