import Contract
import Kernel

/// A fault that is answered with a status of its own, finer than that of its kind.
struct StatusFault: Fault {
    let status: Int
    let kind: FaultKind
    let message: String
    var headers: [String: String] = [:]

    static func tooLarge(limit: ByteCount, row: RouteRow) -> StatusFault {
        StatusFault(
            status: 413, kind: .invalid,
            message:
                "The body of \(row.key) is larger than its limit of \(limit). Send less, or put large data in a store.")
    }

    static func noRoute(method: String, path: Substring) -> StatusFault {
        StatusFault(
            status: 404, kind: .notFound,
            message: "There is no \(method) \(path.prefix(200)). /api/v1/openapi.json lists what there is.")
    }

    static func wrongMethod(_ method: String, path: Substring, allowed: [String]) -> StatusFault {
        let list = allowed.joined(separator: ", ")
        return StatusFault(
            status: 405, kind: .invalid, message: "\(path.prefix(200)) does not answer \(method). Send \(list).",
            headers: ["allow": list])
    }
}

/// What a failed request is answered with, and what the operator's log says of it.
struct FaultAnswer: Sendable {
    let status: Int
    let kind: FaultKind
    /// For the user.
    let message: String
    /// For the operator only.
    let detail: String
    let headers: [String: String]

    /// - Parameter isStopping: whether a cancellation means that the server goes away, not the client.
    init(_ error: any Error, isStopping: Bool) {
        switch error {
        case let fault as StatusFault:
            self.init(fault, status: fault.status, headers: fault.headers)
        case let fault as any Fault:
            self.init(fault, status: fault.kind.httpStatus, headers: Self.headers(for: fault.kind))
        case is CancellationError where isStopping:
            let fault = PlainFault(.unavailable, "The control plane is stopping. Send it again in a moment.")
            self.init(fault, status: fault.kind.httpStatus, headers: Self.headers(for: fault.kind))
        case is CancellationError:
            let fault = PlainFault(.cancelled, "The request was cancelled.")
            self.init(fault, status: fault.kind.httpStatus, headers: [:])
        default:
            // What an unforeseen error says may hold anything, so it goes to the log only.
            let fault = PlainFault(
                .bug, "Something unforeseen went wrong. This is a bug; please report it with the reference.",
                detail: "\(type(of: error)): \(error)")
            self.init(fault, status: fault.kind.httpStatus, headers: [:])
        }
    }

    private init(_ fault: any Fault, status: Int, headers: [String: String]) {
        self.status = status
        self.kind = fault.kind
        self.message = fault.message
        self.detail = fault.detail
        self.headers = headers
    }

    /// The body of design.md §7.
    func body(reference: String) -> [UInt8] {
        let body = ErrorBody(error: .init(kind: self.kind, message: self.message, reference: reference))
        // An ErrorBody is three strings: it always encodes.
        return (try? Wire.encode(body)) ?? []
    }

    /// What clients read beside the body: how to authenticate, and that asking again soon makes sense.
    private static func headers(for kind: FaultKind) -> [String: String] {
        switch kind {
        case .unauthenticated: ["www-authenticate": "Bearer realm=\"martlet\""]
        case .unavailable, .exhausted: ["retry-after": "1"]
        default: [:]
        }
    }
}
