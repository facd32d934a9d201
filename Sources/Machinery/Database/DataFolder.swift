package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a data folder cannot be used.
package enum DataFolderError: Fault, Equatable {
    /// Another control plane works on it. `process` is its id, as text, or empty when it could not be read.
    case inUse(path: String, process: String)
    case cannotUse(path: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .inUse: .conflict
        case .cannotUse: .unavailable
        }
    }

    package var message: String {
        switch self {
        case .inUse(let path, let process):
            "The data folder \(path) is in use by the martletd with process id \(process.isEmpty ? "unknown" : process). "
                + "Stop that one, or give this one another folder with --data."
        case .cannotUse(let path, let reason):
            "The data folder \(path) cannot be used: \(reason). Choose another with --data, or repair this one."
        }
    }
}

/// The folder that holds everything the control plane keeps, locked for one process as long as this value lives.
///
/// The lock is the kernel's (`flock`), so it ends with the process however that dies, and close-on-exec, so that no child
/// inherits it.
package final class DataFolder: Sendable {
    package static let lockName = "martletd.lock"

    package let path: String
    private let descriptor: Int32

    /// Opens the folder, making it (mode 0700) when it is missing, and takes its lock.
    ///
    /// - Throws: `inUse` when another process, or another value in this one, holds it.
    package static func open(_ path: String) throws(DataFolderError) -> DataFolder {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .cannotUse(path: path, reason: Self.reason()) }
        let lock = path + "/" + Self.lockName
        let descriptor = Self.openFile(lock)
        guard descriptor >= 0 else { throw .cannotUse(path: path, reason: Self.reason()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(descriptor)
            Self.closeFile(descriptor)
            if code == EWOULDBLOCK { throw .inUse(path: path, process: holder) }
            throw .cannotUse(path: path, reason: Self.reason(code))
        }
        let process = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, process, process.count, 0) == process.count else {
            let reason = Self.reason()
            Self.closeFile(descriptor)
            throw .cannotUse(path: path, reason: reason)
        }
        return DataFolder(path: path, descriptor: descriptor)
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { Self.closeFile(self.descriptor) }

    /// The path of a file of this name in the folder.
    package func file(_ name: String) -> String { self.path + "/" + name }

    private static func openFile(_ path: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        #else
            Darwin.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        #endif
    }

    private static func closeFile(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)).filter { (48...57).contains($0) }, as: UTF8.self)
    }

    private static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)).lowercased() }
}
