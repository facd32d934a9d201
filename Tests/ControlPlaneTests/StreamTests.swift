import AsyncHTTPClient
import Contract
import ControlPlane
import Kernel
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@Suite("answers that take long")
struct StreamTests {
    /// What a handler has gone through.
    private final class Trace: Sendable {
        private let marks = Mutex<[String]>([])
        var all: [String] { self.marks.withLock { $0 } }
        func add(_ mark: String) { self.marks.withLock { $0.append(mark) } }
    }

    private static func endless(_ trace: Trace) -> BoundRoute {
        Routes.runLogs.bindRaw { _ in
            Answer(
                contentType: "text/plain",
                body: .stream { writer in
                    defer { trace.add("ended") }
                    try await writer.write(Array("first\n".utf8))
                    // Stands for work without end: it is over when it is cancelled.
                    try await Task.sleep(for: .seconds(60))
                })
        }
    }

    private static func held(_ trace: Trace) -> BoundRoute {
        Routes.claim.bindRaw { _ in
            trace.add("held")
            // Stands for a wait for something to do: it is over when it is cancelled.
            do { try await Task.sleep(for: .seconds(60)) } catch {
                trace.add("cancelled")
                throw error
            }
            return Answer(contentType: "text/plain", body: .bytes([]))
        }
    }

    @Test("a stream is cancelled when its reader leaves")
    func readerLeaves() async throws {
        let trace = Trace()
        try await withServer(routes: [Self.endless(trace)]) { server in
            var request = HTTPClientRequest(url: server.url + Routes.runLogs.row.path(["id": "x"]))
            request.headers.add(name: "authorization", value: "Bearer \(try await server.token(.viewer))")
            let sent = request
            await withThrowingTaskGroup(of: Void.self) { group in
                let (chunks, chunk) = AsyncStream<String>.makeStream()
                group.addTask {
                    let response = try await HTTPClient.shared.execute(sent, timeout: .seconds(20))
                    for try await buffer in response.body { chunk.yield(String(buffer: buffer)) }
                }
                for await text in chunks {
                    #expect(text == "first\n")
                    break
                }
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
            #expect(await eventually { trace.all == ["ended"] })
        }
    }

    @Test("a held request is cancelled when its sender leaves")
    func senderLeaves() async throws {
        let trace = Trace()
        try await withServer(routes: [Self.held(trace)]) { server in
            let token = try await server.token(.worker)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let path = Routes.claim.row.path(["id": TestServer.worker.description])
                    _ = try await server.send("POST", path, token: token, body: Array("{}".utf8))
                }
                let isHeld = await eventually { trace.all == ["held"] }
                #expect(isHeld)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
            #expect(await eventually { trace.all == ["held", "cancelled"] })
        }
    }

    @Test("a server that stops ends what is held back with 'unavailable', and finishes what is at work")
    func drain() async throws {
        let trace = Trace()
        let (starts, start) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let busy = Routes.listModels.bindRaw { _ in
            start.yield()
            for await _ in ends { break }
            return Answer(contentType: "text/plain", body: .bytes(Array("finished".utf8)))
        }
        try await withServer(routes: [Self.held(trace), busy]) { server in
            let worker = try await server.token(.worker)
            let viewer = try await server.token(.viewer)
            async let held = server.send(
                "POST", Routes.claim.row.path(["id": TestServer.worker.description]), token: worker,
                body: Array("{}".utf8))
            async let working = server.send("GET", Routes.listModels.row.path, token: viewer)
            for await _ in starts { break }
            #expect(await eventually { trace.all == ["held"] })
            await server.shutdown()
            #expect(try await held.status == 503)
            end.yield()
            #expect(try await working.text == "finished")
        }
    }

    @Test("a stream that fails is cut, so that its reader does not take it for whole")
    func brokenStream() async throws {
        let route = Routes.runLogs.bindRaw { _ in
            Answer(
                contentType: "text/plain",
                body: .stream { writer in
                    try await writer.write(Array("half".utf8))
                    throw PlainFault(.unavailable, "gone")
                })
        }
        try await withServer(routes: [route]) { server in
            let token = try await server.token(.viewer)
            await #expect(throws: (any Error).self) {
                try await server.send("GET", Routes.runLogs.row.path(["id": "x"]), token: token)
            }
        }
    }

    @Test("a stream larger than memory should hold goes through, no faster than it is read")
    func largeStream() async throws {
        let chunk = [UInt8](repeating: 7, count: 1 << 20)
        let route = Routes.runLogs.bindRaw { _ in
            Answer(
                contentType: "application/octet-stream",
                body: .stream { writer in
                    for _ in 0..<32 { try await writer.write(chunk) }
                })
        }
        try await withServer(routes: [route]) { server in
            let answer = try await server.send(
                "GET", Routes.runLogs.row.path(["id": "x"]), token: try await server.token(.viewer))
            #expect(answer.body.count == 32 << 20)
        }
    }
}
