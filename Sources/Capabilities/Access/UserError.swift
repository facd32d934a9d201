package import Kernel

/// What is wrong with a request about users, their roles and permissions; in MLflow's words where it has some.
package enum UserError: Fault, Equatable {
    case wrongPassword
    case invalid(String)
    case alreadyExists(String)
    case noSuch(String)
    /// More passwords are waiting to be checked than the machine can take.
    case busy

    package var kind: FaultKind {
        switch self {
        case .wrongPassword: .unauthenticated
        case .invalid: .invalid
        case .alreadyExists: .conflict
        case .noSuch: .notFound
        case .busy: .unavailable
        }
    }

    package var message: String {
        switch self {
        case .wrongPassword: "The user name or the password is wrong."
        case .invalid(let message), .alreadyExists(let message), .noSuch(let message): message
        case .busy: "Too many passwords are being checked. The request may be retried."
        }
    }
}
