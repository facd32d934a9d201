package import Kernel

/// One request to an object store that its bearer may send until it expires, without any key.
///
/// The query of `url` is a credential: it is never logged.
package struct PresignedRequest: Codable, Sendable, Hashable {
    /// `GET` or `PUT`.
    package var method: String
    package var url: String
    /// Headers that must be sent exactly as given.
    package var headers: [String: String]
    package var expires: Timestamp

    package init(method: String, url: String, headers: [String: String], expires: Timestamp) {
        self.method = method
        self.url = url
        self.headers = headers
        self.expires = expires
    }
}

/// A blob somebody wants to store.
package struct BlobDescription: Codable, Sendable, Hashable {
    package var sha256: ContentDigest
    package var size: ByteCount

    package init(sha256: ContentDigest, size: ByteCount) {
        self.sha256 = sha256
        self.size = size
    }
}

/// Where to put the blobs that a store does not have yet.
package struct UploadRequest: Codable, Sendable {
    /// The store to put them into; absent is the control plane's default store.
    package var store: String?
    package var blobs: [BlobDescription]

    package init(store: String? = nil, blobs: [BlobDescription]) {
        self.store = store
        self.blobs = blobs
    }
}

package struct UploadGrant: Codable, Sendable {
    /// By digest; what is not listed is there already.
    package var missing: [String: PresignedRequest]

    package init(missing: [String: PresignedRequest]) {
        self.missing = missing
    }
}

/// Where to get blobs from.
package struct DownloadRequest: Codable, Sendable {
    package var blobs: [ContentDigest]

    package init(blobs: [ContentDigest]) {
        self.blobs = blobs
    }
}

package struct DownloadGrant: Codable, Sendable {
    /// By digest.
    package var blobs: [String: PresignedRequest]

    package init(blobs: [String: PresignedRequest]) {
        self.blobs = blobs
    }
}
