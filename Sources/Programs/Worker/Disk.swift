import CProcess
import Glibc
import Kernel

/// The few verbs on files that a worker needs, straight on the system's calls, with its errors as `DiskError`.
///
/// All of them block; call the slow ones through `offThread`.
package enum Disk {
    /// Bytes moved by one read and write where the kernel cannot copy by itself.
    private static let copyChunk = 1 << 20

    static func failure(_ verb: String, _ path: String, code: Int32 = errno) -> DiskError {
        if code == ENOSPC || code == EDQUOT { return .full(path: path) }
        return .failed(verb: verb, path: path, reason: String(cString: strerror(code)))
    }

    /// With its parents; one that is there is fine.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(DiskError) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw self.failure("make the folder", path)
        }
        try self.makeFolder(String(path[..<slash]), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw self.failure("make the folder", path) }
    }

    /// Replaces the file at once: a reader, or a worker that is killed in between, sees the old one or the new one.
    package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(DiskError) {
        let part = path + ".part"
        try self.remove(part)
        try self.write(bytes, to: part, mode: mode, durable: true)
        try self.move(part, to: path)
    }

    /// Makes a new file, or writes over the one that is there.
    package static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32, durable: Bool = false
    ) throws(DiskError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw self.failure("write", path) }
        defer { close(file) }
        try self.writeAll(bytes[...], to: file, path: path)
        if durable, fsync(file) != 0 { throw self.failure("write", path) }
    }

    /// Within one file system; replaces what is there.
    package static func move(_ source: String, to destination: String) throws(DiskError) {
        guard rename(source, destination) == 0 else { throw self.failure("write", destination) }
    }

    /// - Returns: nil when there is no such file.
    package static func read(_ path: String) throws(DiskError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw self.failure("read", path)
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let chunk = try self.readChunk(from: file, path: path)
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    /// A new file with the bytes of another, its mode set whatever the umask is.
    package static func copy(_ source: String, to destination: String, mode: UInt32) throws(DiskError) {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw self.failure("read", source) }
        defer { close(from) }
        let to = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard to >= 0 else { throw self.failure("write", destination) }
        defer { close(to) }
        try self.copyBytes(from: from, source, to: to, destination)
        guard fchmod(to, mode) == 0 else { throw self.failure("write", destination) }
    }

    /// The kernel's own copy first, which is a reflink where the file system can make one.
    private static func copyBytes(
        from: Int32, _ source: String, to: Int32, _ destination: String
    ) throws(DiskError) {
        while true {
            let count = martlet_copy_file_range(from, to, 1 << 30)
            if count == 0 { break }
            if count > 0 || errno == EINTR { continue }
            guard [EXDEV, ENOSYS, EINVAL, EOPNOTSUPP, EPERM].contains(errno) else {
                throw self.failure("write", destination)
            }
            break
        }
        while true {
            let chunk = try self.readChunk(from: from, path: source)
            if chunk.isEmpty { return }
            try self.writeAll(chunk[...], to: to, path: destination)
        }
    }

    private static func readChunk(from file: Int32, path: String) throws(DiskError) -> [UInt8] {
        var code: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: self.copyChunk) { buffer, count in
            var read = Glibc.read(file, buffer.baseAddress, buffer.count)
            while read < 0, errno == EINTR { read = Glibc.read(file, buffer.baseAddress, buffer.count) }
            if read < 0 { code = errno }
            count = max(0, read)
        }
        if code != 0 { throw self.failure("read", path, code: code) }
        return chunk
    }

    private static func writeAll(_ bytes: ArraySlice<UInt8>, to file: Int32, path: String) throws(DiskError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw self.failure("write", path) }
            rest = rest.dropFirst(written)
        }
    }
}
