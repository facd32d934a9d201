import AsyncHTTPClient
import Contract
import Kernel
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension TransportError {
    /// The error for a request that got no answer.
    static func sending(_ error: any Error, to url: String) -> any Error {
        switch error {
        case is CancellationError: return error
        case let error as TransportError: return error
        case let error as NIOConnectionError:
            if let failed = error.connectionErrors.last {
                return Self.unreachable(url: url, reason: Self.reason(failed.error))
            }
            return Self.unreachable(url: url, reason: "no such host as '\(error.host)'")
        case let error as HTTPClientError: return self.client(error, url: url)
        case let error as IOError where Self.beforeConnection.contains(error.errnoCode):
            return Self.unreachable(url: url, reason: Self.reason(error))
        default: return Self.interrupted(url: url, reason: Self.reason(error))
        }
    }

    /// What only `connect` fails with, so that nothing was sent.
    private static let beforeConnection: Set<Int32> = [
        ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL,
    ]

    /// The error for an answer that broke off.
    static func receiving(_ error: any Error, from url: String) -> any Error {
        if error is CancellationError || error as? HTTPClientError == .cancelled { return CancellationError() }
        if error is TransportError { return error }
        return Self.interrupted(url: url, reason: Self.reason(error))
    }

    private static func client(_ error: HTTPClientError, url: String) -> any Error {
        switch error {
        case .cancelled: CancellationError()
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath: Self.invalidURL(url)
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            Self.unreachable(url: url, reason: "no connection within 5s")
        case .bodyLengthMismatch: Self.unreadable(path: "The body", reason: "its size changed while it was being sent")
        default:
            error.description.contains("unsupportedScheme")
                ? Self.invalidURL(url)
                : Self.interrupted(url: url, reason: Self.reason(error))
        }
    }

    /// The fault of an answer: what its `ErrorBody` says or, from programs that have none, what its status means.
    static func answer(status: Int, body: [UInt8], from url: String) -> TransportError {
        if let told = try? Wire.decode(ErrorBody.self, from: body).error {
            return .answered(
                url: url, status: status, kind: told.kind, message: told.message, reference: told.reference)
        }
        let text = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).joined(
            separator: " ")
        let message = "\(url) answered with HTTP status \(status)\(text.isEmpty ? "" : ": \(text)")."
        return .answered(url: url, status: status, kind: Self.kind(ofStatus: status), message: message, reference: nil)
    }

    static func kind(ofStatus status: Int) -> FaultKind {
        switch status {
        case 401: .unauthenticated
        case 403: .forbidden
        case 404, 410: .notFound
        case 409, 412: .conflict
        case 429: .exhausted
        case 499: .cancelled
        case 502, 503: .unavailable
        case 504, 408: .deadline
        case 400..<500: .invalid
        case 507: .unavailable
        default: .bug
        }
    }

    /// An error in words that a person may read.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercasedFirst
        case let error as HTTPClientError: error.shortDescription.lowercasedFirst
        case is ChannelError: "the connection was closed"
        default: "\(error)"
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String { self.prefix(1).lowercased() + self.dropFirst() }
}
