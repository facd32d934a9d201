package import Contract
package import Database
package import Kernel

/// Where the tree of a model version lies. Fulfilled by Models.
package protocol ModelTrees: Sendable {
    /// - Returns: nil when there is no such version.
    func tree(of model: String, version: Int, in reader: any Reading) throws -> (
        digest: ContentDigest, residency: Residency
    )?
}

/// Lets the commands of runs log to MLflow's API. Fulfilled by Tracking and Access.
package protocol RunTracking: Sendable {
    /// - Parameter expires: when the token ends, should the run live so long.
    func access(to run: Run, expires: Timestamp, in transaction: Transaction) throws -> AssignedTracking
}
