package import Contract
package import Database
package import Kernel

/// Where money is posted. Fulfilled by Costs.
package protocol LedgerPosting: Sendable {
    /// Joins the caller's transaction; the entries are there exactly when the change that they pay for is.
    func post(_ entries: [LedgerEntry], in transaction: Transaction) throws
}

/// What was posted. Fulfilled by Costs.
package protocol SpendSource: Sendable {
    /// The sum of everything that was posted from `from` until before `until`, by environment, credits included.
    func spend(from: Timestamp, until: Timestamp, in reader: any Reading) throws -> [String: Money]
}

/// Who makes the tokens that workers show. Fulfilled by Access.
package protocol WorkerTokens: Sendable {
    /// A fresh secret for `worker`; earlier ones stay valid until they expire.
    func issue(for worker: ID<Worker>, expires: Timestamp, in transaction: Transaction) throws -> String
}

/// Which stores there are. Fulfilled by Data.
package protocol StoreDirectory: Sendable {
    func exists(store name: String, in reader: any Reading) throws -> Bool
}
