import Database
import Dispatch
import Logging
import Synchronization

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

/// The whole file.
func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw FileError(path: path, code: errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
}

func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw FileError(path: path, code: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw FileError(path: path, code: errno) }
}

/// The permission bits.
func mode(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError(path: path, code: errno) }
    return Int(status.st_mode & 0o777)
}

struct FileError: Error {
    let path: String
    let code: Int32
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

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { self.state = Mutex(value) }

    var value: Value { self.state.withLock { $0 } }

    func change(_ change: (inout Value) -> Void) { self.state.withLock { change(&$0) } }
}

/// Returns once the semaphore was signalled, without blocking one of Swift's threads.
func until(_ semaphore: DispatchSemaphore) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            semaphore.wait()
            continuation.resume()
        }
    }
}
