import Database
import Kernel
import Synchronization
import Testing

@Suite("database")
struct DatabaseTests {
    @Test("what was written is read")
    func writeThenRead() async throws {
        let fixture = try await Fixture()
        let changed = try await fixture.database.write { transaction in
            try transaction.execute("INSERT INTO items (id, name) VALUES (\(1), \("one")), (\(2), \(String?.none))")
        }
        #expect(changed == 2)
        let names: [String?] = try await fixture.database.read { reader in
            try reader.rows("SELECT name FROM items ORDER BY id").map { try $0.get(0) }
        }
        #expect(names == ["one", nil])
    }

    @Test("a body that throws leaves nothing, and its neighbours stay")
    func failedBody() async throws {
        let fixture = try await Fixture()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...100 {
                group.addTask {
                    _ = try? await fixture.database.write { transaction in
                        try transaction.execute("INSERT INTO items (id) VALUES (\(number))")
                        if number.isMultiple(of: 10) { throw PlainFault(.invalid, "no tens") }
                    }
                }
            }
        }
        #expect(try await fixture.count() == 90)
    }
}
