import Access
import Contract
import HTTPTypes
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import ServiceLifecycle

/// Answers requests: finds the route, asks who is there, enforces role and body limit, calls the handler, writes what it
/// returns or what went wrong.
///
/// One value for all connections; everything about one request lives in its own task. There is no chain of middleware: a
/// request that succeeds costs one trie walk, one token look-up, the handler, one counter and one write.
struct Exchange: Sendable {
    let index: RouteIndex
    let access: Access
    /// Who may come without a token; nil when nobody may.
    let insecurePrincipal: Principal?
    let blobs: (any BlobServing)?
    let pages: (any PageServing)?
    /// APIs of others' shapes, served beside ours.
    let compatible: [any CompatibleAPI]
    let metrics: RequestMetrics
    let presence: PresenceRegistry
    let date: DateHeader
    let references: RequestReferences
    /// Set on the listener of a file store: it serves that store's objects and nothing else.
    var storeEndpoint: String?
    let logger: Logger

    /// Routes whose answer may be held back until there is something to say.
    static let heldBack: Set<String> = [Routes.claim.row.key]

    /// Answers one request. Called by the server for each, one after another on one connection.
    func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let start = ContinuousClock.now
        let target = RequestTarget(request.head.path ?? "/")
        if target.path.hasPrefix("/blobs/"), let blobs = self.blobs {
            return try await self.respondWithBlob(blobs, request, target, writer, channel)
        }
        if self.storeEndpoint == nil, let api = self.compatible.first(where: { $0.owns(target.path) }) {
            return try await self.respond(as: api, request, target, writer, channel)
        }
        let reference = self.references.next()
        let intake = RequestIntake(request)
        var isExpectingBody = intake.isAwaited
        var position: Int?
        var caller: Principal?
        let reply: Reply
        do {
            guard self.storeEndpoint == nil else {
                throw StatusFault.noRoute(method: request.method.rawValue, path: target.path)
            }
            let method = request.method == .head ? "GET" : request.method.rawValue
            switch try self.index.find(method: method, path: target.path) {
            case .found(let match):
                position = match.position
                let principal = try await self.authorize(match, request)
                caller = principal
                try self.checkAnnouncedLength(of: request, match.route.row)
                if isExpectingBody {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                    isExpectingBody = false
                }
                let call = try await self.call(match, principal, request, target, intake, channel)
                reply = .answer(try await self.handle(match.route, call, channel))
            case .methods(let methods):
                throw StatusFault.wrongMethod(method, path: target.path, allowed: methods)
            case .missing:
                guard let answer = try await self.page(method, request, target, intake) else {
                    throw StatusFault.noRoute(method: method, path: target.path)
                }
                reply = .answer(answer)
            }
        } catch {
            let fault = FaultAnswer(error, isStopping: Task.isShuttingDownGracefully)
            self.log(fault, request, target, caller, channel, reference)
            reply = .fault(fault)
        }
        self.metrics.record(route: position, status: reply.status, duration: ContinuousClock.now - start)
        // A client that was not asked for its body may or may not send it: only a new connection is clear of it.
        let isClear = isExpectingBody ? false : try await intake.clearAway()
        let response = self.response(reply, reference, isHead: request.method == .head, channel)
        try await writer.write(response: response.head, body: response.body)
        if !isClear { throw UnreadBody() }
    }

    /// Thrown after an answer to have the server close the connection.
    struct UnreadBody: Error {}

    enum Reply {
        case answer(Answer)
        case fault(FaultAnswer)

        var status: Int {
            switch self {
            case .answer(let answer): answer.status
            case .fault(let fault): fault.status
            }
        }
    }

    /// Who sends the request, once it is known that they may.
    private func authorize(_ match: RouteIndex.Match, _ request: Request) async throws -> Principal {
        let row = match.route.row
        switch row.access {
        case .open:
            return Principal(name: "anonymous", role: .viewer)
        case .joinToken:
            guard request.headers.bearer != nil else { throw AuthorizationError.joinTokenMissing }
            return Principal(name: "joining worker", role: .worker)
        case .role, .worker, .gateway:
            let principal = try await self.authenticate(request.headers.bearer)
            if let refusal = row.access.refusal(of: principal, row: row, path: match.path) { throw refusal }
            return principal
        }
    }

    private func authenticate(_ bearer: String?) async throws -> Principal {
        if let bearer { return try await self.access.authenticate(bearer) }
        if let insecurePrincipal { return insecurePrincipal }
        throw AccessError.missingToken
    }

    private func checkAnnouncedLength(of request: Request, _ row: RouteRow) throws {
        if let length = request.headers.contentBytes, length > row.bodyLimit.bytes {
            throw StatusFault.tooLarge(limit: row.bodyLimit, row: row)
        }
    }

    private func call(
        _ match: RouteIndex.Match, _ principal: Principal, _ request: Request, _ target: RequestTarget,
        _ intake: RequestIntake, _ channel: any Channel
    ) async throws -> IncomingCall {
        let row = match.route.row
        let body = try await intake.bytes(upTo: row.bodyLimit) { StatusFault.tooLarge(limit: row.bodyLimit, row: row) }
        return IncomingCall(
            principal: principal, path: match.path, query: try target.pairs(for: row),
            headers: request.headers.values(of: HTTPField.Name.passedOn), body: body,
            peer: channel.remoteAddress?.ipAddress ?? "",
            bearer: row.access == .joinToken ? request.headers.bearer : nil)
    }

    private func handle(_ route: BoundRoute, _ call: IncomingCall, _ channel: any Channel) async throws -> Answer {
        guard Self.heldBack.contains(route.row.key), let peer = self.presence.peer(of: channel) else {
            return try await route.handle(call)
        }
        return try await peer.whilePresent { try await route.handle(call) }
    }

    private func page(
        _ method: String, _ request: Request, _ target: RequestTarget, _ intake: RequestIntake
    ) async throws -> Answer? {
        guard let pages, !target.path.hasPrefix("/api/"), method == "GET" || method == "POST" else { return nil }
        let limit = ByteCount(Int64(pages.bodyLimit))
        let body = try await intake.bytes(upTo: limit) {
            PlainFault(.invalid, "The form is larger than \(limit). Send less.")
        }
        let query = PageQuery(
            method: method, path: String(target.path), query: try target.pairs(), cookie: request.headers[.cookie],
            body: body)
        return try await pages.answer(query)
    }
}
