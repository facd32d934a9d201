import CloudPorts
package import Contract
import Database
package import Kernel

extension Stores {
    /// Objects of one page when staging is cleared.
    private static let discardPage = 1000

    /// Makes what an attempt has staged the store's for good: `staging/<attempt>/<sha256>` becomes `blobs/<sha256>`.
    ///
    /// Called before the commit and again after a crash: a blob that is there already stays as it is. Nothing is recorded
    /// here; `recordBlobs` belongs into the transaction that commits the run. Only the size is looked at: the digest
    /// was verified when the blob was staged, because the presigned request for its key takes no other bytes.
    ///
    /// - Throws: `invalid`, naming a blob, when one was never staged or has another size.
    package func promote(_ blobs: [BlobDescription], at store: String, attempt: ID<Attempt>) async throws {
        let missing = try await self.database.read { try self.missing(blobs, at: store, in: $0) }
        if missing.isEmpty { return }
        let driver = try await self.driver(for: store)
        let absent = try await self.absent(missing, names: [:], at: store) { blob in
            let (staged, final) = (BlobKey.staging(attempt, blob.sha256), BlobKey.blob(blob.sha256))
            if let there = try await driver.head(final) { return there.size }
            guard let size = try await driver.head(staged)?.size else { return nil }
            if size == blob.size { try await driver.copy(staged, to: final) }
            return size
        }
        if let first = absent.first {
            throw DataError.notUploaded(store: store, missing: absent.count, of: blobs.count, first: first.sha256.hex)
        }
    }

    /// Deletes what an attempt has staged. What was promoted stays.
    package func discardStaging(attempt: ID<Attempt>, at store: String) async throws {
        let driver = try await self.driver(for: store)
        let prefix = BlobKey.stagingPrefix(attempt)
        while true {
            let page = try await driver.list(prefix: prefix, after: nil, limit: Self.discardPage)
            if page.isEmpty { return }
            _ = try await Self.map(page) { try await driver.delete($0.key) }
        }
    }
}
