import Database
import Kernel
import Testing

@Suite("migrations")
struct MigrationTests {
    private let fixture: Fixture

    init() async throws { self.fixture = try await Fixture() }

    @Test("a migration is applied once, in the order given")
    func once() async throws {
        let more = Migration(
            id: "items-0002",
            statements: ["ALTER TABLE items ADD COLUMN size BIGINT", "INSERT INTO items (id, size) VALUES (1, 2)"])
        try await self.fixture.database.migrate([Fixture.items, more])
        try await self.fixture.database.migrate([Fixture.items, more])
        #expect(try await self.fixture.count() == 1)
    }

    @Test("a migration that was applied and reads differently now is refused")
    func changed() async throws {
        let changed = Migration(id: Fixture.items.id, statements: ["CREATE TABLE items (id TEXT)"])
        await #expect(throws: DatabaseError.changedMigration(id: "items-0001")) {
            try await self.fixture.database.migrate([changed])
        }
    }

    @Test("a migration that fails leaves nothing of itself and is named")
    func failing() async throws {
        let bad = Migration(
            id: "bad-0001", statements: ["CREATE TABLE half (id BIGINT)", "CREATE TABLE items (id BIGINT)"])
        await #expect { try await self.fixture.database.migrate([bad]) } throws: {
            if case .failedMigration(id: "bad-0001", _) = $0 as? DatabaseError { true } else { false }
        }
        let tables = try await self.fixture.database.read {
            try $0.rows("SELECT name FROM sqlite_master WHERE name = 'half'").count
        }
        #expect(tables == 0)
    }
}
