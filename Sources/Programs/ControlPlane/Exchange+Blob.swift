import CloudPorts
import Contract
import HTTPTypes
import HummingbirdCore
import Kernel
import Logging
import NIOCore

// Objects of the file stores: bytes in both directions without ever holding more than a few chunks.
extension Exchange {
    /// Answers `/blobs/…`. The URL's signature is the authentication; its query is not logged.
    func respondWithBlob(
        _ blobs: any BlobServing, _ request: Request, _ target: RequestTarget, _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        if request.headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        let answer = await blobs.answer(
            BlobRequest(
                method: request.method.rawValue, target: target.text,
                headers: request.headers.values(of: request.headers.map(\.name)), body: RequestChunks(body: request.body),
                endpoint: self.storeEndpoint))
        self.metrics.recordBlob(method: request.method.rawValue, status: answer.status, duration: ContinuousClock.now - start)
        if answer.status >= 400 {
            let reason = answer.reason ?? "refused"
            self.logger.notice("\(request.method.rawValue) \(target.path.prefix(400)) \(answer.status): \(reason)")
        }
        var headers = HTTPFields()
        headers[.date] = self.date.text
        headers.set(answer.headers)
        let length = headers.contentBytes.map { Int($0) }
        let response = Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: request.method == .head ? ResponseBody() : self.body(answer.body, length: length))
        try await writer.write(response: response.head, body: response.body)
        if answer.status >= 400, request.headers.announcesBody { throw CancellationError() }
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
    let body: RequestBody

    func makeAsyncIterator() -> Iterator { Iterator(base: self.body.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator

        mutating func next() async throws -> [UInt8]? {
            guard let buffer = try await self.base.next() else { return nil }
            return Array(buffer.readableBytesView)
        }
    }
}
