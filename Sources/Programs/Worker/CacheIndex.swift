package import Kernel

/// Decides which blobs of a cache go when it is full: those used longest ago, but none that is in use. No I/O.
package struct CacheIndex: Sendable {
    private struct Entry: Sendable {
        var size: ByteCount
        /// Grows with each use.
        var usedAt: Int
        /// How many attempts rely on it now.
        var users = 0
        var isStored: Bool
    }

    private let capacity: ByteCount
    private var entries: [ContentDigest: Entry] = [:]
    private var clock = 0
    /// The size of all that is stored.
    package private(set) var size = ByteCount.zero

    package init(capacity: ByteCount) { self.capacity = capacity }

    package func contains(_ digest: ContentDigest) -> Bool { self.entries[digest]?.isStored == true }

    /// From now until `release` as often, the blob is not evicted once it is stored.
    package mutating func retain(_ digest: ContentDigest) {
        self.clock += 1
        self.entries[digest, default: Entry(size: .zero, usedAt: 0, isStored: false)].users += 1
        self.entries[digest]?.usedAt = self.clock
    }

    /// - Returns: what is to be removed now that less is in use.
    package mutating func release(_ digest: ContentDigest) -> [ContentDigest] {
        guard var entry = self.entries[digest], entry.users > 0 else { return [] }
        entry.users -= 1
        self.entries[digest] = entry.users == 0 && !entry.isStored ? nil : entry
        return self.evict(downTo: self.capacity)
    }

    /// The blob lies in the cache now. Storing it twice changes nothing.
    ///
    /// - Returns: what is to be removed for it.
    package mutating func store(_ digest: ContentDigest, size: ByteCount) -> [ContentDigest] {
        self.clock += 1
        var entry = self.entries[digest] ?? Entry(size: size, usedAt: self.clock, isStored: false)
        if !entry.isStored {
            entry.isStored = true
            entry.size = size
            self.size += size
        }
        self.entries[digest] = entry
        return self.evict(downTo: self.capacity)
    }

    /// Gives up everything that is not in use, for a disk that is full.
    package mutating func evictUnused() -> [ContentDigest] { self.evict(downTo: .zero) }

    private mutating func evict(downTo limit: ByteCount) -> [ContentDigest] {
        guard self.size > limit else { return [] }
        var evicted: [ContentDigest] = []
        let unused = self.entries.filter { $0.value.users == 0 && $0.value.isStored }
        for (digest, entry) in unused.sorted(by: { ($0.value.usedAt, $0.key) < ($1.value.usedAt, $1.key) }) {
            if self.size <= limit { break }
            self.entries[digest] = nil
            self.size = ByteCount(self.size.bytes - entry.size.bytes)
            evicted.append(digest)
        }
        return evicted
    }
}
