import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on a free port of this machine, whose answers a test decides.
final class TestServer: Sendable {
    enum Reply: Sendable {
        case answer(Int, [String: String], ByteBuffer)
        /// Takes the request and never answers.
        case silence
        /// Begins an answer of a hundred bytes and hangs up in the middle.
        case broken
        /// Answers without end: what `broadcast` sends.
        case stream

        static func text(_ status: Int, _ text: String) -> Reply { .answer(status, [:], ByteBuffer(string: text)) }
    }

    typealias Respond = @Sendable (HTTPRequestHead, ByteBuffer) -> Reply

    private struct State {
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var streams: [any Channel] = []
        var requests = 0
    }

    private let state = Mutex(State())
    private let respond: Respond
    let port: Int

    private init(port: Int, respond: @escaping Respond) {
        self.port = port
        self.respond = respond
    }

    /// - Parameter port: 0 picks a free one.
    static func start(port: Int = 0, _ respond: @escaping Respond) async throws -> TestServer {
        // A port is needed before the server that knows it: reserve one, then take it.
        let reserved = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: port).get()
        let number = reserved.localAddress?.port ?? port
        try await reserved.close().get()
        let server = TestServer(port: number, respond: respond)
        try await server.listen()
        return server
    }

    var url: String { "http://127.0.0.1:\(self.port)" }
    var requests: Int { self.state.withLock { $0.requests } }
    var openStreams: Int { self.state.withLock { $0.streams.count } }

    /// Listens again after `kill`.
    func listen() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                self.state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
                channel.closeFuture.whenComplete { _ in
                    self.state.withLock { state in
                        state.connections[ObjectIdentifier(channel)] = nil
                        state.streams.removeAll { $0 === channel }
                    }
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(TestServerHandler(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: self.port).get()
        self.state.withLock { $0.listener = listener }
    }

    /// Stops listening and resets every connection, as the death of the process would.
    func kill() async {
        let (listener, connections) = self.state.withLock { state in
            defer { state.listener = nil }
            return (state.listener, Array(state.connections.values))
        }
        try? await listener?.close().get()
        for connection in connections { try? await connection.close().get() }
    }

    /// Sends a piece to every answer without end.
    func broadcast(_ text: String) {
        for channel in self.state.withLock({ $0.streams }) {
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        }
    }

    fileprivate func reply(to head: HTTPRequestHead, _ body: ByteBuffer, on channel: any Channel) {
        self.state.withLock { $0.requests += 1 }
        switch self.respond(head, body) {
        case .silence: break
        case .answer(let status, let headers, let bytes):
            var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
            fields.add(name: "content-length", value: "\(bytes.readableBytes)")
            self.write(
                HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields), on: channel)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        case .broken:
            self.write(
                HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "100"]), on: channel)
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "half")))).whenComplete {
                _ in
                channel.close(promise: nil)
            }
        case .stream:
            self.write(
                HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-type": "text/event-stream"]),
                on: channel)
            channel.flush()
            self.state.withLock { $0.streams.append(channel) }
        }
    }

    private func write(_ head: HTTPResponseHead, on channel: any Channel) {
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
    }
}

private final class TestServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let server: TestServer
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(server: TestServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body = ByteBuffer()
        case .body(var bytes): self.body.writeBuffer(&bytes)
        case .end:
            if let head = self.head { self.server.reply(to: head, self.body, on: context.channel) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
