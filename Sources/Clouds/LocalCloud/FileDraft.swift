import CloudPorts
import Digest

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An object in the making: a file in `incoming/` that vanishes with this value, whatever has become of the object.
final class FileDraft: Sendable {
    /// Rounds of making a folder that somebody else removes because it is empty; each is a lost race.
    private static let maximumRounds = 100

    private let driver: FileStoreDriver
    private let path: String
    private let file: OpenFile

    init(for driver: FileStoreDriver) throws(ObjectError) {
        let path = "\(driver.incoming)/\(Hex.encode(Digest.randomBytes(16)))"
        func make() -> Int32 { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, driver.layout.fileMode) }
        var descriptor = make()
        if descriptor < 0, errno == ENOENT {
            try Self.makeFolder(driver.incoming, for: driver)
            descriptor = make()
        }
        guard descriptor >= 0 else { throw driver.fault(errno) }
        self.driver = driver
        self.path = path
        self.file = OpenFile(descriptor)
    }

    /// The draft of a copy: another name for the object at `source`. Nil where the file system makes no more links.
    init?(linking source: String, key: String, for driver: FileStoreDriver) throws(ObjectError) {
        let path = "\(driver.incoming)/\(Hex.encode(Digest.randomBytes(16)))"
        if link(source, path) != 0 {
            switch errno {
            case EMLINK, EPERM, ENOTSUP, EXDEV: return nil
            case let code where FileStoreDriver.isAbsence(code): throw .notFound(key: key)
            case let code: throw driver.fault(code)
            }
        }
        self.driver = driver
        self.path = path
        self.file = OpenFile(-1)
    }

    /// A file that others have written becomes the draft. Nil when it is not there any more.
    init?(adopting path: String, for driver: FileStoreDriver) throws(ObjectError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if FileStoreDriver.isAbsence(errno) { return nil }
            throw driver.fault(errno)
        }
        self.driver = driver
        self.path = path
        self.file = OpenFile(descriptor)
    }

    /// Takes away what lies behind `length`.
    func cut(to length: Int64) throws(ObjectError) {
        if ftruncate(self.file.descriptor, off_t(length)) != 0 { throw self.driver.fault(errno) }
    }

    /// A draft that was committed by renaming has no name any more; one that was linked has one too many.
    deinit { unlink(self.path) }

    func write(_ bytes: [UInt8]) throws(ObjectError) {
        let code = SystemCalls.writeAll(bytes, to: self.file.descriptor)
        if code != 0 { throw self.driver.fault(code) }
    }

    /// Gives back what an unfinished file takes, before this value goes. Not after `commit`.
    func discard() {
        unlink(self.path)
        if self.file.descriptor >= 0 { ftruncate(self.file.descriptor, 0) }
    }

    /// Gives the finished file its name. After this returns it survives a power cut.
    func commit(to destination: String, key: String, ifAbsent: Bool) throws(ObjectError) {
        // A link leaves the draft's own name, and whoever hears of the outcome finds it gone.
        defer { if ifAbsent { unlink(self.path) } }
        if self.file.descriptor >= 0, fsync(self.file.descriptor) != 0 { throw self.driver.fault(errno) }
        let folder = String(destination[..<(destination.lastIndex(of: "/") ?? destination.startIndex)])
        for _ in 0..<Self.maximumRounds {
            let done = ifAbsent ? link(self.path, destination) : rename(self.path, destination)
            if done == 0 { return try Self.sync(folder: folder, for: self.driver) }
            let code = errno
            if code == EEXIST, ifAbsent { throw .alreadyExists(key: key) }
            if Self.isObstruction(code) { throw .obstructed(key: key) }
            guard code == ENOENT else { throw self.driver.fault(code) }
            do { try Self.makeFolder(folder, for: self.driver) } catch {
                // A file where the folder should be: in a plain folder a key may be a folder of another.
                if FileStoreDriver.isFileInTheWay(folder) { throw .obstructed(key: key) }
                throw error
            }
        }
        throw .unavailable(store: self.driver.store, reason: "the folder of '\(key)' keeps vanishing")
    }

    /// Makes a folder with all above it, each of them durable.
    static func makeFolder(_ path: String, for driver: FileStoreDriver) throws(ObjectError) {
        if mkdir(path, driver.layout.folderMode) == 0 || errno == EEXIST {
            return try self.sync(folder: self.parent(path), for: driver)
        }
        guard errno == ENOENT, path != self.parent(path) else { throw driver.fault(errno) }
        try self.makeFolder(self.parent(path), for: driver)
        guard mkdir(path, driver.layout.folderMode) == 0 || errno == EEXIST || errno == ENOENT else {
            throw driver.fault(errno)
        }
        try self.sync(folder: self.parent(path), for: driver)
    }

    private static func isObstruction(_ code: Int32) -> Bool {
        code == EISDIR || code == ENOTDIR || code == ENOTEMPTY || code == EEXIST
    }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func sync(folder: String, for driver: FileStoreDriver) throws(ObjectError) {
        let file = OpenFile(open(folder, O_RDONLY | O_CLOEXEC))
        // A folder that vanished was empty: the caller's next step notices.
        guard file.descriptor >= 0 else {
            if FileStoreDriver.isAbsence(errno) { return }
            throw driver.fault(errno)
        }
        if fsync(file.descriptor) != 0 { throw driver.fault(errno) }
    }
}
