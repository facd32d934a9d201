import CloudPorts
package import Contract
package import Database
import Digest
package import Kernel

extension Stores {
    /// Keeps a tree, and returns its digest. Keeping it again changes nothing.
    package func saveTree(_ tree: Tree, in transaction: Transaction) throws -> ContentDigest {
        let text = tree.canonicalText
        let digest = Digest.sha256(text)
        try BlobStore.save(tree, text: text, digest: digest, at: self.time.now, in: transaction)
        return digest
    }

    /// The tree of this digest; nil when none was kept.
    package func tree(_ digest: ContentDigest, in reader: any Reading) throws -> Tree? {
        try BlobStore.tree(digest, in: reader)
    }

    /// The blobs of `tree` that `store` does not have, each once, in the order of their first file.
    ///
    /// - Throws: `invalid`, naming a file, when the store has one of them with another size.
    package func missing(_ tree: Tree, at store: String, in reader: any Reading) throws -> [BlobDescription] {
        try self.missing(tree.blobs, at: store, in: reader) { blob in
            tree.entries.first { $0.sha256 == blob.sha256 }?.path
        }
    }

    /// A digest has one size: whoever announces another one is mistaken about one of the two.
    func missing(
        _ blobs: [BlobDescription], at store: String, in reader: any Reading,
        name: (BlobDescription) -> String? = { _ in nil }
    ) throws -> [BlobDescription] {
        let stored = try BlobStore.stored(blobs.map(\.sha256), at: store, in: reader)
        return try blobs.filter { blob in
            guard let size = stored[blob.sha256] else { return true }
            if size == blob.size { return false }
            throw DataError.wrongSize(
                store: store, name: name(blob) ?? blob.sha256.hex, announced: blob.size, found: size)
        }
    }

    /// Whether every blob of `tree` lies in at least one store.
    package func isStored(_ tree: Tree, in reader: any Reading) throws -> Bool {
        let blobs = tree.blobs
        return try BlobStore.places(blobs.map(\.sha256), in: reader).count == blobs.count
    }

    /// The stores that have every blob of `tree`, by name. An empty tree lies everywhere.
    package func stores(holding tree: Tree, in reader: any Reading) throws -> Set<String> {
        let blobs = tree.blobs
        let places = try BlobStore.places(blobs.map(\.sha256), in: reader)
        guard let first = blobs.first else {
            return Set(try DataStore.stores(after: nil, limit: PageRequest.maximumLimit, in: reader).map(\.name))
        }
        return blobs.dropFirst().reduce(into: Set(places[first.sha256] ?? [])) { common, blob in
            common.formIntersection(places[blob.sha256] ?? [])
        }
    }

    /// Records that `store` has these blobs. Whoever calls this has seen them there.
    package func recordBlobs(_ blobs: [BlobDescription], at store: String, in transaction: Transaction) throws {
        try BlobStore.insert(blobs, at: store, time: self.time.now, in: transaction)
    }

    /// Makes sure that every blob of a tree that somebody says he uploaded lies in `store`, and records it.
    ///
    /// Asks the store only for what is not recorded. The bytes themselves were verified when they were put: a presigned
    /// request takes exactly the announced number with exactly the announced digest.
    ///
    /// - Throws: `invalid`, naming a file, when one is missing or has another size.
    package func confirmUploaded(_ tree: Tree, at store: String) async throws {
        let unrecorded = try await self.database.read { reader in
            _ = try self.existing(store, in: reader)
            return try self.missing(tree, at: store, in: reader)
        }
        if unrecorded.isEmpty { return }
        let names = Dictionary(tree.entries.map { ($0.sha256, $0.path) }, uniquingKeysWith: { first, _ in first })
        let driver = try await self.driver(for: store)
        let absent = try await self.absent(unrecorded, names: names, at: store) { blob in
            try await driver.head(BlobKey.blob(blob.sha256))?.size
        }
        if let first = absent.first {
            throw DataError.notUploaded(
                store: store, missing: absent.count, of: tree.entries.count,
                first: names[first.sha256] ?? first.sha256.hex)
        }
        try await self.database.write { try self.recordBlobs(unrecorded, at: store, in: $0) }
    }

    /// Those of `blobs` that `size` finds nothing for.
    ///
    /// - Throws: `invalid` when it finds another size than announced.
    func absent(
        _ blobs: [BlobDescription], names: [ContentDigest: String], at store: String,
        size: @escaping @Sendable (BlobDescription) async throws -> ByteCount?
    ) async throws -> [BlobDescription] {
        try await Self.map(blobs) { blob -> BlobDescription? in
            guard let found = try await size(blob) else { return blob }
            if found == blob.size { return nil }
            throw DataError.wrongSize(
                store: store, name: names[blob.sha256] ?? blob.sha256.hex, announced: blob.size, found: found)
        }.compactMap { $0 }
    }

    /// `transform` of each item, in order, at most `width` at once. The first error cancels the rest and is thrown.
    static func map<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ transform: @escaping @Sendable (Item) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var values: [Value?] = Array(repeating: nil, count: items.count)
            for (position, item) in items.enumerated() {
                if position >= Self.width, let (done, value) = try await group.next() { values[done] = value }
                group.addTask { (position, try await transform(item)) }
            }
            for try await (done, value) in group { values[done] = value }
            return values.compactMap { $0 }
        }
    }
}

extension Tree {
    /// Its blobs, each once, in the order of their first file.
    package var blobs: [BlobDescription] {
        var seen = Set<ContentDigest>(minimumCapacity: self.entries.count)
        return self.entries.filter { seen.insert($0.sha256).inserted }.map {
            BlobDescription(sha256: $0.sha256, size: $0.size)
        }
    }
}
