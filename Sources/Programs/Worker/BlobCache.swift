package import Kernel
import Synchronization

/// Blobs by content under `<folder>/<first two digits>/<sha256>`, so that the next attempt need not fetch them again.
///
/// Whoever adds a blob has verified its SHA-256 and given the file its name by `rename`, so a blob that is there is whole,
/// whatever was killed when. Attempts get copies (see `AttemptFolder`), so nothing outside writes here. The size is bounded; what was used
/// longest ago goes first, what an attempt retains does not go.
package final class BlobCache: Sendable {
    /// `00` to `ff`.
    private static let groups = (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }

    private let folder: String
    private let index: Mutex<CacheIndex>

    /// Opens the folder, making it if need be, and removes half-fetched files. Blocks while it lists what is there.
    package init(folder: String, capacity: ByteCount) throws(DiskError) {
        self.folder = folder
        var found: [(digest: ContentDigest, size: ByteCount, usedAt: Timestamp)] = []
        for group in Self.groups {
            try Disk.makeFolder(folder + "/" + group)
            for name in try Disk.names(in: folder + "/" + group) {
                let path = folder + "/" + group + "/" + name
                if let digest = ContentDigest(name), let facts = Disk.facts(of: path) {
                    found.append((digest, facts.size, facts.usedAt))
                } else {
                    try Disk.remove(path)
                }
            }
        }
        var index = CacheIndex(capacity: capacity)
        var evicted: [ContentDigest] = []
        for blob in found.sorted(by: { $0.usedAt < $1.usedAt }) { evicted += index.store(blob.digest, size: blob.size) }
        self.index = Mutex(index)
        try self.remove(evicted)
    }

    package func path(of digest: ContentDigest) -> String { "\(self.folder)/\(digest.hex.prefix(2))/\(digest.hex)" }

    package var size: ByteCount { self.index.withLock { $0.size } }
    package func contains(_ digest: ContentDigest) -> Bool { self.index.withLock { $0.contains(digest) } }

    /// Keeps these blobs, now or once they are added, until they are released as often.
    package func retain(_ digests: some Sequence<ContentDigest>) {
        for digest in digests {
            let isThere = self.index.withLock { index in
                index.retain(digest)
                return index.contains(digest)
            }
            if isThere { Disk.touch(self.path(of: digest)) }
        }
    }

    package func release(_ digests: some Sequence<ContentDigest>) {
        // A file that cannot be removed now is found again at the next start.
        for digest in digests { try? self.remove(self.index.withLock { $0.release(digest) }) }
    }

    /// The verified file is at `path(of:)` now. Two that bring the same blob at once do no harm: both have the same bytes.
    package func add(_ digest: ContentDigest, size: ByteCount) throws(DiskError) {
        try self.remove(self.index.withLock { $0.store(digest, size: size) })
    }

    /// Removes what no attempt uses, for a disk that is full.
    package func makeRoom() throws(DiskError) { try self.remove(self.index.withLock { $0.evictUnused() }) }

    private func remove(_ digests: [ContentDigest]) throws(DiskError) {
        for digest in digests { try Disk.remove(self.path(of: digest)) }
    }
}
