package import Contract
package import Database
package import Kernel

/// Who knows whose an attempt is. Fulfilled by Runs.
package protocol AttemptOwners: Sendable {
    /// The run that `attempt` is a try at.
    ///
    /// - Throws: `notFound` when there is no such attempt; `forbidden` when another worker holds it; `conflict` when `fence`
    ///   is not its number.
    func run(of attempt: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run>
}
