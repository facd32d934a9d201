import Contract
import Database
import Journal
import Kernel
import Testing

@Suite("followers", .timeLimit(.minutes(1)))
struct FollowerTests {
    @Test("waiting returns at once for what is there, and with the next line for what is not")
    func wait() async throws {
        let fixture = try await Fixture()
        try await fixture.append(2)
        #expect(await fixture.journal.wait(past: 1) == 2)
        async let next = fixture.journal.wait(past: 2)
        try await fixture.append(1, from: 3)
        #expect(await next == 3)
    }

    @Test("many followers each see every line once, in order, however they start")
    func many() async throws {
        let fixture = try await Fixture()
        try await fixture.append(20)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for follower in 0..<50 {
                group.addTask {
                    var expected = Int64(follower % 21)
                    for try await line in fixture.journal.follow(after: expected) {
                        expected += 1
                        guard line.sequence == expected else { return false }
                        if expected == 320 { return true }
                    }
                    return false
                }
            }
            for writer in 0..<10 {
                group.addTask {
                    try await fixture.append(30, from: 100 * writer)
                    return true
                }
            }
            for try await right in group { #expect(right) }
        }
    }

    @Test("a cancelled wait returns, before and while it waits")
    func cancelledWait() async throws {
        let fixture = try await Fixture()
        for _ in 0..<200 {
            let task = Task { await fixture.journal.wait(past: 0) }
            task.cancel()
            #expect(await task.value == 0)
        }
        let started = Shared(false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                started.change { $0 = true }
                _ = await fixture.journal.wait(past: 0)
            }
            while !started.value { await Task.yield() }
            for _ in 0..<100 { await Task.yield() }
            group.cancelAll()
        }
    }

    @Test("a cancelled follower ends")
    func cancelledFollower() async throws {
        let fixture = try await Fixture()
        try await fixture.append(3)
        let seen = Shared(0)
        let count = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                do {
                    for try await _ in fixture.journal.follow(after: 0) { seen.change { $0 += 1 } }
                } catch { return -1 }
                return seen.value
            }
            while seen.value < 3 { await Task.yield() }
            group.cancelAll()
            return await group.next()
        }
        #expect(count == 3)
    }

    @Test("followers are woken only by what was committed")
    func rolledBack() async throws {
        let fixture = try await Fixture()
        async let next = fixture.journal.wait(past: 0)
        _ = try? await fixture.database.write { transaction in
            try fixture.journal.append([Fixture.draft(1)], at: Fixture.time(1), in: transaction)
            throw PlainFault(.invalid, "no")
        }
        #expect(fixture.journal.head == 0)
        try await fixture.append([Fixture.draft(1), Fixture.draft(2)])
        #expect(await next == 2)
    }
}
