import Contract
import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore
import ServiceLifecycle

// Requests of somebody else's API: what they are and who may send them is that API's business.
extension Exchange {
    /// Answers a request of `api`.
    func respond(
        as api: any CompatibleAPI, _ request: Request, _ target: RequestTarget, _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        let reference = self.references.next()
        let intake = RequestIntake(request)
        if intake.isAwaited { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        let headers = request.headers
        let call = CompatibleCall(
            method: request.method.rawValue, path: target.path, query: target.query,
            peer: channel.remoteAddress?.ipAddress ?? "", body: intake
        ) { name in HTTPField.Name(name).flatMap { headers[$0] } }
        let reply: Reply
        do {
            reply = .answer(try await api.answer(call))
        } catch {
            let fault = FaultAnswer(error, isStopping: Task.isShuttingDownGracefully)
            self.log(fault, request, target, nil, channel, reference)
            reply = .fault(fault)
        }
        self.metrics.recordCompatible(status: reply.status, duration: ContinuousClock.now - start)
        let isClear = try await intake.clearAway()
        let response = self.response(reply, reference, isHead: request.method == .head, channel)
        try await writer.write(response: response.head, body: response.body)
        if !isClear { throw UnreadBody() }
    }
}

extension RequestIntake: IncomingBody {
    func chunk() async throws -> [UInt8]? { try await self.next().map { Array($0.readableBytesView) } }
}
