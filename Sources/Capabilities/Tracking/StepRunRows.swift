package import Contract
package import Database
package import Kernel

/// Who makes the row of a step's run that nobody has spoken of. Fulfilled by `TrackedRuns`.
package protocol StepRunRows: Sendable {
    /// - Throws: `runNotFound` when there is no such run.
    func makeRow(of run: ID<Run>, in transaction: Transaction) throws
}

extension TrackedRuns: StepRunRows {
    package func makeRow(of run: ID<Run>, in transaction: Transaction) throws {
        _ = try self.existing(run.hexadecimal, in: transaction)
    }
}
