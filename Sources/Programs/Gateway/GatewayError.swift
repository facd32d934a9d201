package import Contract
package import Kernel

/// Why a request got no answer from a replica.
package enum GatewayError: Fault, Equatable {
    /// The routing table has no endpoint of that name; `known` are up to three that it has.
    case unknownEndpoint(String, known: [String])
    case noReadyReplica(endpoint: String)
    /// Neither a control plane nor a file gave a routing table yet.
    case noRoutingTable
    /// The replicas that were tried did not take the connection, hung up, or said that they cannot.
    case unavailable(endpoint: String, revision: String, reason: String)
    case deadline(endpoint: String, revision: String, after: TimeSpan)
    case bodyTooLarge(limit: ByteCount)
    case overloaded(limit: Int)
    case noSuchPath(String)
    case wrongMethod(String, path: String, allowed: String)
    /// No `Authorization: Bearer …` was sent.
    case missingToken
    /// The control plane does not accept the token, in its own words.
    case wrongToken(String)
    case expiredToken(at: Timestamp)
    /// A token of a machine, not of a person.
    case roleMayNot(Role)
    /// The token was never seen, and the control plane does not say whose it is.
    case tokenUnknown
    /// More unknown tokens at once than are asked for.
    case tooManyTokens

    /// What is said of credentials that never were Martlet's.
    static let foreignToken =
        "The token is wrong: it is none of Martlet's. Send the one of 'martlet login' or $MARTLET_TOKEN."

    package var kind: FaultKind {
        switch self {
        case .unknownEndpoint, .noSuchPath: .notFound
        case .noReadyReplica, .noRoutingTable, .unavailable, .tokenUnknown: .unavailable
        case .deadline: .deadline
        case .bodyTooLarge, .wrongMethod: .invalid
        case .overloaded, .tooManyTokens: .exhausted
        case .missingToken, .wrongToken, .expiredToken: .unauthenticated
        case .roleMayNot: .forbidden
        }
    }

    /// As its kind's, but for the two refusals that HTTP has a status of their own for.
    package var httpStatus: Int {
        switch self {
        case .bodyTooLarge: 413
        case .wrongMethod: 405
        default: self.kind.httpStatus
        }
    }

    package var message: String {
        switch self {
        case .unknownEndpoint(let name, let known):
            known.isEmpty
                ? "There is no endpoint '\(name)', nor any other. Declare one with 'martlet apply' or a deploy node."
                : "There is no endpoint '\(name)'. There is \(known.map { "'\($0)'" }.joined(separator: ", "))."
        case .noReadyReplica(let endpoint):
            "No replica of '\(endpoint)' is ready. Try again soon, or look at 'martlet endpoints show \(endpoint)'."
        case .noRoutingTable:
            "The gateway has not heard from the control plane yet. Try again soon."
        case .unavailable(let endpoint, let revision, let reason):
            "'\(endpoint)' (\(revision)) did not answer: \(reason). Try again soon."
        case .deadline(let endpoint, let revision, let span):
            "'\(endpoint)' (\(revision)) did not answer within \(span). Try again, or send less at once."
        case .bodyTooLarge(let limit):
            "The body is larger than \(limit). Send less at once."
        case .overloaded(let limit):
            "The gateway has \(limit) requests under way, which is its limit. Try again soon."
        case .noSuchPath(let path):
            "There is nothing at '\(path)'. Predictions go to /v1/endpoints/{name}/predict or /v2/models/{name}/infer."
        case .wrongMethod(let method, let path, let allowed):
            "\(method) is not possible at '\(path)'. Use \(allowed)."
        case .missingToken:
            "The request carries no token. Send 'Authorization: Bearer <token>' with a token of role viewer or above."
        case .wrongToken(let sentence): sentence
        case .expiredToken(let at):
            "The token expired at \(at). Ask an admin for a new one."
        case .roleMayNot(let role):
            "A token of role \(role.rawValue) may not predict. Send one of role viewer or above."
        case .tokenUnknown:
            "The gateway has not seen this token before and the control plane does not answer. Try again soon."
        case .tooManyTokens:
            "The gateway is asking for too many new tokens at once. Try again soon."
        }
    }
}
