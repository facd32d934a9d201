import Glibc
package import Kernel

extension Disk {
    /// Removes a file, or a folder with all that is in it, following no link. What is not there is gone already.
    package static func remove(_ path: String) throws(DiskError) { try self.remove(Array(path.utf8)) }

    /// Paths are bytes here: a command may have made names that are no text.
    private static func remove(_ path: [UInt8]) throws(DiskError) {
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        if unlink(terminated) == 0 || errno == ENOENT { return }
        let text = String(decoding: path, as: UTF8.self)
        guard errno == EISDIR || errno == EPERM || errno == EACCES else { throw self.failure("remove", text) }
        // A command may have taken its owner's rights away.
        chmod(terminated, 0o700)
        for name in try self.rawNames(in: terminated) { try self.remove(path + [UInt8(ascii: "/")] + name) }
        guard rmdir(terminated) == 0 || errno == ENOENT else { throw self.failure("remove", text) }
    }

    /// What lies directly in a folder, links included, sorted; nothing when there is no such folder.
    package static func names(in folder: String) throws(DiskError) -> [String] {
        try self.rawNames(in: folder.utf8.map { CChar(bitPattern: $0) } + [0])
            .map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    private static func rawNames(in folder: [CChar]) throws(DiskError) -> [[UInt8]] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw self.failure("list", String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [46], name != [46, 46] { names.append(name) }
        }
        return names
    }

    /// The size and the time of the last use of a plain file; nil for anything else.
    package static func facts(of path: String) -> (size: ByteCount, usedAt: Timestamp)? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let time = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        return (ByteCount(Int64(status.st_size)), Timestamp(milliseconds: time))
    }

    /// Sets the modification time to now: the cache's note of when a blob was last used.
    package static func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }

    /// Bytes that the file system of `path` can still take; nil when it does not say.
    package static func freeSpace(at path: String) -> ByteCount? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        return ByteCount(Int64(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize)))
    }
}
