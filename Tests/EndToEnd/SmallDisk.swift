import Foundation

/// A file system of a few MiB in a mount namespace of its own, gone with this value. Needs the right to mount.
final class SmallDisk: Sendable {
    private let holder: Process
    private let hold: Pipe
    private let folder: String

    static let isPossible: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        return (try? SmallDisk(mebibytes: 1, at: folder.path + "/disk")) != nil
    }()

    /// Mounts it on a folder that is made for it.
    init(mebibytes: Int, at folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        self.holder = Process()
        self.hold = Pipe()
        let ready = Pipe()
        self.holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        self.holder.arguments = [
            "--mount", "/bin/sh", "-c",
            "mount -t tmpfs -o size=\(mebibytes)m,mode=700 tmpfs \"$0\" && echo ready && read _", folder,
        ]
        self.holder.standardInput = self.hold
        self.holder.standardOutput = ready
        self.holder.standardError = FileHandle.nullDevice
        try self.holder.run()
        guard let word = try ready.fileHandleForReading.read(upToCount: 6), !word.isEmpty else {
            throw NeverHappened(description: "A file system cannot be mounted here.")
        }
    }

    deinit {
        // The end of its input ends the holder, and with the last process in it the namespace and the mount.
        try? self.hold.fileHandleForWriting.close()
        self.holder.waitUntilExit()
    }

    /// What a command line begins with that is to see the disk.
    var entry: [String] { ["/usr/bin/nsenter", "--target", "\(self.holder.processIdentifier)", "--mount", "--"] }

    /// The root of the file system as processes in there see it.
    var root: String { "/proc/\(self.holder.processIdentifier)/root" }
}

extension Platform {
    /// Takes all the room that is left on the small disk.
    func fillDisk() throws {
        let path = self.visibleData + "/filler"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        for size in [1 << 20, 4096, 1] {
            let bytes = Data(count: size)
            while (try? file.write(contentsOf: bytes)) != nil {}
        }
    }

    func freeDisk() throws { try FileManager.default.removeItem(atPath: self.visibleData + "/filler") }
}
