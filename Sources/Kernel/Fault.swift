/// The ten coarse kinds of failure. Callers act on the kind, people read the message.
package enum FaultKind: String, Sendable, CaseIterable, Codable {
    case invalid, unauthenticated, forbidden, notFound, conflict
    case exhausted, unavailable, deadline, cancelled, bug

    /// The HTTP status a fault of this kind is answered with (design.md §7).
    package var httpStatus: Int {
        switch self {
        case .invalid: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .exhausted: 429
        case .cancelled: 499
        case .bug: 500
        case .unavailable: 503
        case .deadline: 504
        }
    }

    /// The exit code of the command line for a fault of this kind (design.md §7).
    package var exitCode: Int32 {
        switch self {
        case .invalid: 2
        case .unauthenticated, .forbidden: 3
        case .notFound: 4
        case .conflict: 5
        case .exhausted: 6
        case .unavailable, .deadline: 7
        case .bug: 70
        case .cancelled: 130
        }
    }

    /// Whether the same request may be sent again, unchanged, soon.
    package var isRetryable: Bool { self == .unavailable || self == .deadline }
}

/// An error that knows how to present itself to a person and to an operator.
package protocol Fault: Error, Sendable {
    var kind: FaultKind { get }
    /// One or two sentences for the user: what happened, with the offending value, and what to do next.
    var message: String { get }
    /// Facts for the operator's log only. Never crosses the HTTP boundary.
    var detail: String { get }
}

extension Fault {
    package var detail: String { "" }
}

/// A fault with nothing more to it than its kind and its words: what came over a wire, or what needs no enum.
package struct PlainFault: Fault, Equatable {
    package let kind: FaultKind
    package let message: String
    package let detail: String

    package init(_ kind: FaultKind, _ message: String, detail: String = "") {
        self.kind = kind
        self.message = message
        self.detail = detail
    }
}
