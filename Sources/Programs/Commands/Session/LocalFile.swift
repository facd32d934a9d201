import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Small files of this machine: configuration, tokens, YAML.
enum LocalFile {
    /// Far above anything that is written by hand.
    static let maximumSize = 4 << 20

    /// The text of the file at `path`; `-` is standard input.
    ///
    /// - Throws: `notFound` or `invalid`, naming the path.
    static func read(_ path: String) throws(PlainFault) -> String {
        let descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.fault("read", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = readBytes(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw self.fault("read", path) }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= self.maximumSize else {
                throw PlainFault(
                    .invalid, "'\(path)' is larger than \(ByteCount(Int64(self.maximumSize))). Give another file.")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PlainFault(.invalid, "'\(path)' is not text in UTF-8. Save it as such.")
        }
        return text
    }

    /// Writes a file that only its owner may read, whole or not at all. Folders on the way are made.
    static func writeSecret(_ text: String, to path: String) throws(PlainFault) {
        if let slash = path.utf8.lastIndex(of: 0x2F), slash != path.startIndex {
            try self.makeFolder(String(path[..<slash]))
        }
        let partial = path + ".new"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw self.fault("written", path) }
        let bytes = Array(text.utf8)
        let written = write(descriptor, bytes, bytes.count)
        guard written == bytes.count, close(descriptor) == 0, rename(partial, path) == 0 else {
            throw self.fault("written", path)
        }
    }

    static func makeFolder(_ path: String) throws(PlainFault) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && path.first != "/" ? String(part) : "/" + part
            if part.isEmpty || access(made, F_OK) == 0 { continue }
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw self.fault("made", made) }
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func fault(_ verb: String, _ path: String) -> PlainFault {
        let reason = String(cString: strerror(errno)).lowercased()
        return PlainFault(errno == ENOENT ? .notFound : .invalid, "'\(path)' cannot be \(verb): \(reason).")
    }
}

/// `read(2)`, whose name a method above takes.
private func readBytes(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
