package import Kernel

/// What can go wrong with the database. No error type of a driver leaves this target.
package enum DatabaseError: Fault, Equatable {
    /// What kind of constraint a change broke.
    package enum Constraint: String, Sendable {
        case unique, foreignKey, notNull, check, other
    }

    /// The disk, or the size the database may have, is used up.
    case full(path: String)
    /// The disk did not do what it was told.
    case inputOutput(path: String, detail: String)
    /// Somebody else held the database for longer than we wait.
    case busy(path: String)
    case readOnly(path: String)
    /// The file cannot be opened.
    case cannotOpen(path: String, detail: String)
    /// The file is not a database, or a damaged one.
    case damaged(path: String, detail: String)
    /// More is waiting than is allowed to.
    case overloaded(what: String, limit: Int)
    case closed
    case constraint(Constraint, detail: String)
    case decoding(expected: String, found: String)
    case changedMigration(id: String)
    case failedMigration(id: String, detail: String)
    case statement(detail: String)

    package var kind: FaultKind {
        switch self {
        case .full, .inputOutput, .busy, .readOnly, .cannotOpen, .overloaded, .closed: .unavailable
        case .constraint: .conflict
        case .damaged, .decoding, .changedMigration, .failedMigration, .statement: .bug
        }
    }

    package var message: String {
        switch self {
        case .full(let path):
            "The disk that holds \(path) is full. Nothing was changed; free some space and send it again."
        case .inputOutput(let path, _):
            "The disk that holds \(path) failed. Nothing was changed; check the disk and send it again."
        case .busy(let path):
            "Another program is holding \(path). Nothing was changed; close that program and send it again."
        case .readOnly(let path):
            "\(path) cannot be written. Make the file, its folder and its disk writable."
        case .cannotOpen(let path, let detail):
            "\(path) cannot be opened: \(detail). Check that its folder exists and is yours."
        case .damaged(let path, _):
            "\(path) is not a database or is damaged. Restore it from a backup."
        case .overloaded(let what, let limit):
            "More than \(limit) \(what) are waiting for the database. Send it again in a moment."
        case .closed:
            "The control plane is stopping. Send it again in a moment."
        case .constraint:
            "The change conflicts with what is already stored. Read it again, then change it."
        case .changedMigration(let id):
            "The migration \(id) differs from the one this database was made with. Start the matching version of martletd."
        case .failedMigration(let id, _):
            "The migration \(id) failed, and nothing of it was kept. Start the earlier version of martletd and report this."
        case .decoding, .statement:
            "The database answered in an unexpected way. This is a bug; please report it."
        }
    }

    package var detail: String {
        switch self {
        case .inputOutput(_, let detail), .cannotOpen(_, let detail), .damaged(_, let detail): detail
        case .constraint(let constraint, let detail): "\(constraint.rawValue): \(detail)"
        case .decoding(let expected, let found): "expected \(expected), found \(found)"
        case .failedMigration(_, let detail), .statement(let detail): detail
        case .full, .busy, .readOnly, .overloaded, .closed, .changedMigration: ""
        }
    }

    /// Whether it says that a row with this key is already there.
    package var isDuplicate: Bool {
        if case .constraint(.unique, _) = self { true } else { false }
    }
}
