import Journal
import Testing

@Suite("the loop of a reconciler", .timeLimit(.minutes(1)))
struct NudgeTests {
    /// Ticks of a loop, one after another, while `body` runs.
    private func withTicks(
        of fixture: Fixture, orEvery period: Duration, hasMore: Bool = false,
        _ body: (inout AsyncStream<Int64>.Iterator) async throws -> Void
    ) async throws {
        let (ticks, continuation) = AsyncStream.makeStream(of: Int64.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await fixture.journal.whenNudged(orEvery: period, pause: .milliseconds(1)) {
                    continuation.yield(fixture.journal.head)
                    return hasMore
                }
            }
            var iterator = ticks.makeAsyncIterator()
            try await body(&iterator)
            group.cancelAll()
        }
    }

    @Test("it ticks at once, and again after each line")
    func lines() async throws {
        let fixture = try await Fixture()
        try await self.withTicks(of: fixture, orEvery: .seconds(3600)) { ticks in
            #expect(await ticks.next() == 0)
            for number in 1...3 {
                try await fixture.append(1, from: number)
                while let head = await ticks.next(), head < Int64(number) {}
            }
        }
    }

    @Test("without a line it ticks every period")
    func period() async throws {
        let fixture = try await Fixture()
        try await self.withTicks(of: fixture, orEvery: .milliseconds(5)) { ticks in
            for _ in 0..<3 { #expect(await ticks.next() == 0) }
        }
    }

    @Test("with more to do it waits for neither")
    func more() async throws {
        let fixture = try await Fixture()
        try await self.withTicks(of: fixture, orEvery: .seconds(3600), hasMore: true) { ticks in
            for _ in 0..<3 { #expect(await ticks.next() == 0) }
        }
    }
}
