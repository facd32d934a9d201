package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a key file cannot be used.
package enum KeyFileError: Fault, Equatable {
    /// Others than its owner may read or change it. `mode` is octal, such as `644`.
    case widePermissions(path: String, mode: String)
    /// It is not a regular file of ours, or does not hold a key.
    case damaged(path: String, reason: String)
    case unavailable(path: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .widePermissions, .damaged: .invalid
        case .unavailable: .unavailable
        }
    }

    package var message: String {
        switch self {
        case .widePermissions(let path, let mode):
            "The key file \(path) has mode \(mode), so others can use the key. Run: chmod 600 '\(path)'"
        case .damaged(let path, let reason):
            "The key file \(path) cannot be used: \(reason). Restore it from a backup; without it sealed secrets are lost."
        case .unavailable(let path, let reason):
            "The key file \(path) cannot be read or made: \(reason). Make its folder writable for the user of martletd."
        }
    }
}

/// The master key in a file of mode 0600: 64 hex digits and a newline.
package enum KeyFile {
    /// Reads the key, or makes a new one when there is no file. A crash leaves a whole file or none.
    ///
    /// - Throws: `widePermissions` when others can read the file: the key may be known already, so a person must decide.
    package static func load(orCreateAt path: String) throws(KeyFileError) -> HMACKey {
        if let key = try self.load(path) { return key }
        let key = HMACKey.random()
        try self.create(key, at: path)
        // Whoever came first has won: what lies there now is the key.
        guard let stored = try self.load(path) else { throw .unavailable(path: path, reason: "it vanished") }
        return stored
    }

    private static func load(_ path: String) throws(KeyFileError) -> HMACKey? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            if errno == ELOOP { throw .damaged(path: path, reason: "it is a symbolic link") }
            throw .unavailable(path: path, reason: self.reason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unavailable(path: path, reason: self.reason()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .damaged(path: path, reason: "it is not a regular file") }
        guard status.st_mode & 0o077 == 0 else {
            throw .widePermissions(path: path, mode: String(status.st_mode & 0o777, radix: 8))
        }
        var bytes = [UInt8](repeating: 0, count: 2 * HMACKey.byteCount + 2)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .unavailable(path: path, reason: self.reason()) }
        let text = String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self)
        guard let key = Hex.decode(text), key.count == HMACKey.byteCount else {
            throw .damaged(path: path, reason: "it does not hold 64 hex digits")
        }
        return HMACKey(bytes: key)
    }

    /// Writes beside the path, syncs, then links: `link` never replaces a file that is there.
    private static func create(_ key: HMACKey, at path: String) throws(KeyFileError) {
        let draft = path + ".\(getpid()).new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable(path: path, reason: self.reason()) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let text = Array((Hex.encode(key.bytes) + "\n").utf8)
        guard fchmod(descriptor, 0o600) == 0, write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0,
            link(draft, path) == 0 || errno == EEXIST
        else { throw .unavailable(path: path, reason: self.reason()) }
        self.syncFolder(of: path)
    }

    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)).lowercased() }
}
