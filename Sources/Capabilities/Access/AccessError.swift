package import Contract
package import Kernel

/// Why a token is not accepted, or cannot be made.
package enum AccessError: Fault, Equatable {
    /// No token was sent.
    case missingToken
    /// The token is none of ours, or was cut or changed.
    case unknownToken
    case expired(name: String, role: Role, at: Timestamp)
    case revoked(name: String, at: Timestamp)
    case noSuchToken(id: ID<AccessToken>)
    case invalidName(String)
    case invalidLifetime(TimeSpan)
    case workerRole

    package var kind: FaultKind {
        switch self {
        case .missingToken, .unknownToken, .expired, .revoked: .unauthenticated
        case .noSuchToken: .notFound
        case .invalidName, .invalidLifetime, .workerRole: .invalid
        }
    }

    package var message: String {
        switch self {
        case .missingToken:
            "The request carries no token. Send 'Authorization: Bearer <token>', or log in with 'martlet login'."
        case .unknownToken:
            "The token is wrong: this control plane never issued it. Check that it is whole and for this server, or ask "
                + "an admin for one."
        case .expired(let name, .worker, let at):
            "The token of worker \(name) expired at \(at). Join again with a new join token."
        case .expired(let name, _, let at):
            "The token of '\(name)' expired at \(at). Ask an admin for a new one."
        case .revoked(let name, let at):
            "The token of '\(name)' was revoked at \(at). Ask an admin for a new one."
        case .noSuchToken(let id):
            "There is no token \(id). List the tokens to find its id."
        case .invalidName(let name):
            "'\(name.prefix(40))' is not a name for a token. Give 1 to \(Access.maximumNameLength) characters on one line."
        case .invalidLifetime(let span):
            "A token cannot be valid for \(span). Give a positive time up to \(Access.maximumLifetime), or leave it out."
        case .workerRole:
            "Workers get their token by joining. Issue a join token for their environment instead."
        }
    }
}
