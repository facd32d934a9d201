package import Kernel

/// What went wrong when a machine was asked for.
package enum ComputeError: Fault, Equatable {
    /// The provider has none to give now.
    case noCapacity(environment: String)
    /// The request can never succeed as it is.
    case refused(environment: String, reason: String)
    case unavailable(environment: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .noCapacity: .exhausted
        case .refused: .invalid
        case .unavailable: .unavailable
        }
    }

    package var message: String {
        switch self {
        case .noCapacity(let environment):
            "'\(environment)' has no machine to give now. Wait, or allow another environment."
        case .refused(let environment, let reason): "'\(environment)' refused to start a worker: \(reason)"
        case .unavailable(let environment, _): "'\(environment)' did not answer. It is asked again."
        }
    }

    package var detail: String {
        if case .unavailable(_, let reason) = self { reason } else { "" }
    }
}

/// A worker to be started somewhere: its own name for it, and where it joins.
package struct WorkerLaunch: Sendable, Hashable {
    /// Launching the same name twice starts one worker.
    package var name: String
    package var environment: String
    package var server: String
    /// The content of the join file, handed over in a file of mode 0600, never as an argument.
    package var joinFile: String

    package init(name: String, environment: String, server: String, joinFile: String) {
        self.name = name
        self.environment = environment
        self.server = server
        self.joinFile = joinFile
    }
}

package struct LaunchObservation: Sendable, Hashable {
    package enum Status: String, Sendable, CaseIterable {
        case starting, running, gone
    }

    package var name: String
    package var status: Status
    /// The provider's own id of it, for people.
    package var handle: String

    package init(name: String, status: Status, handle: String) {
        self.name = name
        self.status = status
        self.handle = handle
    }
}

/// How a place starts, watches and ends workers. Three verbs; what a worker does then is not its business.
///
/// The contract that the conformance suite checks:
/// - `launch` is idempotent by name: a second call while the first lives changes nothing and succeeds.
/// - What was launched is in `observe` at once, and is `gone` or absent after it ended by itself or was released.
/// - `release` of what is not there succeeds; after it returns nothing of the worker runs.
/// - A driver keeps nothing in memory that a restart of the control plane would lose.
package protocol ComputeDriver: Sendable {
    func launch(_ launch: WorkerLaunch) async throws(ComputeError)
    func observe() async throws(ComputeError) -> [LaunchObservation]
    func release(_ name: String) async throws(ComputeError)
}
