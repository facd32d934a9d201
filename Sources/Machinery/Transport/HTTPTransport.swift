import AsyncHTTPClient
import Contract
package import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Outgoing HTTP: every request that a program of the house sends goes through here.
///
/// A request has one deadline that covers all its tries, and shares one retry budget with its neighbours, so that a server in
/// trouble is not hammered by those it serves. It is sent again only when that is safe: when it never left, when the server
/// said `unavailable`, or when it is idempotent and the connection broke. Bodies stream both ways, from and to files, and
/// never lie in memory whole. What comes back is a value or a `TransportError`, a fault whose sentence names the address
/// without its query, since the query of a presigned address is a credential.
///
/// It knows no routes, no tokens and no retries beyond its own. Connections are kept and shared by all transports of a
/// process; one costs nothing until its first request, and TLS costs nothing until the first https address.
package final class HTTPTransport: Sendable {
    /// For small requests and answers.
    package static let defaultDeadline = TimeSpan.seconds(30)
    /// The largest answer that is held in memory: a page of a thousand rows has some megabytes.
    package static let defaultAnswerLimit = ByteCount.mebibytes(64)
    /// The part of an error's body that is looked at: an `ErrorBody` is far smaller.
    static let errorBodyLimit = ByteCount.kibibytes(64)

    private let rule: RetryRule
    private let budget = Mutex(RetryBudget())

    /// - Parameter rule: how often a request is tried again, at most, and after how long.
    package init(rule: RetryRule = RetryRule()) {
        self.rule = rule
    }

    /// Makes every transport of this process share one event loop thread. Call it first thing, if at all.
    package static func useOneThread() {
        NIOSingletons.groupLoopCountSuggestion = 1
    }

    /// Sends `request` and reads the whole answer.
    ///
    /// - Parameters:
    ///   - deadline: for everything, retries and pauses included.
    ///   - limit: a longer answer is refused with `tooLarge`.
    /// - Throws: `TransportError`; `answered` for a status other than 2xx. `CancellationError` when the task is cancelled.
    package func send(
        _ request: HTTPRequest, within deadline: TimeSpan = defaultDeadline, limit: ByteCount = defaultAnswerLimit
    ) async throws -> HTTPAnswer {
        try await Deadline.race(deadline, else: TransportError.timedOut(url: request.redactedURL, after: deadline)) {
            try await self.retrying(request) {
                let response = try await self.head(of: request, within: deadline)
                let body = try await ResponseBody(response.body, url: request.redactedURL).collect(upTo: limit)
                return HTTPAnswer(
                    status: Int(response.status.code), headers: Self.headers(response.headers), body: body)
            }
        }
    }

    /// Sends `request` and returns as soon as the head of the answer is there, its body to be read as it comes.
    ///
    /// - Parameter deadline: until the head has come. After it the body fails when nothing arrives for a minute.
    /// - Throws: as `send`.
    package func open(_ request: HTTPRequest, within deadline: TimeSpan = defaultDeadline) async throws -> HTTPStream {
        try await Deadline.race(deadline, else: TransportError.timedOut(url: request.redactedURL, after: deadline)) {
            try await self.retrying(request) {
                let response = try await self.head(of: request, within: deadline)
                return HTTPStream(
                    status: Int(response.status.code), headers: Self.headers(response.headers),
                    body: ResponseBody(response.body, url: request.redactedURL))
            }
        }
    }

    // MARK: One try

    private func head(of request: HTTPRequest, within deadline: TimeSpan) async throws -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = NIOHTTP1.HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers { outgoing.headers.replaceOrAdd(name: name, value: value) }
        outgoing.body = try request.body.outgoing()
        let response: HTTPClientResponse
        do {
            // The race around this ends first; the client's own deadline is a second net.
            response = try await Connections.client.execute(
                outgoing, deadline: .now() + .milliseconds(deadline.milliseconds) + .seconds(1))
        } catch {
            throw TransportError.sending(error, to: request.redactedURL)
        }
        guard (200..<300).contains(response.status.code) else {
            let body = try? await ResponseBody(response.body, url: request.redactedURL).collect(
                upTo: Self.errorBodyLimit)
            throw TransportError.answer(status: Int(response.status.code), body: body ?? [], from: request.redactedURL)
        }
        return response
    }

    private static func headers(_ headers: HTTPHeaders) -> [String: String] {
        Dictionary(headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Retries

    private func retrying<Value: Sendable>(
        _ request: HTTPRequest, _ attempt: () async throws -> Value
    ) async throws -> Value {
        var tries = 0
        while true {
            do {
                let value = try await attempt()
                self.budget.withLock { $0.succeeded() }
                return value
            } catch let error as TransportError {
                guard request.canBeSentAgain, self.rule.allows(error, idempotent: request.isIdempotent),
                    tries < self.rule.limit,
                    self.budget.withLock({ $0.take() })
                else { throw error }
                var random = SystemRandomNumberGenerator()
                try await Deadline.pause(self.rule.pause(beforeRetry: tries + 1, using: &random))
                tries += 1
            }
        }
    }
}

/// The process's one pool of connections. It lives as long as the process, so it is never shut down.
enum Connections {
    /// Long polls, log followers and uploads of one worker each hold a connection; more than this wait their turn.
    private static let perHost = 128
    /// Long enough for any machine that is there.
    private static let connectTimeout = TimeAmount.seconds(5)
    /// A stream or an answer on which nothing happens for so long is dead. Long polls end after half of it.
    private static let idleTimeout = TimeAmount.seconds(60)

    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .init(connect: connectTimeout, read: idleTimeout, write: idleTimeout)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = perHost
        configuration.connectionPool.retryConnectionEstablishment = false
        // Below the time after which servers close what is idle, so that few requests meet a closing connection.
        configuration.connectionPool.idleTimeout = .seconds(20)
        return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }()
}
