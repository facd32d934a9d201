import CloudPorts
import Contract
import HTTPTypes
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import ServiceLifecycle

// Objects of the file stores: bytes in both directions without ever holding more than a few chunks.
extension Exchange {
    /// Answers `/blobs/…`. The URL's signature is the authentication; its query is not logged.
    func respondWithBlob(
        _ blobs: any BlobServing, _ request: Request, _ target: RequestTarget, _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        let reference = self.references.next()
        let intake = RequestIntake(request)
        if intake.isAwaited {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        let response: Response
        do {
            let call = BlobCall(
                method: request.method.rawValue, target: target.text,
                headers: request.headers.values(of: [.contentLength, .range]), body: RequestChunks(intake: intake),
                endpoint: self.storeEndpoint)
            response = self.response(try await blobs.answer(call), reference)
        } catch {
            let fault = FaultAnswer(error, isStopping: Task.isShuttingDownGracefully)
            self.log(fault, request, target, nil, channel, reference)
            response = self.response(.fault(fault), reference, isHead: false, channel)
        }
        let status = response.status.code
        self.metrics.recordBlob(
            method: request.method.rawValue, status: status, duration: ContinuousClock.now - start)
        let isClear = try await intake.clearAway()
        try await writer.write(response: response.head, body: response.body)
        if !isClear { throw UnreadBody() }
    }

    private func response(_ reply: BlobReply, _ reference: String) -> Response {
        var headers = HTTPFields()
        headers[.date] = self.date.text
        headers[.requestID] = reference
        headers.set(reply.headers)
        return Response(
            status: HTTPResponse.Status(code: reply.status), headers: headers,
            body: self.body(reply.body, length: headers.contentBytes.map { Int($0) }))
    }

    private func body(_ stream: ByteStream?, length: Int?) -> ResponseBody {
        guard let stream else { return ResponseBody() }
        return ResponseBody(contentLength: length) { writer in
            for try await chunk in stream { try await writer.write(ByteBuffer(bytes: chunk)) }
            try await writer.finish(nil)
        }
    }
}

/// A request's body as the chunks that drivers read.
private struct RequestChunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    let intake: RequestIntake

    func makeAsyncIterator() -> Iterator { Iterator(intake: self.intake) }

    struct Iterator: AsyncIteratorProtocol {
        let intake: RequestIntake

        mutating func next() async throws -> [UInt8]? {
            try await self.intake.next().map { Array($0.readableBytesView) }
        }
    }
}
