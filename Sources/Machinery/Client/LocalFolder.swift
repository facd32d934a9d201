package import Contract
import Digest
package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of this machine by content: its tree, and where each blob of the tree lies.
///
/// It is read once, in two passes: the first looks at names and sizes and refuses what cannot travel before a byte is read, the
/// second hashes. A symbolic link is packed as what it points to, as long as that lies in the folder too. Any name that is UTF-8
/// is allowed. Empty folders are not part of a tree.
package struct LocalFolder: Sendable {
    /// What is packed, and how much of it at most.
    package struct Rules: Sendable {
        package var ignoring: Ignoring
        /// Nil: as much as there is.
        package var limit: ByteCount?

        package enum Ignoring: Sendable {
            case nothing
            /// The folder's `.martletignore`, and what is never part of a source.
            case martletignore
        }

        /// A source folder is code: more than this belongs in a dataset.
        package static let source = Rules(ignoring: .martletignore, limit: .mebibytes(512))
        package static let dataset = Rules(ignoring: .nothing, limit: nil)
        package static let outputs = Rules(ignoring: .nothing, limit: nil)
    }

    /// Absolute, without links.
    package let path: String
    package let tree: Tree
    /// One file for each different blob.
    package let files: [BlobFile]

    package var size: ByteCount { self.tree.size }

    /// Reads the folder at `path`.
    ///
    /// - Throws: `FolderError`; `invalid` for more files than a tree holds.
    /// - Complexity: reads every byte once; some hundred MB/s.
    package init(_ path: String, rules: Rules) throws {
        var walk = try FolderWalk(path, rules: rules)
        try walk.run()
        if let limit = rules.limit, walk.size > limit {
            let largest = walk.found.sorted { ($1.size, $0.path) < ($0.size, $1.path) }.prefix(3)
            throw FolderError.tooLarge(
                path: path, size: walk.size, limit: limit, largest: largest.map { .init(path: $0.path, size: $0.size) })
        }
        var entries: [TreeEntry] = []
        var files: [ContentDigest: BlobFile] = [:]
        for item in walk.found {
            let absolute = walk.root + "/" + item.path
            let (sha256, size) = try Self.hash(absolute)
            entries.append(TreeEntry(path: item.path, size: size, sha256: sha256, executable: item.isExecutable))
            files[sha256] = files[sha256] ?? BlobFile(sha256: sha256, size: size, path: absolute)
        }
        self.path = walk.root
        self.tree = try Tree(entries)
        self.files = files.values.sorted { $0.path < $1.path }
    }

    /// The digest and size of the file at `path`.
    ///
    /// - Throws: `FolderError.unreadable`.
    package static func hash(_ path: String) throws(FolderError) -> (ContentDigest, ByteCount) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: FolderError.lastReason()) }
        defer { close(descriptor) }
        var hasher = SHA256Hasher()
        var size: Int64 = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            guard count >= 0 else { throw .unreadable(path: path, reason: FolderError.lastReason()) }
            if count == 0 { return (hasher.finish(), ByteCount(size)) }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            size += Int64(count)
        }
    }
}

extension Tree {
    /// What the tree is known by: the SHA-256 of its canonical text.
    package var digest: ContentDigest { Digest.sha256(self.canonicalText) }
}
