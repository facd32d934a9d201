package import Contract
package import Kernel

/// Where blobs lie in a store. The only place that spells these keys.
package enum BlobKey {
    /// A blob that is there for good, named by its content.
    package static func blob(_ sha256: ContentDigest) -> String { "blobs/\(sha256)" }

    /// A blob that an attempt has uploaded and that nothing counts on before the attempt is committed.
    package static func staging(_ attempt: ID<Attempt>, _ sha256: ContentDigest) -> String {
        "\(self.stagingPrefix(attempt))\(sha256)"
    }

    package static func stagingPrefix(_ attempt: ID<Attempt>) -> String { "staging/\(attempt)/" }
}
