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
        _ key: String, size: ByteCount, sha256: ContentDigest?, ifAbsent: Bool, body: ByteStream
    ) async throws(ObjectError) {
        let path = try self.path(of: key)
        let draft = try await BlockingWork.run { () throws(ObjectError) in
            if ifAbsent, try self.describe(key, at: path) != nil { throw ObjectError.alreadyExists(key: key) }
            return try FileDraft(for: self)
        }
        let found = try await self.fill(draft, key: key, size: size, from: body)
        if let sha256, found != sha256 { throw .corrupt(key: key, expected: sha256.hex, found: found.hex) }
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

    /// Removes what a crash has left in `incoming/`: files that nobody has written to for `age`. Some may be of puts that
    /// go on just now, so young ones stay.
    package func sweepIncoming(olderThan age: TimeSpan = .hours(24), now: Timestamp) async throws(ObjectError) {
        try await BlockingWork.run { () throws(ObjectError) in
            for name in try FolderListing.names(in: self.incoming, for: self) {
                let path = "\(self.incoming)/\(String(decoding: name, as: UTF8.self))"
                guard let file = try self.describe("", at: path), now - file.modifiedAt > age else { continue }
                unlink(path)
            }
        }
    }

    /// Writes all of `body` and returns its digest.
    private func fill(
        _ draft: FileDraft, key: String, size: ByteCount, from body: ByteStream
    ) async throws(ObjectError) -> ContentDigest {
        var hasher = SHA256Hasher()
        var count: Int64 = 0
        do {
            for try await chunk in body {
                try Task.checkCancellation()
                count += Int64(chunk.count)
                if count > size.bytes { break }
                hasher.update(chunk)
                try await BlockingWork.run { () throws(ObjectError) in try draft.write(chunk) }
            }
            try Task.checkCancellation()
        } catch let error as ObjectError {
            throw error
        } catch {
            throw .unavailable(store: self.store, reason: "the bytes stopped coming: \(error)")
        }
        guard count == size.bytes else {
            let found = count > size.bytes ? "more" : "\(count)"
            throw .corrupt(key: key, expected: "\(size.bytes) bytes", found: "\(found) bytes")
        }
        return hasher.finish()
    }
}
