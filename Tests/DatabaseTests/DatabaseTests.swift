import Database
import Dispatch
import Kernel
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

    @Test("execute counts the rows it changed, and rows sees the transaction's own changes")
    func changes() async throws {
        let fixture = try await Fixture()
        let counts = try await fixture.database.write { transaction in
            [
                try transaction.execute("INSERT INTO items (id) VALUES (1), (2), (3)"),
                try transaction.execute("UPDATE items SET name = 'x' WHERE id > 1"),
                try transaction.execute("DELETE FROM items WHERE id = 99"),
                try transaction.rows("INSERT INTO items (id) VALUES (4) RETURNING id").count,
                try Fixture.count(in: transaction),
            ]
        }
        #expect(counts == [3, 2, 0, 1, 4])
    }

    @Test("a body that throws leaves nothing, and its neighbours stay")
    func failedBody() async throws {
        let fixture = try await Fixture()
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 1...100 {
                group.addTask {
                    do {
                        try await fixture.database.write { transaction in
                            try transaction.execute("INSERT INTO items (id) VALUES (\(number))")
                            if number.isMultiple(of: 10) { throw PlainFault(.invalid, "no tens") }
                        }
                        return false
                    } catch { return error as? PlainFault == PlainFault(.invalid, "no tens") }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == 10)
        #expect(try await fixture.count() == 90)
    }

    @Test("a duplicate key is a conflict, and the body may go on after it")
    func constraint() async throws {
        let fixture = try await Fixture()
        try await fixture.database.write { transaction in
            let id = 1
            try transaction.execute("INSERT INTO items (id) VALUES (\(id))")
            do {
                try transaction.execute("INSERT INTO items (id) VALUES (\(id))")
                Issue.record("the second insert went through")
            } catch let error as DatabaseError {
                #expect(error.kind == .conflict)
                #expect(error.isDuplicate)
            }
            for id in 2...3 { try transaction.execute("INSERT INTO items (id) VALUES (\(id))") }
        }
        #expect(try await fixture.count() == 3)
        for id in [3, 4] {
            _ = try? await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (\(id))") }
        }
        #expect(try await fixture.count() == 4)
        await #expect {
            try await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (NULL)") }
        } throws: {
            ($0 as? DatabaseError)?.kind == .conflict && ($0 as? DatabaseError)?.isDuplicate == false
        }
    }

    @Test("wrong SQL is a bug, and its error names no values")
    func wrongSQL() async throws {
        let fixture = try await Fixture()
        await #expect {
            try await fixture.database.read { try $0.rows("SELECT nothing FROM items WHERE id = \("secret")") }
        } throws: {
            guard let error = $0 as? DatabaseError else { return false }
            return error.kind == .bug && !error.message.contains("secret") && !error.detail.contains("secret")
        }
        #expect(try await fixture.count() == 0)
    }

    @Test("a reader cannot write")
    func readerIsReadOnly() async throws {
        let fixture = try await Fixture()
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.read { _ = try $0.rows("INSERT INTO items (id) VALUES (1)") }
        }
        #expect(try await fixture.count() == 0)
    }

    @Test("one read sees one state, whatever is committed meanwhile")
    func snapshot() async throws {
        let fixture = try await Fixture()
        let began = DispatchSemaphore(value: 0)
        let wrote = DispatchSemaphore(value: 0)
        async let counts = fixture.database.read { reader in
            let before = try Fixture.count(in: reader)
            began.signal()
            wrote.wait()
            return (before, try Fixture.count(in: reader))
        }
        try await fixture.database.write { transaction in
            began.wait()
            try transaction.execute("INSERT INTO items (id) VALUES (1)")
        }
        wrote.signal()
        #expect(try await counts == (0, 0))
        #expect(try await fixture.count() == 1)
    }

    @Test("a read is answered while a write is in progress")
    func readsAreNotBlocked() async throws {
        let fixture = try await Fixture()
        let release = DispatchSemaphore(value: 0)
        async let written: Void = fixture.database.write { transaction in
            try transaction.execute("INSERT INTO items (id) VALUES (1)")
            release.wait()
        }
        #expect(try await fixture.count() == 0)
        release.signal()
        try await written
        #expect(try await fixture.count() == 1)
    }

    @Test("queries that find every reading connection busy wait, and are counted")
    func queuedQueries() async throws {
        let fixture = try await Fixture()
        let (started, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await fixture.database.read { _ in
                        started.signal()
                        release.wait()
                    }
                }
            }
            for _ in 0..<4 { await until(started) }
            for _ in 0..<3 { group.addTask { try await fixture.database.read { _ in } } }
            while fixture.database.statistics.queuedQueries < 3 { await Task.yield() }
            for _ in 0..<4 { release.signal() }
            try await group.waitForAll()
        }
        #expect(fixture.database.statistics.queuedQueries == 0)
    }

    @Test("a thousand writers at once share few commits and lose nothing")
    func manyWriters() async throws {
        let fixture = try await Fixture()
        let before = fixture.database.statistics
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...1000 {
                group.addTask {
                    try await fixture.database.write { transaction in
                        let next = try Fixture.count(in: transaction) + 1
                        try transaction.execute("INSERT INTO items (id, name) VALUES (\(next), \("writer \(number)"))")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.count() == 1000)
        let after = fixture.database.statistics
        #expect(after.changes - before.changes == 1000)
        #expect(after.commits - before.commits < 500)
    }

    @Test("a body runs even if its caller was cancelled, and its answer arrives")
    func cancelledCaller() async throws {
        let fixture = try await Fixture()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (1)") }
        }
        #expect(try await task.value == 1)
        #expect(try await fixture.count() == 1)
    }

    @Test("closing carries out what is queued and refuses the rest")
    func closing() async throws {
        let fixture = try await Fixture()
        let (started, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let first = fixture.database.write { transaction in
            started.signal()
            release.wait()
            return try transaction.execute("INSERT INTO items (id) VALUES (1)")
        }
        await until(started)
        DispatchQueue.global().async { release.signal() }
        fixture.database.close()
        #expect(try await first == 1)
        await #expect(throws: DatabaseError.closed) { try await fixture.database.write { _ in } }
        await #expect(throws: DatabaseError.closed) { try await fixture.count() }
        let again = try Database(path: fixture.database.path, logger: silent)
        #expect(try await again.read { try Fixture.count(in: $0) } == 1)
        again.close()
    }

    @Test("a folder that is not there is reported when the database is opened")
    func badPath() {
        #expect { try Database(path: "/nonexistent/martlet.db", logger: silent) } throws: {
            guard let error = $0 as? DatabaseError else { return false }
            return error.kind == .unavailable && error.message.contains("/nonexistent/martlet.db")
        }
    }

    @Test("a file that is no database is reported as damaged")
    func notADatabase() throws {
        let folder = TemporaryFolder()
        try write(Array(repeating: 65, count: 8192), to: folder.file("martlet.db"))
        #expect { try Database(path: folder.file("martlet.db"), logger: silent) } throws: {
            if case .damaged = $0 as? DatabaseError { true } else { false }
        }
    }
}
