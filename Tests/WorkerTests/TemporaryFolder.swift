import Glibc
import Kernel

@testable import Worker

/// A folder of its own for one test, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-worker-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Disk.failure("make the folder", "/tmp") }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? Disk.remove(self.path) }

    func write(_ name: String, _ text: String) throws {
        let path = self.path + "/" + name
        if let slash = path.lastIndex(of: "/") { try Disk.makeFolder(String(path[..<slash])) }
        try Disk.write(Array(text.utf8), to: path, mode: 0o644)
    }

    func read(_ name: String) throws -> String? {
        try Disk.read(self.path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The process whose number a command has written to a file; nil until it has.
    func process(_ name: String) throws -> pid_t? {
        try self.read(name).flatMap { $0.hasSuffix("\n") ? pid_t($0.dropLast()) : nil }
    }
}

/// Looks at a condition until it holds.
///
/// - Returns: false when it does not within `span`.
func eventually(within span: TimeSpan = .seconds(20), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let time = SystemTime()
    let end = time.monotonic + span
    while time.monotonic < end {
        if try await condition() { return true }
        await pause(.milliseconds(5))
    }
    return try await condition()
}
