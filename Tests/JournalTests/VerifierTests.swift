import Contract
import Database
import Digest
import Journal
import Kernel
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("journal verification")
struct VerifierTests {
    private let fixture: Fixture

    init() async throws {
        self.fixture = try await Fixture()
        try await self.fixture.append(25)
    }

    @Test("an untouched journal is intact, an empty one too")
    func intact() async throws {
        #expect(try await self.fixture.verify() == JournalVerdict(lines: 25, damage: nil))
        #expect(try await self.fixture.verify().sentence == "The journal is intact: 25 lines.")
        #expect(try await Fixture().verify() == JournalVerdict(lines: 0, damage: nil))
    }

    @Test("one changed byte of a text is named with its line", arguments: [1, 2, 13, 25])
    func flippedText(line: Int) async throws {
        let row = try await self.fixture.database.read {
            try $0.row("SELECT CAST(line AS BLOB) FROM journal WHERE sequence = \(line)")
        }
        let bytes: [UInt8] = try #require(try row?.get(0))
        var random = SeededRandom(seed: UInt64(line))
        for _ in 0..<20 {
            var flipped = bytes
            flipped[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            try await self.fixture.tamper("UPDATE journal SET line = CAST(\(flipped) AS TEXT) WHERE sequence = \(line)")
            let verdict = try await self.fixture.verify()
            #expect(verdict.lines == line - 1)
            #expect(verdict.sentence.hasPrefix("Line \(line) of the journal"))
        }
    }

    @Test("a change in any column of a row is named with its line")
    func flippedColumns() async throws {
        let changes: [(SQL, JournalDamage)] = [
            ("UPDATE journal SET kind = 'run.Submitted' WHERE sequence = 4", .column(sequence: 4, name: "kind")),
            ("UPDATE journal SET subject = 'x' WHERE sequence = 4", .column(sequence: 4, name: "subject")),
            ("UPDATE journal SET project = 'x' WHERE sequence = 4", .column(sequence: 4, name: "project")),
            ("UPDATE journal SET project = NULL WHERE sequence = 3", .column(sequence: 3, name: "project")),
            ("UPDATE journal SET hash = '' WHERE sequence = 4", .changed(sequence: 4)),
            ("UPDATE journal SET sequence = 99 WHERE sequence = 4", .missing(sequence: 4)),
            ("DELETE FROM journal WHERE sequence = 1", .missing(sequence: 1)),
        ]
        for (change, damage) in changes {
            let fixture = try await Fixture()
            try await fixture.append(6)
            try await fixture.tamper(change)
            let verdict = try await fixture.verify()
            #expect(verdict.damage == damage)
        }
    }

    @Test("a hash changed with its text breaks the next link")
    func consistentChange() async throws {
        let (text, hash) = try await self.forge(line: 10)
        try await self.fixture.tamper("UPDATE journal SET line = \(text), hash = \(hash) WHERE sequence = 10")
        #expect(try await self.fixture.verify().damage == .changed(sequence: 11))
    }

    @Test("a chain that was rewritten to its end does not fit the head file")
    func rewritten() async throws {
        let (text, hash) = try await self.forge(line: 25)
        try await self.fixture.tamper(
            "UPDATE journal SET line = \(text), hash = \(hash) WHERE sequence = 25",
            "UPDATE journal_head SET hash = \(hash)")
        #expect(try await self.fixture.verify().damage == .rewritten(sequence: 25))
        await #expect(throws: JournalError.rewritten(sequence: 25)) { try await self.fixture.reopen() }
    }

    /// The text of a line with another actor, and the hash that fits the line before.
    private func forge(line: Int) async throws -> (String, String) {
        try await self.fixture.database.read { reader in
            let row = try #require(
                try reader.row(
                    """
                    SELECT l.line, p.hash FROM journal l JOIN journal p ON p.sequence = l.sequence - 1
                    WHERE l.sequence = \(line)
                    """))
            let text = (try row.get(0) as String).replacing("\"actor\":\"lena\"", with: "\"actor\":\"mara\"")
            return (text, Digest.sha256(try row.get(1) + text).hex)
        }
    }

