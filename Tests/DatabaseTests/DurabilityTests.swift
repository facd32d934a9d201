import Database
import Dispatch
import Kernel
import Testing

@Suite("durability")
struct DurabilityTests {
    @Test("a durable change is committed with a sync, a relaxed one without")
    func levels() async throws {
        let fixture = try await Fixture()
        for _ in 1...3 {
            let durable: Int? = try await fixture.database.write { try $0.row("PRAGMA synchronous")?.get(0) }
            let relaxed: Int? = try await fixture.database.write(durability: .relaxed) {
                try $0.row("PRAGMA synchronous")?.get(0)
            }
            #expect(durable == 2)
            #expect(relaxed == 1)
        }
    }

    @Test("a durable change never shares a relaxed commit")
    func neverMixed() async throws {
        let fixture = try await Fixture()
        let levels = Shared<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...400 {
                let durability: Durability = number.isMultiple(of: 3) ? .durable : .relaxed
                group.addTask {
                    let level: Int? = try await fixture.database.write(durability: durability) { transaction in
                        try transaction.execute("INSERT INTO items (id) VALUES (\(number))")
                        return try transaction.row("PRAGMA synchronous")?.get(0)
                    }
                    if durability == .durable { levels.change { $0.append(level ?? -1) } }
                }
            }
            try await group.waitForAll()
        }
        #expect(levels.value == Array(repeating: 2, count: 133))
        #expect(try await fixture.count() == 400)
    }

    @Test("whatever was acknowledged before the program dies is there afterwards")
    func crash() async throws {
        let fixture = try await Fixture()
        let acknowledged = Shared<Set<Int>>([])
        let copies = TemporaryFolder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<20 {
                group.addTask {
                    for number in 0..<40 {
                        let id = writer * 40 + number
                        try await fixture.database.write { try $0.execute("INSERT INTO items (id) VALUES (\(id))") }
                        acknowledged.change { _ = $0.insert(id) }
                    }
                }
            }
            // The files as a dead process would leave them: nothing of this process's memory is in the copy.
            for moment in 1...10 {
                while acknowledged.value.count < moment * 70 { await Task.yield() }
                let before = acknowledged.value
                let copy = copies.file("\(moment).db")
                try write(try read(fixture.database.path), to: copy)
                try write(try read(fixture.database.path + "-wal"), to: copy + "-wal")
                let database = try Database(path: copy, logger: silent)
                let found: [Int] = try await database.read { try $0.rows("SELECT id FROM items").map { try $0.get(0) } }
                database.close()
                #expect(before.subtracting(found).isEmpty)
            }
            try await group.waitForAll()
        }
    }

    @Test("actions run once after the commit, in order, and never for what was rolled back")
    func onCommit() async throws {
        let fixture = try await Fixture()
        let ran = Shared<[String]>([])
        let note: @Sendable (String) -> Void = { text in ran.change { $0.append(text) } }
        try await fixture.database.write { transaction in
            transaction.onCommit { note("first") }
            transaction.onCommit { note("second") }
            #expect(ran.value.isEmpty)
        }
        #expect(ran.value == ["first", "second"])
        _ = try? await fixture.database.write { transaction in
            transaction.onCommit { note("never") }
            throw PlainFault(.invalid, "no")
        }
        #expect(ran.value == ["first", "second"])
    }

    @Test("of actions with the same key only the last of a commit runs")
    func replacedActions() async throws {
        let fixture = try await Fixture()
        let ran = Shared<[Int]>([])
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.database.write { _ in gate.wait() } }
            for number in 1...50 {
                group.addTask {
                    try await fixture.database.write { transaction in
                        transaction.onCommit(replacing: "head") { ran.change { $0.append(number) } }
                    }
                }
            }
            gate.signal()
            try await group.waitForAll()
        }
        let commits = fixture.database.statistics.commits
        #expect((1...commits).contains(ran.value.count))
    }

    @Test("more changes than may wait are refused as unavailable, and those that wait are carried out")
    func bounded() async throws {
        let fixture = try await Fixture()
        let gate = DispatchSemaphore(value: 0)
        let started = DispatchSemaphore(value: 0)
        let outcomes = Shared((done: 0, refused: 0))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await fixture.database.write { _ in
                    started.signal()
                    gate.wait()
                }
            }
            await until(started)
            for _ in 0..<Database.maximumQueuedChanges + 100 {
                group.addTask {
                    do {
                        try await fixture.database.write { _ in }
                        outcomes.change { $0.done += 1 }
                    } catch {
                        if (error as? DatabaseError)?.kind == .unavailable { outcomes.change { $0.refused += 1 } }
                    }
                }
            }
            while outcomes.value.refused < 100 { await Task.yield() }
            #expect(fixture.database.statistics.queuedChanges == Database.maximumQueuedChanges)
            gate.signal()
        }
        #expect(outcomes.value == (Database.maximumQueuedChanges, 100))
        #expect(fixture.database.statistics.queuedChanges == 0)
    }
}
