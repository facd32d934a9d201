package import Kernel

/// One immutable version of a dataset.
package struct DatasetVersion: Codable, Sendable, Hashable {
    package var name: String
    /// 1, 2, 3 …
    package var version: Int
    package var tree: ContentDigest
    package var files: Int
    package var size: ByteCount
    package var residency: Residency
    package var store: String
    package var createdBy: String
    package var createdAt: Timestamp

    package init(
        name: String, version: Int, tree: ContentDigest, files: Int, size: ByteCount, residency: Residency,
        store: String, createdBy: String, createdAt: Timestamp
    ) {
        self.name = name
        self.version = version
        self.tree = tree
        self.files = files
        self.size = size
        self.residency = residency
        self.store = store
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}

package struct DatasetSubmission: Codable, Sendable, Hashable {
    /// Where its blobs were uploaded to.
    package var store: String
    package var tree: Tree
    package var residency: Residency

    package init(store: String, tree: Tree, residency: Residency) {
        self.store = store
        self.tree = tree
        self.residency = residency
    }
}
