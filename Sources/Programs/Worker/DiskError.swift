package import Kernel

/// What a file system refused.
package enum DiskError: Fault, Equatable {
    case full(path: String)
    case failed(verb: String, path: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .full: .unavailable
        case .failed: .unavailable
        }
    }

    package var message: String {
        switch self {
        case .full(let path): "The worker's disk is full: there is no room for '\(path)'. Free space on the worker."
        case .failed(let verb, let path, let reason): "The worker could not \(verb) '\(path)': \(reason)."
        }
    }
}
