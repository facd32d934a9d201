package import Contract
package import Kernel

/// Why a principal may not send a request.
package enum AuthorizationError: Fault, Equatable {
    /// `needed` says who may, in words that follow 'needs'.
    case role(name: String, role: Role, request: String, needed: String)
    case anotherWorker(name: String, subject: String)
    case joinTokenMissing

    package var kind: FaultKind {
        switch self {
        case .role, .anotherWorker: .forbidden
        case .joinTokenMissing: .unauthenticated
        }
    }

    package var message: String {
        switch self {
        case .role(let name, let role, let request, let needed):
            "'\(name)' is \(role.withArticle); \(request) needs \(needed). Ask an admin for a token of that role."
        case .anotherWorker(let name, let subject):
            "'\(name)' may not speak for \(subject). A worker speaks for itself only."
        case .joinTokenMissing:
            "The request carries no join token. Send the token of the join file as 'Authorization: Bearer <token>'."
        }
    }
}

extension RouteAccess {
    /// Decides from the role alone whether `principal` may send `row`; nil when it may.
    ///
    /// A worker may only name itself in `/workers/{id}/…`; whose an attempt is, only Runs knows.
    func refusal(of principal: Principal, row: RouteRow, path: [String: String]) -> AuthorizationError? {
        switch self {
        case .open, .joinToken:
            return nil
        case .role(let role):
            return principal.role.includes(role) ? nil : self.refusal(principal, row)
        case .gateway:
            return principal.role == .gateway || principal.role.includes(.viewer) ? nil : self.refusal(principal, row)
        case .worker:
            guard principal.role == .worker else { return self.refusal(principal, row) }
            guard row.path.hasPrefix("/api/v1/workers/{id}"), let id = path["id"], id != principal.name else {
                return nil
            }
            return .anotherWorker(name: principal.name, subject: id)
        }
    }

    private func refusal(_ principal: Principal, _ row: RouteRow) -> AuthorizationError {
        let needed =
            switch self {
            case .open: "nothing"
            case .joinToken: "a join token"
            case .role(let role): "the role \(role.rawValue)"
            case .worker: "the token of a worker"
            case .gateway: "the role viewer or the token of a gateway"
            }
        return .role(name: principal.name, role: principal.role, request: row.key, needed: needed)
    }
}

extension Role {
    /// `a viewer`, `an admin`.
    fileprivate var withArticle: String {
        (self == .admin || self == .operator ? "an " : "a ") + self.rawValue
    }
}
