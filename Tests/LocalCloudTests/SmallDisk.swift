import Foundation
import Glibc

/// A file system of a few MiB, unmounted with this value. Needs the right to mount.
final class SmallDisk: Sendable {
    let path: String
    private let folder: TemporaryFolder

    static let isPossible: Bool = (try? SmallDisk(mebibytes: 1)) != nil

    init(mebibytes: Int) throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.path + "/disk"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        guard mount("tmpfs", self.path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    deinit { umount(self.path) }
}
