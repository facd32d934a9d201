import CloudPorts
package import Contract
import Database
package import Kernel

extension Stores {
    /// Where to put the blobs that a store does not have. What is put there is verified against its digest on arrival.
    ///
    /// - Parameter store: nil is the default store.
    package func presignUploads(_ blobs: [BlobDescription], at store: String?) async throws -> UploadGrant {
        try await self.presign(blobs, at: store ?? Self.defaultName) { BlobKey.blob($0) }
    }

    /// Where an attempt puts its outputs. Blobs that the store has already are not listed.
    package func presignStaging(
        _ blobs: [BlobDescription], at store: String, attempt: ID<Attempt>
    ) async throws -> UploadGrant {
        try await self.presign(blobs, at: store) { BlobKey.staging(attempt, $0) }
    }

    /// Where to get blobs from. Whether they are there is not looked at: a request for one that is not answers 404.
    package func presignDownloads(_ blobs: [ContentDigest], at store: String) async throws -> DownloadGrant {
        guard blobs.count <= Tree.maximumEntries else { throw DataError.tooManyBlobs(blobs.count) }
        let driver = try await self.driver(for: store)
        let expires = self.time.now + Self.grantLifetime
        var grant = DownloadGrant(blobs: [:])
        for blob in blobs {
            grant.blobs[blob.hex] = try driver.presign(.get(key: BlobKey.blob(blob)), expires: expires)
        }
        return grant
    }

    private func presign(
        _ blobs: [BlobDescription], at name: String, key: (ContentDigest) -> String
    ) async throws -> UploadGrant {
        guard blobs.count <= Tree.maximumEntries else { throw DataError.tooManyBlobs(blobs.count) }
        for blob in blobs where blob.size < .zero {
            throw PlainFault(
                .invalid, "The blob \(blob.sha256) cannot have \(blob.size.bytes) bytes. Send its true size.")
        }
        let (store, missing) = try await self.database.read { reader in
            (try self.existing(name, in: reader), try self.missing(blobs, at: name, in: reader))
        }
        let driver = try self.drivers.driver(for: store)
        let expires = self.time.now + Self.grantLifetime
        var grant = UploadGrant(missing: [:])
        for blob in missing {
            let intent = PresignIntent.put(key: key(blob.sha256), size: blob.size, sha256: blob.sha256)
            grant.missing[blob.sha256.hex] = try driver.presign(intent, expires: expires)
        }
        return grant
    }
}
