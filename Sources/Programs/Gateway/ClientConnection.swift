import Contract
import Kernel
import NIOCore
import NIOHTTP1

/// One client's connection: takes its requests one after another, answers the gateway's own paths, and has an `Exchange` bring
/// the rest to a replica.
///
/// What needs a token waits for the word of `TokenGate`. Reading is held back meanwhile, while a replica does not take the body, and a replica's answer while the client does not, so that a
/// request holds a bounded number of bytes whatever either side does.
final class ClientConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// Between requests, or throwing away the rest of one that was answered early.
        case idle
        case local(GatewayPath)
        case replica(Exchange)
        /// Until it is known whose the token is.
        case waiting(GatewayPath, body: [ByteBuffer], ended: Bool)
    }

    private let shared: GatewayShared
    private let pool: UpstreamPool
    private var context: ChannelHandlerContext?
    private var state = State.idle
    private var request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    private var requestID = ""
    /// Whether the end of the request is still to come.
    private var isReceiving = false
    private var closesAfterAnswer = false
    private var readWanted = false

    init(shared: GatewayShared, pool: UpstreamPool) {
        self.shared = shared
        self.pool = pool
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.begin(head, context: context)
        case .body(let bytes):
            switch self.state {
            case .replica(let exchange): exchange.handle(.chunk(bytes, bytes: bytes.readableBytes))
            case .waiting(let path, let body, let ended):
                self.state = .waiting(path, body: body + [bytes], ended: ended)
            case .idle, .local: break
            }
        case .end:
            self.isReceiving = false
            switch self.state {
            case .replica(let exchange): exchange.handle(.requestEnded)
            case .local(let path): self.answer(path)
            case .waiting(let path, let body, _): self.state = .waiting(path, body: body, ended: true)
            case .idle: break
            }
        }
    }

    func read(context: ChannelHandlerContext) {
        switch self.state {
        case .replica(let exchange) where !exchange.wantsBody: self.readWanted = true
        case .waiting: self.readWanted = true
        default: context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, case .replica(let exchange) = self.state { exchange.clientDrained() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .replica(let exchange) = self.state {
            self.endExchange()
            exchange.handle(.clientLeft)
        }
        self.state = .idle
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        self.request = head
        self.requestID = HeaderRules.requestID(in: head.headers) ?? self.shared.makeRequestID()
        self.isReceiving = true
        self.closesAfterAnswer = !head.isKeepAlive
        let path = GatewayPath(method: head.method.rawValue, target: head.uri)
        guard path.needsToken else {
            self.state = .local(path)
            return
        }
        switch self.shared.tokens.admit(head.headers, on: context.eventLoop) {
        case .passes: self.proceed(to: path, body: [], ended: false, context: context)
        case .refused(let error): self.refuse(error)
        case .waits(let word):
            self.state = .waiting(path, body: [], ended: false)
            word.assumeIsolated().whenSuccess { [weak self] error in self?.admitted(error) }
        }
    }

    /// The control plane said whose the token is, or could not.
    private func admitted(_ error: GatewayError?) {
        guard case .waiting(let path, let body, let ended) = self.state, let context = self.context else { return }
        self.state = .idle
        // The next request may begin within either call.
        if let error { self.refuse(error) } else { self.proceed(to: path, body: body, ended: ended, context: context) }
        self.resume()
    }

    /// Goes on with a request that may be served, as far as it has come.
    private func proceed(to path: GatewayPath, body: [ByteBuffer], ended: Bool, context: ChannelHandlerContext) {
        guard case .replica(let endpoint, let uri) = path else {
            if ended { self.answer(path) } else { self.state = .local(path) }
            return
        }
        let head = self.request
        if let length = head.headers.first(name: "content-length").flatMap({ Int64($0) }),
            length > GatewayLimits.body.bytes
        {
            return self.refuse(.bodyTooLarge(limit: GatewayLimits.body))
        }
        guard self.shared.enter() else { return self.refuse(.overloaded(limit: GatewayLimits.concurrentRequests)) }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(
                self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
        let exchange = Exchange(
            endpoint: endpoint, uri: uri, head: head, requestID: self.requestID, shared: self.shared, pool: self.pool,
            eventLoop: context.eventLoop, client: self)
        self.state = .replica(exchange)
        exchange.start()
        for bytes in body { exchange.handle(.chunk(bytes, bytes: bytes.readableBytes)) }
        if ended { exchange.handle(.requestEnded) }
    }

    private func endExchange() {
        guard case .replica = self.state else { return }
        self.state = .idle
        self.shared.leave()
    }
}

// Answers of the gateway itself.
extension ClientConnection {
    private func answer(_ path: GatewayPath) {
        switch path {
        case .live: self.reply(200, "text/plain; charset=utf-8", Array("ok\n".utf8))
        case .ready:
            if self.shared.router.version == nil { return self.refuse(.noRoutingTable) }
            self.reply(200, "text/plain; charset=utf-8", Array("ready\n".utf8))
        case .metrics: self.reply(200, GatewayMetrics.contentType, Array(GatewayMetrics.text(self.shared).utf8))
        case .statistics(let endpoint): self.statistics(of: endpoint)
        case .wrongMethod(let allowed):
            self.refuse(.wrongMethod(self.request.method.rawValue, path: self.path, allowed: allowed))
        case .unknown, .replica: self.refuse(.noSuchPath(self.path))
        }
    }

    private var path: String { String(self.request.uri.prefix { $0 != "?" }.prefix(200)) }

    private func statistics(of endpoint: String) {
        let statistics = self.shared.counters.statistics(of: endpoint)
        guard !statistics.isEmpty || self.shared.router.knows(endpoint) else {
            return self.refuse(.unknownEndpoint(endpoint, known: []))
        }
        let body = (try? Wire.encode(Page(items: statistics))) ?? []
        self.reply(200, "application/json", body)
    }

    private func reply(_ status: Int, _ type: String, _ body: [UInt8], retryAfter: Bool = false) {
        var headers = HTTPHeaders([("content-type", type), ("content-length", "\(body.count)")])
        headers.add(name: HeaderRules.requestID, value: self.requestID)
        if retryAfter { headers.add(name: "retry-after", value: "1") }
        if status == 401 { headers.add(name: "www-authenticate", value: "Bearer realm=\"martlet\"") }
        self.write(
            HTTPResponseHead(
                version: HeaderRules.version(for: self.request), status: HTTPResponseStatus(statusCode: status),
                headers: headers))
        if self.request.method != .HEAD { self.forwardData(ByteBuffer(bytes: body)) }
        self.forwardEnd()
        self.flush()
    }

    /// The error body of the house, or that of the Open Inference Protocol below its own paths.
    private func errorBody(_ error: GatewayError) -> [UInt8] {
        let body =
            self.request.uri.hasPrefix("/v2/")
            ? try? Wire.encode(["error": error.message])
            : try? Wire.encode(
                ErrorBody(error: .init(kind: error.kind, message: error.message, reference: self.requestID)))
        return body ?? []
    }
}

// The client's side of an exchange.
extension ClientConnection: ExchangeClient {
    var isWritable: Bool { self.context?.channel.isWritable ?? false }

    func flush() { self.context?.flush() }

    func resume() {
        guard self.readWanted, let context = self.context else { return }
        self.readWanted = false
        context.read()
    }

    func forwardHead(_ head: HTTPResponseHead, from choice: Choice) {
        self.write(HeaderRules.downstream(head, to: self.request, choice: choice, requestID: self.requestID))
    }

    func forwardData(_ bytes: ByteBuffer) {
        self.context?.write(self.wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    }

    func forwardEnd() {
        self.endExchange()
        self.state = .idle
        guard let context = self.context else { return }
        guard self.closesAfterAnswer else {
            // The next request may begin within this call.
            return context.write(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
        // Closing with unread bytes would reset the connection, and the client might never see its answer.
        let linger = self.isReceiving ? GatewayLimits.linger.amount : .zero
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in
            context.eventLoop.assumeIsolated().scheduleTask(in: linger) { context.close(promise: nil) }
        }
        context.write(self.wrapOutboundOut(.end(nil)), promise: sent)
    }

    func refuse(_ error: GatewayError) {
        let status = error.httpStatus
        self.shared.countRefusal(error.kind)
        self.reply(
            status, "application/json", self.errorBody(error), retryAfter: status == 429 || status == 503)
    }

    func cut() {
        self.endExchange()
        self.context?.close(promise: nil)
    }

    private func write(_ head: HTTPResponseHead) {
        var head = head
        // What is still to come of the request is not waited for.
        if self.isReceiving { self.closesAfterAnswer = true }
        if head.version == .http1_0, head.headers.contains(name: "content-length") == false {
            self.closesAfterAnswer = true
        }
        if self.closesAfterAnswer {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if head.version == .http1_0 {
            head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        self.context?.write(self.wrapOutboundOut(.head(head)), promise: nil)
    }
}