    @Test("two lines that changed places are named")
    func swapped() async throws {
        try await self.fixture.tamper(
            "UPDATE journal SET sequence = 1000 WHERE sequence = 5",
            "UPDATE journal SET sequence = 5 WHERE sequence = 9",
            "UPDATE journal SET sequence = 9 WHERE sequence = 1000")
        let verdict = try await self.fixture.verify()
        #expect(verdict.damage == .misplaced(sequence: 5, holds: 9))
        #expect(verdict.sentence == "Line 5 of the journal holds the text of line 9.")
    }

    @Test("a tail that was cut off is named, whether or not the head row was cut with it")
    func cutTail() async throws {
        try await self.fixture.tamper("DELETE FROM journal WHERE sequence > 20")
        #expect(try await self.fixture.verify().damage == .cutTail(last: 20, committed: 25))
        let hash = try await self.fixture.database.read {
            try $0.row("SELECT hash FROM journal WHERE sequence = 20")?.get(0) ?? ""
        }
        try await self.fixture.tamper("UPDATE journal_head SET sequence = 20, hash = \(hash)")
        let verdict = try await self.fixture.verify()
        #expect(verdict.damage == .cutTail(last: 20, committed: 25))
        #expect(verdict.sentence.contains("line 25 was committed"))
        await #expect(throws: JournalError.cutTail(last: 20, headFile: 25, path: self.fixture.headFile)) {
            try await self.fixture.reopen()
        }
    }

    @Test("a head row that was changed or deleted is named")
    func headRow() async throws {
        try await self.fixture.tamper("UPDATE journal_head SET sequence = 24")
        #expect(try await self.fixture.verify().damage == .headRow(last: 25))
        try await self.fixture.tamper("DELETE FROM journal_head")
        #expect(try await self.fixture.verify().damage == .headRow(last: 25))
    }

    @Test("one changed byte of the head file is named")
    func headFile() async throws {
        let content = try read(self.fixture.headFile)
        for position in content.indices {
            var wrong = content
            wrong[position] ^= 1
            try write(wrong, to: self.fixture.headFile)
            #expect(try await self.fixture.verify().damage == .headFileForged)
        }
        await #expect(throws: JournalError.headFileForged(path: self.fixture.headFile)) {
            try await self.fixture.reopen()
        }
        try write(content + [10], to: self.fixture.headFile)
        #expect(try await self.fixture.verify().damage == .headFileForged)
        let other = JournalVerifier(database: self.fixture.database, headFile: self.fixture.headFile, key: .random())
        try write(content, to: self.fixture.headFile)
        #expect(try await other.verify().damage == .headFileForged)
    }

    @Test("a head file that lags behind is right; one that is gone is named and made anew at the next start")
    func lagging() async throws {
        let old = try read(self.fixture.headFile)
        try await self.fixture.append(5, from: 26)
        try write(old, to: self.fixture.headFile)
        #expect(try await self.fixture.verify() == JournalVerdict(lines: 30, damage: nil))
        let reopened = try await self.fixture.reopen()
        #expect(reopened.head == 30)
        #expect(!reopened.headFileWasMissing)
        unlink(self.fixture.headFile)
        #expect(try await self.fixture.verify().damage == .headFileMissing(last: 30))
        #expect(try await self.fixture.reopen().headFileWasMissing)
        #expect(try await self.fixture.verify().damage == nil)
    }

    @Test("the head file is for its owner alone")
    func mode() throws {
        var status = stat()
        #expect(stat(self.fixture.headFile, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("one changed byte of the database file on the disk is named or makes the file unreadable")
    func flippedFile() async throws {
        self.fixture.database.close()
        let content = try read(self.fixture.databaseFile)
        let needle = Array("\"number\":17}".utf8)
        let position = try #require(content.indices.first { content[$0...].starts(with: needle) })
        var wrong = content
        wrong[position + needle.count - 2] ^= 2
        let copy = self.fixture.folder + "/copy.db"
        try write(wrong, to: copy)
        defer { for suffix in ["", "-wal", "-shm"] { unlink(copy + suffix) } }
        let database = try Database(path: copy, logger: Fixture.silent)
        let verdict = try await JournalVerifier(
            database: database, headFile: self.fixture.headFile, key: Fixture.key
        ).verify()
        #expect(verdict.damage == .changed(sequence: 17))
        database.close()
    }
}

private func read(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8 << 20)
    return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
}

private func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "wb"))
    defer { fclose(file) }
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}
