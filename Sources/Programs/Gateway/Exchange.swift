import Kernel
import NIOCore
import NIOHTTP1

/// The client's side of an exchange. Always on the exchange's event loop.
protocol ExchangeClient: AnyObject {
    func forwardHead(_ head: HTTPResponseHead, from choice: Choice)
    func forwardData(_ bytes: ByteBuffer)
    func forwardEnd()
    func refuse(_ error: GatewayError)
    /// The answer broke off in the middle.
    func cut()
    func flush()
    /// Reads on if reading was held back.
    func resume()
    var isWritable: Bool { get }
}

/// Carries out what `ExchangeMachine` decides for one request. Lives on one event loop, with its client and its replica's
/// connection, so nothing is locked but the router.
final class Exchange: UpstreamListener {
    typealias Machine = ExchangeMachine<HTTPResponseHead, ByteBuffer>

    private var machine: Machine
    private let endpoint: String
    private let uri: String
    private let head: HTTPRequestHead
    private let requestID: String
    private let shared: GatewayShared
    private let pool: UpstreamPool
    private let eventLoop: any EventLoop
    private weak var client: (any ExchangeClient)?
    private let started = NIODeadline.now()

    private var upstream: UpstreamConnection?
    private var address: ReplicaAddress?
    /// Counts connects, so that one that comes too late is known.
    private var connects = 0
    private var timer: Scheduled<Void>?
    private var events: [Machine.Event] = []
    private var isHandling = false

    init(
        endpoint: String, uri: String, head: HTTPRequestHead, requestID: String, shared: GatewayShared,
        pool: UpstreamPool,
        eventLoop: any EventLoop, client: any ExchangeClient
    ) {
        self.machine = Machine(deadlines: shared.deadlines)
        self.endpoint = endpoint
        self.uri = uri
        self.head = head
        self.requestID = requestID
        self.shared = shared
        self.pool = pool
        self.eventLoop = eventLoop
        self.client = client
    }

    func start() { self.run(self.machine.start()) }

    /// Something happened. What happens while effects are carried out waits its turn.
    func handle(_ event: Machine.Event) {
        self.events.append(event)
        if !self.isHandling { self.run([]) }
    }

    var wantsBody: Bool { self.machine.wantsBody(upstreamTakes: self.upstream?.isWritable ?? true) }

    private func run(_ first: [Machine.Effect]) {
        self.isHandling = true
        for effect in first { self.perform(effect) }
        while !self.events.isEmpty {
            for effect in self.machine.handle(self.events.removeFirst()) { self.perform(effect) }
        }
        self.isHandling = false
        self.upstream?.flush()
        self.client?.flush()
        if self.wantsBody { self.client?.resume() }
    }

    private func perform(_ effect: Machine.Effect) {
        switch effect {
        case .choose: self.choose()
        case .chooseAgain(let tried):
            let choice = self.shared.router.chooseAgain(endpoint: self.endpoint, after: tried)
            self.events.append(choice.map { .chosen($0) } ?? .notChosen(nil))
        case .connect(let choice, let fresh): self.connect(choice.address, fresh: fresh)
        case .send(let head, let chunks, let end): self.send(head: head, chunks: chunks, end: end)
        case .arm(let span): self.arm(span)
        case .disarm: self.timer?.cancel()
        case .forwardHead(let head, let choice): self.client?.forwardHead(head, from: choice)
        case .forwardData(let bytes): self.client?.forwardData(bytes)
        case .forwardEnd: self.client?.forwardEnd()
        case .refuse(let error): self.client?.refuse(error)
        case .cut: self.client?.cut()
        case .release(let reusable): self.release(reusable: reusable)
        case .settle(let choice, let outcome, let reason): self.shared.router.settle(choice, outcome, reason: reason)
        case .count(let choice, let failed, let retried):
            let span = NIODeadline.now() - self.started
            self.shared.counters.record(
                choice, microseconds: UInt64(max(0, span.nanoseconds)) / 1000, failed: failed, retried: retried)
        }
    }

    private func choose() {
        do { self.events.append(.chosen(try self.shared.router.choose(endpoint: self.endpoint))) } catch {
            self.events.append(.notChosen(error))
        }
    }

    private func connect(_ address: ReplicaAddress, fresh: Bool) {
        self.address = address
        self.connects += 1
        if !fresh, let connection = self.pool.take(address) { return self.adopt(connection, reused: true) }
        let number = self.connects
        self.pool.connect(address, deadline: self.shared.deadlines.connect).assumeIsolated().whenComplete { result in
            self.connected(result, as: number, to: address)
        }
    }

    private func connected(_ result: Result<any Channel, any Error>, as number: Int, to address: ReplicaAddress) {
        let isWanted = number == self.connects && !self.machine.isDone
        switch result {
        case .failure:
            if isWanted { self.handle(.lost(reason: "no connection to \(address)")) }
        case .success(let channel):
            guard let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self) else {
                if isWanted { self.handle(.lost(reason: "the replica closed the connection")) }
                return
            }
            guard isWanted else { return self.pool.giveBack(connection, to: address) }
            self.adopt(connection, reused: false)
        }
    }

    private func adopt(_ connection: UpstreamConnection, reused: Bool) {
        self.upstream = connection
        connection.listener = self
        self.handle(.connected(reused: reused))
    }

    private func send(head: Bool, chunks: [ByteBuffer], end: Bool) {
        guard let upstream = self.upstream, let address = self.address else { return }
        if head {
            upstream.write(
                .head(HeaderRules.upstream(self.head, uri: self.uri, address: address, requestID: self.requestID)))
        }
        for chunk in chunks { upstream.write(.body(.byteBuffer(chunk))) }
        if end { upstream.write(.end(nil)) }
    }

    private func arm(_ span: TimeSpan) {
        self.timer?.cancel()
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: span.amount) { [weak self] in
            self?.handle(.deadline)
        }
    }

    private func release(reusable: Bool) {
        // A connection still being made is given back when it stands.
        self.connects += 1
        guard let upstream = self.upstream, let address = self.address else { return }
        self.upstream = nil
        upstream.listener = nil
        if reusable { self.pool.giveBack(upstream, to: address) } else { upstream.close() }
    }
}

// What the replica's connection tells.
extension Exchange {
    func received(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): self.handle(.head(head, status: Int(head.status.code), keepsAlive: head.isKeepAlive))
        case .body(let bytes): self.handle(.data(bytes))
        case .end: self.handle(.answerEnded)
        }
    }

    func lost(_ reason: String) {
        self.upstream = nil
        self.handle(.lost(reason: reason))
    }

    func writabilityChanged(_ isWritable: Bool) { self.handle(.writable(isWritable)) }

    var takesAnswer: Bool { self.client?.isWritable ?? true }

    /// The client takes bytes again.
    func clientDrained() { self.upstream?.resume() }
}
