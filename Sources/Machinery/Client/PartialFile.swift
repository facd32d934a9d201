#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that gets its name when it is whole, and is removed when that never happens.
final class PartialFile {
    private let path: String
    private let partial: String
    private var descriptor: Int32
    private(set) var count: Int64 = 0

    /// - Throws: `BlobError.unwritable` when the folder of `path` does not take files.
    init(for path: String) throws(BlobError) {
        self.path = path
        // Two downloads of the same blob may race; each has a file of its own, and either one's rename is right.
        self.partial = "\(path).partial-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        self.descriptor = open(self.partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if self.descriptor < 0 { throw Self.error(for: path) }
    }

    deinit {
        guard self.descriptor >= 0 else { return }
        close(self.descriptor)
        unlink(self.partial)
    }

    /// - Throws: `BlobError.noSpace` or `.unwritable`.
    func write(_ bytes: [UInt8]) throws(BlobError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                writeBytes(self.descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.error(for: self.path)
            }
            offset += written
        }
        self.count += Int64(bytes.count)
    }

    /// Gives the file its name, replacing what had it.
    func commit() throws(BlobError) {
        // `close` is where some file systems first say that the disk is full.
        let closed = close(self.descriptor)
        self.descriptor = -1
        guard closed == 0, rename(self.partial, self.path) == 0 else {
            let error = Self.error(for: self.path)
            unlink(self.partial)
            throw error
        }
    }

    private static func error(for path: String) -> BlobError {
        if errno == ENOSPC || errno == EDQUOT { return .noSpace(path: path) }
        return .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}

/// `write(2)`, whose name the method above takes.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
