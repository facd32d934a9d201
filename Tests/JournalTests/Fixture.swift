import Contract
import Database
import Digest
import Journal
import Kernel
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A journal over a database in a folder of its own, which goes away with it.
final class Fixture: Sendable {
    static let key = HMACKey(bytes: Array(0..<32))
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let folder: String
    let database: Database
    let journal: Journal

    var headFile: String { self.folder + "/journal.head" }
    var databaseFile: String { self.folder + "/martlet.db" }

    init() async throws {
        var template = Array("/tmp/martlet-journal-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        self.folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.database = try Database(path: self.folder + "/martlet.db", logger: Self.silent)
        try await self.database.migrate(Journal.migrations)
        self.journal = try await Journal(
            database: self.database, headFile: self.folder + "/journal.head", key: Self.key)
    }

    deinit {
        for name in ["martlet.db", "martlet.db-wal", "martlet.db-shm", "journal.head"] {
            unlink(self.folder + "/" + name)
        }
        rmdir(self.folder)
    }

    /// Appends lines `first … first + count - 1`, each in a transaction of its own.
    func append(_ count: Int, from first: Int = 1) async throws {
        for number in first..<first + count {
            try await self.append([Self.draft(number)], at: number)
        }
    }

    func append(_ drafts: [JournalDraft], at second: Int = 0) async throws {
        try await self.database.write { transaction in
            try self.journal.append(drafts, at: Self.time(second), in: transaction)
        }
    }

    func verify() async throws -> JournalVerdict {
        try await JournalVerifier(database: self.database, headFile: self.headFile, key: Self.key).verify()
    }

    /// Opens the journal anew, as after a restart.
    func reopen() async throws -> Journal {
        try await Journal(database: self.database, headFile: self.headFile, key: Self.key)
    }

    /// Changes the database behind the journal's back.
    func tamper(_ statements: SQL...) async throws {
        try await self.database.write { transaction in
            for statement in statements { try transaction.execute(statement) }
        }
    }

    static func draft(_ number: Int) -> JournalDraft {
        JournalDraft(
            kind: number.isMultiple(of: 2) ? "run.submitted" : "dataset.registered", subject: "subject-\(number % 5)",
            project: number.isMultiple(of: 3) ? "digits" : nil, actor: "lena", body: ["number": .integer(Int64(number))]
        )
    }

    static func time(_ second: Int) -> Timestamp {
        Timestamp(milliseconds: 1_767_225_600_000 + Int64(second) * 1000)
    }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { self.state = Mutex(value) }

    var value: Value { self.state.withLock { $0 } }

    func change(_ change: (inout Value) -> Void) { self.state.withLock { change(&$0) } }
}
