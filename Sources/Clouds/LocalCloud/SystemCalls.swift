#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// System calls that need a loop, or whose names our own methods hide.
enum SystemCalls {
    /// Writes all of `bytes`.
    ///
    /// - Returns: 0, or the error code.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                rest = rest.dropFirst(written)
            }
            return 0
        }
    }

    /// Writes all of `bytes` at a distance from the file's beginning.
    ///
    /// - Returns: 0, or the error code.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32, at offset: Int64) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                if written < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                done += written
            }
            return 0
        }
    }

    /// The names in a folder without `.` and `..`, in no order.
    ///
    /// - Returns: nil, with the reason in `errno`, when it cannot be read.
    static func names(in folder: String) -> [[UInt8]]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
            errno = 0
        }
        return errno == 0 ? names : nil
    }

    /// The names in a folder without `.` and `..`, in no order, each with whether a folder is behind it.
    ///
    /// - Returns: nil, with the reason in `errno`, when it cannot be read.
    static func items(in folder: String) -> [(name: [UInt8], isFolder: Bool)]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var items: [(name: [UInt8], isFolder: Bool)] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] {
                var isFolder = entry.pointee.d_type == UInt8(DT_DIR)
                if entry.pointee.d_type == UInt8(DT_LNK) || entry.pointee.d_type == UInt8(DT_UNKNOWN) {
                    var status = stat()
                    let found = fstatat(dirfd(stream), String(decoding: name, as: UTF8.self), &status, 0)
                    isFolder = found == 0 && status.st_mode & S_IFMT == S_IFDIR
                }
                items.append((name, isFolder))
            }
            errno = 0
        }
        return errno == 0 ? items : nil
    }

    /// The entries of a folder that are numbers, such as processes and descriptors.
    static func numbers(in folder: String) -> [Int32] {
        (self.names(in: folder) ?? []).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
    }

    /// All of a small file; nil when it cannot be read.
    static func readAll(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
        let file = OpenFile(open(path, O_RDONLY | O_CLOEXEC))
        guard file.descriptor >= 0 else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < limit {
            let count = read(file.descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Puts a small file in place as a whole, with mode 0600.
    ///
    /// - Returns: 0, or the error code.
    static func replaceFile(_ path: String, with bytes: [UInt8]) -> Int32 {
        let draft = path + ".new"
        unlink(draft)
        let file = OpenFile(open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
        guard file.descriptor >= 0 else { return errno }
        let code = self.writeAll(bytes, to: file.descriptor)
        if code != 0 { return code }
        return fsync(file.descriptor) == 0 && rename(draft, path) == 0 ? 0 : errno
    }
}
