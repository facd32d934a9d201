import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Small files that only their owner may read: tokens, and what is known of them.
package enum PrivateFile {
    /// More than any of ours holds, in bytes.
    private static let maximumBytes = 1 << 20

    /// Puts a file of mode 0600 in place as a whole.
    ///
    /// - Throws: `unavailable`, with the system's words.
    package static func write(_ text: String, to path: String) throws {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw self.fault(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Self.put(bytes, to: descriptor) == bytes.count, fsync(descriptor) == 0, rename(draft, path) == 0
        else { throw self.fault(path) }
    }

    /// Nil when there is no such file, or it cannot be read.
    package static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: self.maximumBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return ferror(file) == 0 ? Array(bytes.prefix(count)) : nil
    }

    /// Makes a folder that only its owner may enter; one that is there stays as it is.
    package static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw self.fault(path) }
    }

    /// - Returns: how many bytes were written. A small file is written at once or not at all.
    private static func put(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes, bytes.count)
        #else
            Darwin.write(descriptor, bytes, bytes.count)
        #endif
    }

    private static func fault(_ path: String) -> PlainFault {
        let reason = String(cString: strerror(errno)).lowercased()
        return PlainFault(
            .unavailable, "\(path) cannot be written: \(reason). Make its folder writable for this program's user.")
    }
}
