import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks replicas that are left alone whether they are ready, and brings them back when they are.
struct HealthProber: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let router: Router
    private let deadline: TimeSpan

    init(group: MultiThreadedEventLoopGroup, router: Router, deadline: TimeSpan) {
        self.group = group
        self.router = router
        self.deadline = deadline
    }

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let probes = self.router.takeProbes(limit: GatewayLimits.concurrentProbes)
            await withTaskGroup(of: Void.self) { tasks in
                for probe in probes {
                    tasks.addTask { self.router.probed(probe, ready: await self.isReady(probe.address)) }
                }
            }
            // A service's own tick.
            try? await Task.sleep(for: GatewayLimits.probeTick.duration)
        }
    }

    /// Whether `GET /v2/health/ready` answers 200 within the deadline.
    private func isReady(_ address: ReplicaAddress) async -> Bool {
        let eventLoop = self.group.next()
        let answer = eventLoop.makePromise(of: Bool.self)
        let deadline = self.deadline
        eventLoop.execute {
            let timer = eventLoop.scheduleTask(in: deadline.amount) { answer.succeed(false) }
            answer.futureResult.whenComplete { _ in timer.cancel() }
            UpstreamPool(eventLoop: eventLoop).connect(address, deadline: deadline).assumeIsolated().whenComplete {
                result in
                Self.ask(result, address: address, answer: answer)
            }
        }
        return (try? await answer.futureResult.get()) ?? false
    }

    private static func ask(
        _ result: Result<any Channel, any Error>, address: ReplicaAddress, answer: EventLoopPromise<Bool>
    ) {
        guard let channel = try? result.get(),
            let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
        else { return answer.succeed(false) }
        let question = HealthQuestion(answer: answer)
        connection.listener = question
        // Closing ends the connection's hold on the question.
        answer.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(question) { connection.close() } }
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/v2/health/ready",
            headers: ["host": address.description, "connection": "close"])
        connection.write(.head(head))
        connection.write(.end(nil))
        connection.flush()
    }
}

/// Waits for the head of the answer to one health check.
private final class HealthQuestion: UpstreamListener {
    private let answer: EventLoopPromise<Bool>

    init(answer: EventLoopPromise<Bool>) { self.answer = answer }

    func received(_ part: HTTPClientResponsePart) {
        if case .head(let head) = part { self.answer.succeed(head.status == .ok) }
    }
    func lost(_ reason: String) { self.answer.succeed(false) }
    func writabilityChanged(_ isWritable: Bool) {}
    var takesAnswer: Bool { true }
}
