package import CloudPorts
import Digest
package import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FileStoreDriver {
    package func put(
        _ key: String, size: ByteCount?, sha256: ContentDigest?, ifAbsent: Bool, body: ByteStream
    ) async throws(ObjectError) {
        let path = try self.path(of: key)
        let draft = try await BlockingWork.run { () throws(ObjectError) in
            try self.confine(path, of: key)
            if ifAbsent, try self.describe(key, at: path) != nil { throw ObjectError.alreadyExists(key: key) }
            return try FileDraft(for: self)
        }
        do throws(ObjectError) {
            let found = try await self.fill(draft, key: key, size: size, isHashed: sha256 != nil, from: body)
            if let sha256, found != sha256 {
                throw .corrupt(key: key, expected: sha256.hex, found: found?.hex ?? "none")
            }
        } catch {
            // Whoever hears of the failure finds the room that the bytes took free again.
            await BlockingWork.run { draft.discard() }
            throw error
        }
        try await BlockingWork.run { () throws(ObjectError) in
            try draft.commit(to: path, key: key, ifAbsent: ifAbsent)
        }
    }

    package func copy(_ source: String, to destination: String) async throws(ObjectError) {
        let from = try self.path(of: source)
        let path = try self.path(of: destination)
        let isLinked = try await BlockingWork.run { () throws(ObjectError) -> Bool in
            guard try self.describe(source, at: from) != nil else { throw .notFound(key: source) }
            if from == path { return true }
            if access(self.incoming, F_OK) != 0 { try FileDraft.makeFolder(self.incoming, for: self) }
            guard let draft = try FileDraft(linking: from, key: source, for: self) else { return false }
            try draft.commit(to: path, key: destination, ifAbsent: false)
            return true
        }
        if isLinked { return }
        guard let size = try await self.head(source)?.size else { throw .notFound(key: source) }
        let body = try await self.read(source, range: nil)
        try await self.put(destination, size: size, sha256: nil, ifAbsent: false, body: body)
    }

    /// Files that one sweep removes: the work of a second at most. The next sweep goes on.
    static let sweepLimit = 1000

    /// Removes what a crash has left in `incoming/`: files that nobody has touched for `age`. Some may be of puts that go on
    /// just now, so young ones stay. An upload in parts goes as a whole when no part of it has come for that long.
    ///
    /// The age is that of the last change of the inode (`st_ctime`): a copy in the making is another name for an object
    /// whose bytes may have been written years ago.
    ///
    /// - Returns: how many were removed, at most `limit`.
    @discardableResult
    package func sweepIncoming(
        olderThan age: TimeSpan = .hours(24), limit: Int = Self.sweepLimit, now: Timestamp
    ) async throws(ObjectError) -> Int {
        try await BlockingWork.run { () throws(ObjectError) -> Int in
            var removed = 0
            for name in try FolderListing.names(in: self.incoming, for: self) where removed < limit {
                let path = "\(self.incoming)/\(String(decoding: name, as: UTF8.self))"
                guard let (changed, isFolder) = Self.changed(at: path), now - changed > age else { continue }
                if isFolder {
                    PartFolder(path: path, driver: self).remove()
                    removed += 1
                } else if unlink(path) == 0 {
                    removed += 1
                }
            }
            return removed
        }
    }

    /// When the file or the folder of parts at `path` last changed in any way, its names included; nil when there is none.
    private static func changed(at path: String) -> (Timestamp, isFolder: Bool)? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder ? path.hasSuffix(PartFolder.suffix) : status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Glibc)
            let time = status.st_ctim
        #else
            let time = status.st_ctimespec
        #endif
        return (Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000), isFolder)
    }

    /// Writes all of `body` and returns its digest, when that is wanted.
    private func fill(
        _ draft: FileDraft, key: String, size: ByteCount?, isHashed: Bool, from body: ByteStream
    ) async throws(ObjectError) -> ContentDigest? {
        let pump = BodyPump(store: self.store, limit: size?.bytes ?? .max, isHashed: isHashed)
        let found = try await pump.run(body) { block, _ throws(ObjectError) in try draft.write(block) }
        if let size, found.count != size.bytes {
            let bytes = found.count > size.bytes ? "more" : "\(found.count)"
            throw .corrupt(key: key, expected: "\(size.bytes) bytes", found: "\(bytes) bytes")
        }
        return found.digest
    }
}
