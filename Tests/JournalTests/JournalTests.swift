import Contract
import Database
import Digest
import Journal
import Kernel
import Synchronization
import Testing

@Suite("journal")
struct JournalTests {
    @Test("a line comes back as it was written")
    func roundTrip() async throws {
        let fixture = try await Fixture()
        let draft = JournalDraft(
            kind: "run.submitted", subject: "run \"1\"\n🦉", project: "p", by: Principal(name: "léna", role: .developer),
            body: ["nested": ["a": [1, 2.5, .null]], "text": "x/y"])
        try await fixture.append([draft], at: 3)
        let lines = try await fixture.database.read { try fixture.journal.lines(after: 0, limit: 10, in: $0) }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect((line.sequence, line.at, line.actor) == (1, Fixture.time(3), "léna"))
        #expect((line.kind, line.subject, line.project, line.body) == (draft.kind, draft.subject, "p", draft.body))
    }

    @Test("the hash is SHA-256 of the previous hash and the stored text")
    func hash() async throws {
        let fixture = try await Fixture()
        try await fixture.append(3)
        let rows = try await fixture.database.read { try $0.rows("SELECT line, hash FROM journal ORDER BY sequence") }
        var previous = String(repeating: "0", count: 64)
        for row in rows {
            let text: String = try row.get(0)
            let hash: String = try row.get(1)
            #expect(hash == Digest.sha256(previous + text).hex)
            previous = hash
        }
        #expect(rows.count == 3)
    }

    @Test("the stored text is the line's JSON on the wire without its hash")
    func text() async throws {
        let fixture = try await Fixture()
        try await fixture.append(2)
        let lines = try await fixture.database.read { try fixture.journal.lines(after: 0, limit: 10, in: $0) }
        let texts: [String] = try await fixture.database.read { reader in
            try reader.rows("SELECT line FROM journal ORDER BY sequence").map { try $0.get(0) }
        }
        for (line, text) in zip(lines, texts) {
            guard case .object(var fields) = try Wire.decode(JSONValue.self, from: Wire.encode(line)) else { continue }
            fields["hash"] = nil
            #expect(try JSONValue(text: text) == .object(fields))
        }
        #expect(lines.count == 2)
    }

    @Test("a thousand writers at once make a gapless chain, without those that failed")
    func concurrency() async throws {
        let fixture = try await Fixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...1000 {
                group.addTask {
                    do {
                        try await fixture.database.write { transaction in
                            try fixture.journal.append(
                                [Fixture.draft(number), Fixture.draft(number)], at: Fixture.time(number),
                                in: transaction)
                            if number.isMultiple(of: 7) { throw PlainFault(.invalid, "no sevens") }
                        }
                    } catch is PlainFault {}
                }
            }
            try await group.waitForAll()
        }
        let verdict = try await fixture.verify()
        #expect(verdict == JournalVerdict(lines: Int64(2 * (1000 - 142)), damage: nil))
        #expect(fixture.journal.head == verdict.lines)
    }

    @Test("a line that is too long is refused, and nothing of its change is kept")
    func tooLong() async throws {
        let fixture = try await Fixture()
        var draft = Fixture.draft(1)
        draft.body = .string(String(repeating: "x", count: Journal.maximumLineBytes))
        await #expect { try await fixture.append([draft]) } throws: { ($0 as? JournalError)?.kind == .invalid }
        #expect(fixture.journal.head == 0)
    }

    @Test("a relaxed transaction takes no line")
    func relaxed() async throws {
        let fixture = try await Fixture()
        await #expect(throws: JournalError.relaxed) {
            try await fixture.database.write(durability: .relaxed) { transaction in
                try fixture.journal.append([Fixture.draft(1)], at: Fixture.time(0), in: transaction)
            }
        }
    }

    @Test(
        "pages go from the newest to the oldest, each line once",
        arguments: [
            JournalFilter(), JournalFilter(kindPrefix: "run."), JournalFilter(kindPrefix: "run.submitted"),
            JournalFilter(kindPrefix: "d"), JournalFilter(kindPrefix: "nothing."), JournalFilter(kindPrefix: ""),
            JournalFilter(subject: "subject-2"), JournalFilter(project: "digits"),
            JournalFilter(kindPrefix: "run.", subject: "subject-1", project: "digits"),
        ])
    func pages(filter: JournalFilter) async throws {
        let fixture = try await Fixture()
        try await fixture.append((1...47).map(Fixture.draft))
        let wanted = (1...47).reversed().filter { number in
            let draft = Fixture.draft(number)
            return draft.kind.hasPrefix(filter.kindPrefix ?? "") && filter.subject ?? draft.subject == draft.subject
                && filter.project.map { $0 == draft.project } ?? true
        }
        var found: [Int64] = []
        var cursor: String?
        repeat {
            let request = PageRequest(cursor: cursor, limit: 5)
            let page = try await fixture.database.read { try fixture.journal.page(filter, request, in: $0) }
            #expect(page.items.count <= 5)
            found += page.items.map(\.sequence)
            cursor = page.next
        } while cursor != nil
        #expect(found == wanted.map(Int64.init))
    }

    @Test("a cursor from elsewhere is refused")
    func badCursor() async throws {
        let fixture = try await Fixture()
        await #expect {
            try await fixture.database.read {
                try fixture.journal.page(JournalFilter(), PageRequest(cursor: "abc"), in: $0)
            }
        } throws: { ($0 as? PlainFault)?.kind == .invalid }
    }
}
