import Glibc
import Kernel

/// The folder in which a worker keeps what must survive it: its key, its credentials, its cache. One worker at a time.
///
/// The lock is the kernel's and ends with the process, however that dies; no command inherits it.
package final class StateFolder: Sendable {
    package let path: String
    private let lock: Int32

    package var attempts: String { self.path + "/attempts" }
    package var cache: String { self.path + "/cache" }
    var key: String { self.path + "/key" }
    var credentials: String { self.path + "/worker.json" }

    /// Makes the folder (mode 0700) and takes its lock.
    ///
    /// - Throws: `WorkerError.stateInUse`, or `DiskError`.
    package init(_ path: String) throws {
        try Disk.makeFolder(path, mode: 0o700)
        guard let pointer = realpath(path, nil) else { throw Disk.failure("open", path) }
        defer { free(pointer) }
        self.path = String(cString: pointer)
        self.lock = Glibc.open(self.path + "/worker.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.lock >= 0 else { throw Disk.failure("open", self.path + "/worker.lock") }
        guard flock(self.lock, LOCK_EX | LOCK_NB) == 0 else {
            close(self.lock)
            throw WorkerError.stateInUse(path: self.path)
        }
    }

    deinit { close(self.lock) }

    /// Takes the lock, waiting a moment for a worker that was just killed: the lock is gone only when the kernel has cleared
    /// away its process, and any that it was just about to start.
    package static func open(_ path: String) async throws -> StateFolder {
        for _ in 0..<Self.looks {
            do { return try StateFolder(path) } catch WorkerError.stateInUse { await pause(Self.lookInterval) }
        }
        return try StateFolder(path)
    }

    private static let looks = 20
    private static let lookInterval = TimeSpan.milliseconds(50)

    /// Removes what attempts of an earlier life have left behind. Their commands died with it.
    package func clearAttempts() throws(DiskError) {
        try Disk.remove(self.attempts)
        try Disk.makeFolder(self.attempts)
    }
}
