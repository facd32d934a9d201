import Contract
package import Database
package import Kernel

/// Where the tree of a model version lies. Fulfilled by Models.
package protocol ModelTrees: Sendable {
    /// - Returns: nil when there is no such version.
    func tree(of model: String, version: Int, in reader: any Reading) throws -> (
        digest: ContentDigest, residency: Residency
    )?
}
