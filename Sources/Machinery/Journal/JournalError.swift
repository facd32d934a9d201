package import Kernel

/// Why the journal cannot be opened, or a line not written.
package enum JournalError: Fault, Equatable {
    /// The head file names a later line than the database has.
    case cutTail(last: Int64, headFile: Int64, path: String)
    /// The line that the head file names has another hash now.
    case rewritten(sequence: Int64)
    /// The head file was not written with this key, or was edited.
    case headFileForged(path: String)
    case headFile(path: String, reason: String)
    case tooLong(kind: String, bytes: Int)
    case relaxed
    /// A stored line is not what the journal writes.
    case unreadable(sequence: Int64)

    package var kind: FaultKind {
        switch self {
        case .headFile: .unavailable
        case .tooLong: .invalid
        case .cutTail, .rewritten, .headFileForged, .relaxed, .unreadable: .bug
        }
    }

    package var message: String {
        switch self {
        case .cutTail(let last, let headFile, let path):
            "The journal ends at line \(last), but \(path) has seen line \(headFile): lines were cut off. "
                + "Restore the newer database, or delete \(path) to accept the loss."
        case .rewritten(let sequence):
            "Line \(sequence) of the journal is not the one that was committed. Restore the database from a backup."
        case .headFileForged(let path):
            "\(path) was edited or belongs to another key file. Restore both, or delete it after `martletd journal verify`."
        case .headFile(let path, let reason):
            "\(path) cannot be written: \(reason). Make it writable for the user of martletd."
        case .tooLong(let kind, let bytes):
            "The journal line '\(kind)' has \(bytes) bytes; at most \(Journal.maximumLineBytes) are allowed. Send less."
        case .relaxed, .unreadable:
            "The journal was used or stored in an unexpected way. This is a bug; please report it."
        }
    }

    package var detail: String {
        switch self {
        case .relaxed: "a journal line in a relaxed transaction"
        case .unreadable(let sequence): "journal line \(sequence) does not parse"
        default: ""
        }
    }
}
