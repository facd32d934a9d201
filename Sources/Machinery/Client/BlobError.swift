package import Kernel

/// What went wrong with a blob on this machine, or with what arrived of it.
package enum BlobError: Fault, Equatable {
    case corrupt(ContentDigest, found: String)
    /// The control plane says of no store where it lies.
    case missing(ContentDigest)
    case noSpace(path: String)
    case unwritable(path: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .corrupt: .unavailable
        case .missing: .notFound
        case .noSpace: .exhausted
        case .unwritable: .invalid
        }
    }

    package var message: String {
        switch self {
        case .corrupt(let blob, let found):
            "What arrived for the blob \(blob.hex.prefix(12))… is not it (found \(found)). Check the store's disk, and try again."
        case .missing(let blob):
            "The blob \(blob.hex.prefix(12))… lies in no store any more. Run the step that made it again."
        case .noSpace(let path): "There is no space left for '\(path)'. Free some, and try again."
        case .unwritable(let path, let reason): "'\(path)' cannot be written: \(reason). Check who owns the folder."
        }
    }
}
