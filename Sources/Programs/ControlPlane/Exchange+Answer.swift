import Contract
import HTTPTypes
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import ServiceLifecycle

// From what a handler returned to what goes over the wire, and the line in the log when it failed.
extension Exchange {
    /// The response for `reply`; of a `HEAD` request only its head.
    func response(_ reply: Reply, _ reference: String, isHead: Bool, _ channel: any Channel) -> Response {
        var headers = HTTPFields()
        headers[.date] = self.date.text
        headers[.requestID] = reference
        headers[.cacheControl] = "no-store"
        switch reply {
        case .fault(let fault):
            headers[.contentType] = "application/json"
            headers.set(fault.headers)
            return self.response(fault.status, headers, fault.body(reference: reference), isHead: isHead)
        case .answer(let answer):
            headers[.contentType] = answer.contentType
            headers.set(answer.headers)
            switch answer.body {
            case .bytes(let bytes):
                return self.response(answer.status, headers, bytes, isHead: isHead)
            case .stream(let write):
                let status = HTTPResponse.Status(code: answer.status)
                return Response(
                    status: status, headers: headers,
                    body: isHead ? ResponseBody() : self.stream(write, headers.contentBytes, reference, channel))
            }
        }
    }

    private func response(_ status: Int, _ headers: HTTPFields, _ bytes: [UInt8], isHead: Bool) -> Response {
        guard isHead else {
            return Response(
                status: HTTPResponse.Status(code: status), headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        var headers = headers
        headers[.contentLength] = String(bytes.count)
        return Response(status: HTTPResponse.Status(code: status), headers: headers, body: ResponseBody())
    }

    /// A body that is written while the client is there and the server is not stopping.
    ///
    /// When the writer fails the connection is closed without the end of the body, so that the client sees that it was cut.
    ///
    /// - Parameter length: bytes that will be written, when the handler has said so; it is then sent unchunked.
    private func stream(
        _ write: @escaping @Sendable (any BodyWriter) async throws -> Void, _ length: Int64?, _ reference: String,
        _ channel: any Channel
    ) -> ResponseBody {
        let peer = self.presence.peer(of: channel)
        let logger = self.logger
        return ResponseBody(contentLength: length.map { Int($0) }) { writer in
            let body = ChunkedWriter(writer)
            do {
                if let peer {
                    try await peer.whilePresent { try await write(body) }
                } else {
                    try await write(body)
                }
                try await body.finish()
            } catch is CancellationError {
                if Task.isShuttingDownGracefully { try await body.finish() } else { throw CancellationError() }
            } catch {
                if channel.isActive { logger.warning("stream \(reference) broke off: \(error)") }
                throw error
            }
        }
    }

    /// One line a failed request. The query is left out: it may hold a credential.
    func log(
        _ fault: FaultAnswer, _ request: Request, _ target: RequestTarget, _ caller: Principal?, _ channel: any Channel,
        _ reference: String
    ) {
        let level: Logger.Level = fault.status >= 500 ? .error : .notice
        guard self.logger.logLevel <= level, fault.kind != .cancelled else { return }
        var line = "\(request.method.rawValue) \(target.path.prefix(400)) \(fault.status) \(fault.kind.rawValue)"
        line += " reference=\(reference)"
        if let caller { line += " principal=\(caller.name)" }
        if let peer = channel.remoteAddress?.ipAddress { line += " peer=\(peer)" }
        line += ": \(fault.message)"
        if !fault.detail.isEmpty { line += " [\(fault.detail)]" }
        self.logger.log(level: level, "\(line)")
    }
}

/// The far end of a streamed answer over the server's writer, which waits until a chunk has been taken.
private final class ChunkedWriter: BodyWriter, @unchecked Sendable {
    // SAFETY: only the one task that streams the answer calls this, and `finish` comes after that task has ended.
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await self.writer.write(ByteBuffer(bytes: bytes))
    }

    func finish() async throws {
        let writer = self.writer
        try await writer.finish(nil)
    }
}
