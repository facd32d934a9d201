package import Kernel

/// Why a worker cannot start or go on.
package enum WorkerError: Fault, Equatable {
    /// Never joined, and no join file was given.
    case notJoined(server: String, state: String)
    /// The control plane knows the token no more, and there is no way to get another.
    case tokenRefused(server: String, reason: String)
    case unreadableJoinFile(path: String, reason: String)
    /// Another worker uses the state folder.
    case stateInUse(path: String)

    package var kind: FaultKind {
        switch self {
        case .notJoined, .unreadableJoinFile: .invalid
        case .tokenRefused: .unauthenticated
        case .stateInUse: .conflict
        }
    }

    package var message: String {
        switch self {
        case .notJoined(let server, let state):
            "This worker has not joined \(server) yet (its state folder is '\(state)'). Give a join file with --join-file."
        case .tokenRefused(let server, let reason):
            "\(server) does not know this worker any more: \(reason) Give a new join file with --join-file."
        case .unreadableJoinFile(let path, let reason):
            "'\(path)' is not a join file: \(reason) Make one on the control plane and copy it here."
        case .stateInUse(let path):
            "Another worker uses the state folder '\(path)'. Stop it, or give another folder with --state."
        }
    }
}
