import Digest
import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The end of the chain kept outside the database, authenticated, so that a cut tail shows.
///
/// One line: sequence (19 digits), hash, HMAC of both. It is written after the commit that it names and never before, so
/// it may lag behind the database after a crash and is never ahead of it.
final class HeadFile: Sendable {
    /// What the file says.
    enum Contents: Equatable {
        case missing
        case head(JournalHead)
        /// Not written by whoever holds the key.
        case forged
    }

    private static let length = 19 + 1 + 64 + 1 + 64 + 1

    let path: String
    private let key: HMACKey
    private let descriptor: Int32

    /// Opens the file for writing, making it (mode 0600) when it is missing.
    init(path: String, key: HMACKey) throws(JournalError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .headFile(path: path, reason: Self.reason()) }
        self.path = path
        self.key = key
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }

    /// Reads the file at `path`. An empty one counts as missing: it was made, and the program died before the first line.
    static func read(path: String, key: HMACKey) throws(JournalError) -> Contents {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .missing }
            throw .headFile(path: path, reason: Self.reason())
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: self.length + 1)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw .headFile(path: path, reason: Self.reason()) }
        return count == 0 ? .missing : self.parse(String(decoding: bytes.prefix(count), as: UTF8.self), key: key)
    }

    /// Writes the head over the old one: one small write into bytes that are there already, so it neither tears nor needs
    /// room. It is not synced: what is lost in a power cut only makes the file lag.
    func write(_ head: JournalHead) throws(JournalError) {
        let bytes = Array(Self.text(head, key: self.key).utf8)
        guard pwrite(self.descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw .headFile(path: self.path, reason: Self.reason())
        }
    }

    /// Syncs the file, once, when it is opened, so that its room on the disk is certain.
    func sync() throws(JournalError) {
        guard fsync(self.descriptor) == 0 else { throw .headFile(path: self.path, reason: Self.reason()) }
    }

    private static func text(_ head: JournalHead, key: HMACKey) -> String {
        let digits = String(head.sequence)
        let body = String(repeating: "0", count: 19 - digits.count) + digits + " " + head.hash.hex
        return body + " " + key.authenticate("journal-head " + body) + "\n"
    }

    private static func parse(_ text: String, key: HMACKey) -> Contents {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, let sequence = Int64(parts[0]), sequence >= 0, let hash = ContentDigest(parts[1]) else {
            return .forged
        }
        let head = JournalHead(sequence: sequence, hash: hash)
        let expected = Array(self.text(head, key: key).utf8)
        return Digest.constantTimeEquals(Array(text.utf8), expected) ? .head(head) : .forged
    }

    private static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)).lowercased() }
}
