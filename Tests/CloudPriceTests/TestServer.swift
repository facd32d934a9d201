import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Runs a real server on a free port while `body` runs against its address.
func withServer(
    _ routes: (Router<BasicRequestContext>) -> Void, _ body: @escaping @Sendable (String) async throws -> Void
) async throws {
    let router = Router()
    routes(router)
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in
            found.yield(channel.localAddress?.port ?? 0)
            found.finish()
        }, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup { group in
        group.addTask { try await application.run() }
        for await port in ports { try await body("http://127.0.0.1:\(port)") }
        group.cancelAll()
        // What the server says of its cancellation is of no interest.
        while let _ = await group.nextResult() {}
    }
}

/// Counts what happened, from any task.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { self.count.withLock { $0 } }
    @discardableResult func increment() -> Int {
        self.count.withLock {
            $0 += 1
            return $0
        }
    }
}

extension Response {
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An answer that announces all of `text` and ends after `bytes` of it.
    static func cutShort(_ text: String, after bytes: Int) -> Response {
        Response(
            status: .ok, headers: [.contentLength: "\(text.utf8.count)"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(bytes: text.utf8.prefix(bytes)))
                throw BrokenOff()
            })
    }

    private struct BrokenOff: Error {}
}
