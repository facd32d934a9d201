import Database
import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of its own that goes away with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/martlet-database-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(errno)") }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(self.path) }

    func file(_ name: String) -> String { self.path + "/" + name }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { self.remove(path + "/" + name) }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// A logger that says nothing.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A database in a folder of its own with one table, `items (id BIGINT PRIMARY KEY, name TEXT)`.
struct Fixture {
    let folder = TemporaryFolder()
    let database: Database

    init() async throws {
        self.database = try Database(path: self.folder.file("martlet.db"), logger: silent)
        try await self.database.migrate([Self.items])
    }

    static let items = Migration(
        id: "items-0001", statements: ["CREATE TABLE items (id BIGINT PRIMARY KEY NOT NULL, name TEXT)"])

    func count() async throws -> Int { try await self.database.read { try Self.count(in: $0) } }

    static func count(in reading: some Reading) throws -> Int {
        try reading.row("SELECT count(*) FROM items")?.get(0) ?? -1
    }
}
