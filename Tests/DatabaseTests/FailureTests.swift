import Database
import Dispatch
import Kernel
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("failing disks")
struct FailureTests {
    private static let blob = [UInt8](repeating: 7, count: 64 << 10)
    private static let blobs = Migration(id: "blobs-0001", statements: ["CREATE TABLE blobs (data BLOB NOT NULL)"])

    @Test("a full database answers unavailable, keeps what it acknowledged, goes on reading and recovers by itself")
    func full() async throws {
        let fixture = try await Fixture()
        try await fixture.database.migrate([Self.blobs])
        try await fixture.database.write { transaction in
            try transaction.execute("INSERT INTO items (id) VALUES (1)")
            _ = try transaction.rows("PRAGMA max_page_count = 100")
        }
        #expect(try await self.fill(fixture.database) > 0)
        #expect(!fixture.database.statistics.isWritable)
        let kept = try await self.countBlobs(fixture.database)
        #expect(try await fixture.count() == 1)
        _ = try? await fixture.database.write { _ = try $0.rows("PRAGMA max_page_count = 100000") }
        try await fixture.database.write { try $0.execute("INSERT INTO blobs (data) VALUES (\(Self.blob))") }
        #expect(fixture.database.statistics.isWritable)
        #expect(try await self.countBlobs(fixture.database) == kept + 1)
    }

    /// Writes until the disk is full; says how many were acknowledged, all of which must be there.
    private func fill(_ database: Database) async throws -> Int {
        for count in 0..<1000 {
            do {
                try await database.write { try $0.execute("INSERT INTO blobs (data) VALUES (\(Self.blob))") }
            } catch let error as DatabaseError {
                #expect(error == .full(path: database.path))
                #expect(error.kind == .unavailable)
                #expect(error.message.contains("is full"))
                #expect(try await self.countBlobs(database) == count)
                return count
            }
        }
        Issue.record("the disk was never full")
        return 0
    }

    private func countBlobs(_ database: Database) async throws -> Int {
        try await database.read { try $0.row("SELECT count(*) FROM blobs")?.get(0) ?? -1 }
    }

    @Test("of a body that swallows the error of a full disk all is committed that it saw succeed, or nothing")
    func swallowed() async throws {
        let fixture = try await Fixture()
        try await fixture.database.migrate([Self.blobs])
        try await fixture.database.write { _ = try $0.rows("PRAGMA max_page_count = 100") }
        let succeeded = try? await fixture.database.write { transaction in
            var count = 0
            for _ in 0..<20 {
                count += (try? transaction.execute("INSERT INTO blobs (data) VALUES (\(Self.blob))")) ?? 0
            }
            return count
        }
        #expect(try await self.countBlobs(fixture.database) == succeeded ?? 0)
    }

    #if canImport(Glibc)
        @Test("a disk that is really full does no harm either", .enabled(if: getuid() == 0))
        func fullDisk() async throws {
            let folder = TemporaryFolder()
            // Where mounting is not permitted, the test above has to do.
            guard mount("tmpfs", folder.path, "tmpfs", 0, "size=2m") == 0 else { return }
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            let ballast = folder.file("ballast")
            try write([UInt8](repeating: 1, count: 512 << 10), to: ballast)
            let database = try Database(path: folder.file("martlet.db"), logger: silent)
            defer { database.close() }
            try await database.migrate([Self.blobs])
            let kept = try await self.fill(database)
            #expect(kept > 0)
            #expect(!database.statistics.isWritable)
            unlink(ballast)
            try await database.probe()
            #expect(database.statistics.isWritable)
            try await database.write { try $0.execute("INSERT INTO blobs (data) VALUES (\(Self.blob))") }
            #expect(try await self.countBlobs(database) == kept + 1)
        }
    #endif

    @Test("a database that may not be written answers unavailable and goes on reading")
    func readOnly() async throws {
        let fixture = try await Fixture()
        try await fixture.database.write { _ = try $0.rows("PRAGMA query_only = 1") }
        await #expect(throws: DatabaseError.readOnly(path: fixture.database.path)) {
            try await fixture.database.probe()
        }
        await #expect(throws: DatabaseError.readOnly(path: fixture.database.path)) {
            try await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (1)") }
        }
        #expect(try await fixture.count() == 0)
        #expect(!fixture.database.statistics.isWritable)
    }

    @Test("a database that another program holds answers unavailable, and recovers")
    func busy() async throws {
        let fixture = try await Fixture()
        let other = try Database(path: fixture.database.path, logger: silent)
        try await fixture.database.write { _ = try $0.rows("PRAGMA busy_timeout = 20") }
        let (held, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let holding: Void = other.write { _ in
            held.signal()
            release.wait()
        }
        await until(held)
        await #expect(throws: DatabaseError.busy(path: fixture.database.path)) {
            try await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (1)") }
        }
        release.signal()
        try await holding
        try await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (1)") }
        #expect(try await fixture.count() == 1)
        other.close()
    }
}
