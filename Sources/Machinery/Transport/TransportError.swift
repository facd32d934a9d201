package import Kernel

/// What went wrong on the way to another program, or what it answered. Addresses come without their queries.
package enum TransportError: Fault, Equatable {
    /// The request never left: nobody listens, no such host, no route, no trusted certificate.
    case unreachable(url: String, reason: String)
    /// The connection broke, or stayed silent for too long, after the request had left.
    case interrupted(url: String, reason: String)
    case timedOut(url: String, after: TimeSpan)
    /// A status other than 2xx: the fault of the other side as it told it.
    case answered(url: String, status: Int, kind: FaultKind, message: String, reference: String?)
    case tooLarge(url: String, limit: ByteCount)
    case invalidURL(String)
    /// A file to be sent cannot be read, or changed on the way.
    case unreadable(path: String, reason: String)

    package var kind: FaultKind {
        switch self {
        case .unreachable, .interrupted: .unavailable
        case .timedOut: .deadline
        case .answered(_, _, let kind, _, _): kind
        case .tooLarge, .invalidURL, .unreadable: .invalid
        }
    }

    package var message: String {
        switch self {
        case .unreachable(let url, let reason):
            "\(Self.origin(url)) cannot be reached: \(reason). Check the address, and that the program there is running."
        case .interrupted(let url, let reason):
            "The connection to \(Self.origin(url)) was interrupted: \(reason). Try again."
        case .timedOut(let url, let span): "\(url) did not answer within \(span). Try again later."
        case .answered(_, _, _, let message, _): message
        case .tooLarge(let url, let limit): "The answer of \(url) is longer than \(limit). Ask for less at a time."
        case .invalidURL(let url):
            "'\(url)' is not an address that can be reached. Give one such as http://127.0.0.1:7070."
        case .unreadable(let path, let reason): "'\(path)' cannot be sent: \(reason)."
        }
    }

    package var detail: String {
        switch self {
        case .answered(let url, let status, _, _, let reference):
            "HTTP \(status) from \(url), reference \(reference ?? "none")"
        case .unreachable(let url, _), .interrupted(let url, _): url
        default: ""
        }
    }

    /// Whether the same request may be sent again at once: it never left, it was not taken, or sending it twice does no harm.
    package func allowsRetry(idempotent: Bool) -> Bool {
        switch self {
        case .unreachable: true
        case .interrupted: idempotent
        case .answered(_, _, let kind, _, _): kind == .unavailable || kind == .deadline && idempotent
        case .timedOut, .tooLarge, .invalidURL, .unreadable: false
        }
    }

    /// `scheme://host:port` of an address.
    private static func origin(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        return String(url[..<scheme.upperBound] + url[scheme.upperBound...].prefix { $0 != "/" })
    }
}
