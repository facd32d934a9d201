package import CloudPorts
package import Contract
import Digest
package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Objects as files below one folder: the store of a single machine, of a site, of every test.
///
/// `objects/` holds a file for each object, its key encoded by `ObjectPath`; `incoming/` holds what is being written; a
/// plain folder (`FileLayout.plain`) has its objects at their keys instead. An object is written there, synced, then renamed (or linked, where it must not replace one) to its place, and the folder
/// is synced too: a reader sees a whole object or none, after a power cut as well. Files are never changed once they are
/// in place, so a copy is a link. Bytes pass in chunks of half a MiB, the next one being read while one is written; a copy or a put of any size takes no more
/// memory than that.
///
/// It knows no HTTP: `BlobURLs` signs the presigned requests and `BlobGate` answers them. It fails as `full` when the disk
/// is, and as `unavailable` with the system's words otherwise.
package struct FileStoreDriver: ObjectStoreDriver {
    /// The store's name, for errors and URLs.
    package let store: String
    let folder: String
    let layout: FileLayout
    private let urls: BlobURLs
    /// Parts that are being written now.
    let writing = PartsInFlight()

    /// - Parameters:
    ///   - store: its declared name.
    ///   - folder: absolute; made when something is put into it.
    package init(store: String, folder: String, layout: FileLayout = .encoded, urls: BlobURLs) {
        self.store = store
        self.folder = folder
        self.layout = layout
        self.urls = urls
    }

    package func head(_ key: String) async throws(ObjectError) -> ObjectDescription? {
        let path = try self.path(of: key)
        return try await BlockingWork.run { () throws(ObjectError) in
            try self.confine(path, of: key)
            return try self.describe(key, at: path)
        }
    }

    package func read(_ key: String, range: Range<Int64>?) async throws(ObjectError) -> ByteStream {
        let path = try self.path(of: key)
        return try await BlockingWork.run { () throws(ObjectError) -> FileByteStream in
            try self.confine(path, of: key)
            let file = OpenFile(open(path, O_RDONLY | O_CLOEXEC))
            guard file.descriptor >= 0 else {
                if Self.isAbsence(errno) { throw .notFound(key: key) }
                throw self.fault(errno)
            }
            var status = stat()
            guard fstat(file.descriptor, &status) == 0 else { throw self.fault(errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw .notFound(key: key) }
            let size = Int64(status.st_size)
            let wanted = (range ?? 0..<size).clamped(to: 0..<size)
            return FileByteStream(file: file, range: wanted, store: self.store)
        }
    }

    package func delete(_ key: String) async throws(ObjectError) {
        let path = try self.path(of: key)
        try await BlockingWork.run { () throws(ObjectError) in
            try self.confine(path, of: key)
            // A folder is no object, so nothing is there to be deleted.
            if unlink(path) != 0, !Self.isAbsence(errno), errno != EISDIR { throw self.fault(errno) }
            self.removeEmptyFolders(above: path)
        }
    }

    package func presign(_ intent: PresignIntent, expires: Timestamp) throws(ObjectError) -> PresignedRequest {
        switch intent {
        case .get(let key), .put(let key, _, _), .part(let key, _, _): _ = try self.layout.path(of: key)
        }
        return self.urls.mint(intent, store: self.store, expires: expires)
    }

    /// The absolute path of the object with this key.
    func path(of key: String) throws(ObjectError) -> String {
        "\(self.objects)/\(try self.layout.path(of: key))"
    }

    var objects: String { self.layout.objects(of: self.folder) }
    var incoming: String { self.layout.incoming(of: self.folder) }

    /// Refuses a path that a symbolic link in a plain folder leads out of it.
    func confine(_ path: String, of key: String) throws(ObjectError) {
        guard self.layout == .plain, let top = Self.resolved(self.folder) else { return }
        var existing = path[...]
        while existing.utf8.count > self.folder.utf8.count {
            if let real = Self.resolved(String(existing)) {
                guard real == top || real.hasPrefix(top == "/" ? top : top + "/") else { throw .invalidKey(key: key) }
                return
            }
            existing = existing[..<(existing.lastIndex(of: "/") ?? existing.startIndex)]
        }
    }

    /// The path without links; nil when nothing is there.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// - Returns: nil when there is none.
    func describe(_ key: String, at path: String) throws(ObjectError) -> ObjectDescription? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if Self.isAbsence(errno) { return nil }
            throw self.fault(errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Glibc)
            let modified = status.st_mtim
        #else
            let modified = status.st_mtimespec
        #endif
        let milliseconds = Int64(modified.tv_sec) * 1000 + Int64(modified.tv_nsec) / 1_000_000
        return ObjectDescription(
            key: key, size: ByteCount(Int64(status.st_size)), modifiedAt: Timestamp(milliseconds: milliseconds))
    }

    /// An error of the system in the terms of the port.
    func fault(_ code: Int32) -> ObjectError {
        if code == ENOSPC || code == EDQUOT { return .full(store: self.store) }
        return .unavailable(store: self.store, reason: String(cString: strerror(code)))
    }

    /// Whether some folder of a path cannot be made because a file is there.
    static func isFileInTheWay(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) != 0 else { return status.st_mode & S_IFMT != S_IFDIR }
        return errno == ENOTDIR
    }

    static func isAbsence(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR }

    /// Folders exist only for what is in them. Whoever puts something there meanwhile makes them anew.
    private func removeEmptyFolders(above path: String) {
        var folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        while folder.utf8.count > self.objects.utf8.count, rmdir(String(folder)) == 0 {
            folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
        }
    }
}
