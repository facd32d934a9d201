package import Contract
package import Database
import Journal
package import Kernel

// Tokens that no person asks for: a worker's, a gateway's, and the first admin's.
extension Access {
    /// How long a worker's expired token stays as a row, so that a worker that was away learns `expired`, not `unknown`.
    static let keptAfterExpiry = TimeSpan.hours(24)

    /// A token for a worker that has joined, or renews.
    ///
    /// - Returns: its secret, to be handed to the worker and kept nowhere else.
    package func issue(for worker: ID<Worker>, expires: Timestamp, in transaction: Transaction) throws -> String {
        let name = worker.description
        let now = self.time.now
        try AccessStore.removeExpired(name: name, role: .worker, before: now - Self.keptAfterExpiry, in: transaction)
        return try self.insert(name: name, role: .worker, expires: expires, at: now, in: transaction).secret
    }

    /// Ends every token of a worker, within the caller's transaction.
    package func revokeTokens(of worker: ID<Worker>, in transaction: Transaction) throws {
        let ids = try AccessStore.revoke(name: worker.description, role: .worker, at: self.time.now, in: transaction)
        transaction.onCommit { for id in ids { self.cache.forget(id) } }
    }

    /// The admin token of the first start: nil when the database knows an admin already.
    ///
    /// - Parameter keep: writes the secret down. It runs before the commit, so that no crash leaves a token nobody knows;
    ///   when it fails no token is made.
    package func issueFirstAdmin(keep: @escaping @Sendable (String) throws -> Void) async throws -> IssuedToken? {
        try await self.database.write { transaction in
            guard try !AccessStore.hasAdmin(in: transaction) else { return nil }
            let issued = try self.insert(TokenRequest(name: "admin", role: .admin), in: transaction)
            try keep(issued.secret)
            try self.journal.append(
                [self.draft("token.issued", issued.token, by: .controlPlane)], at: self.time.now, in: transaction)
            return issued
        }
    }
}
