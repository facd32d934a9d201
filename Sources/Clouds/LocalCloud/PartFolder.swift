import CloudPorts
import Digest

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder of one upload in parts, below a store's `incoming/`.
///
/// `about` names the key and the number of parts. `whole` is the object in the making: every part but the last is usually
/// as long as the others, so that each knows its place, is written there once, and the end of the upload is a rename
/// whatever the size. `length` says how long that is; whichever part comes first settles it. A part that does not fit in is
/// kept in a file of its own. A record `<number>` is put in place, as a whole, once its part's bytes are written: what has
/// no record is not there.
struct PartFolder {
    /// Where the bytes of a part lie.
    struct Place: Equatable, Sendable {
        /// `whole`, or a file of its own.
        var file: String
        var offset: Int64
    }

    /// A part that is there.
    struct Record: Equatable, Sendable {
        var tag: String
        var place: Place
        var length: Int64
    }

    static let suffix = ".parts"
    static let whole = "whole"

    let path: String
    let driver: FileStoreDriver

    init(path: String, driver: FileStoreDriver) {
        self.path = path
        self.driver = driver
    }

    init(_ upload: String, of driver: FileStoreDriver) {
        self.init(path: "\(driver.incoming)/\(upload)\(Self.suffix)", driver: driver)
    }

    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    /// Makes the folder.
    func make(key: String, count: Int) throws(ObjectError) {
        if mkdir(self.path, 0o700) != 0 {
            guard errno == ENOENT else { throw self.driver.fault(errno) }
            try FileDraft.makeFolder(self.driver.incoming, for: self.driver)
            guard mkdir(self.path, 0o700) == 0 else { throw self.driver.fault(errno) }
        }
        try self.put("\(count)\n\(key)", as: "about")
    }

    /// The number of parts of the upload; nil when there is none, or one of another key.
    func count(for key: String) -> Int? {
        guard let bytes = SystemCalls.readAll(self.file("about")) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 1)
        guard lines.count == 2, lines[1] == key else { return nil }
        return Int(lines[0])
    }

    /// The length that all parts but the last have; the first who asks settles it.
    func settleLength(_ length: Int64) throws(ObjectError) -> Int64 {
        if let settled = self.length { return settled }
        let draft = try self.draft(String(length))
        let code = link(draft, self.file("length")) == 0 ? 0 : errno
        unlink(draft)
        guard code == 0 || code == EEXIST, let settled = self.length else { throw self.driver.fault(code) }
        return settled
    }

    /// Nil while no part has settled it.
    var length: Int64? {
        SystemCalls.readAll(self.file("length")).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
    }

    func record(_ number: Int) -> Record? {
        guard let bytes = SystemCalls.readAll(self.file(String(number))) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count == 4, let offset = Int64(fields[2]), let length = Int64(fields[3]) else { return nil }
        return Record(
            tag: String(fields[0]), place: Place(file: String(fields[1]), offset: offset), length: length)
    }

    func put(_ record: Record, for number: Int) throws(ObjectError) {
        let place = record.place
        try self.put("\(record.tag) \(place.file) \(place.offset) \(record.length)", as: String(number))
    }

    func forget(_ number: Int) { unlink(self.file(String(number))) }

    /// Removes the folder with all that is in it.
    func remove() {
        for name in SystemCalls.names(in: self.path) ?? [] { unlink(self.file(String(decoding: name, as: UTF8.self))) }
        rmdir(self.path)
    }

    private func put(_ text: String, as name: String) throws(ObjectError) {
        let draft = try self.draft(text)
        guard rename(draft, self.file(name)) == 0 else { throw self.driver.fault(errno) }
    }

    /// A file of a name that nobody else has: parts come at once.
    private func draft(_ text: String) throws(ObjectError) -> String {
        let path = self.file("draft.\(Hex.encode(Digest.randomBytes(8)))")
        let code = SystemCalls.replaceFile(path, with: Array(text.utf8))
        if code == 0 { return path }
        throw FileStoreDriver.isAbsence(code) ? .notFound(key: "the upload") : self.driver.fault(code)
    }
}
