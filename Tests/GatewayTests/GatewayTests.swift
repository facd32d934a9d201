import AsyncHTTPClient
import Contract
import Foundation
import Kernel
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

@Suite("a gateway before real replicas", .serialized)
struct GatewayTests {
    @Test("a prediction reaches a replica and its answer names revision, site and request")
    func predicts() async throws {
        let replica = try await TestServer.start { head, body in
            .answer(200, ["x-uri": head.uri, "x-got-id": head.headers.first(name: "x-request-id") ?? ""], body)
        }
        try await GatewayFixture.run(table: makeTable([("champion-v2", 100, [("aws-1", replica.url)])])) {
            gateway async throws in
            let answer = try await gateway.predict(body: "[3, 4]", headers: ["x-request-id": "mine-1"])
            #expect(answer.status == 200)
            #expect(answer.body == "[3, 4]")
            #expect(answer.revision == "champion-v2")
            #expect(answer.site == "aws-1")
            #expect(answer.headers["martlet-request-id"] == ["mine-1"])
            #expect(answer.headers["x-got-id"] == ["mine-1"])
            #expect(answer.headers["x-uri"] == ["/predict"])
            let other = try await gateway.predict()
            #expect(other.headers.first(name: "martlet-request-id")?.hasPrefix("req_") == true)
            let passed = try await gateway.get("/v2/models/digits/ready?x=1")
            #expect(passed.headers["x-uri"] == ["/v2/models/digits/ready?x=1"])
        }
        await replica.kill()
    }

    @Test("a body larger than what is kept for a retry is streamed through whole", arguments: [true, false])
    func large(isLengthKnown: Bool) async throws {
        let replica = try await TestServer.start { _, body in .text(200, "\(body.readableBytes) \(checksum(body))") }
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("here", replica.url)])])) { gateway async throws in
            let piece = ByteBuffer(bytes: (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            var whole = ByteBuffer()
            for _ in 0..<12 { whole.writeImmutableBuffer(piece) }
            let pieces = AsyncStream<ByteBuffer> { continuation in
                for _ in 0..<12 { continuation.yield(piece) }
                continuation.finish()
            }
            let body = HTTPClientRequest.Body.stream(
                pieces, length: isLengthKnown ? .known(Int64(whole.readableBytes)) : .unknown)
            let answer = try await gateway.send(.POST, "/v1/endpoints/digits/predict", body: body)
            #expect(answer.status == 200)
            #expect(answer.body == "\(whole.readableBytes) \(checksum(whole))")
        }
        await replica.kill()
    }

    @Test("a replica killed in the middle of traffic fails no request")
    func killed() async throws {
        let (a, b) = (try await makeReplica("a"), try await makeReplica("b"))
        let table = makeTable([("v1", 100, [("site-a", a.url), ("site-b", b.url)])])
        try await GatewayFixture.run(table: table) { gateway async throws in
            let bad = try await traffic(gateway, requests: 400, lanes: 8) { sent in if sent == 100 { await a.kill() } }
            #expect(bad == [])
            #expect(a.requests > 0 && b.requests > 200)
            let statistics = try await gateway.statistics()
            #expect(statistics.reduce(0) { $0 + $1.requests } == 400)
            #expect(statistics.reduce(0) { $0 + $1.failures } == 0)
            // It comes back when its check answers.
            try await a.listen()
            let before = a.requests
            try await eventually {
                _ = try await gateway.predict()
                return a.requests > before + 1
            }
        }
        await b.kill()
        await a.kill()
    }

    @Test("a replica that takes requests and never answers costs a deadline, not a failure")
    func blackHole() async throws {
        let hole = try await TestServer.start { _, _ in .silence }
        let good = try await makeReplica("good")
        let table = makeTable([("v1", 100, [("dark", hole.url), ("light", good.url)])])
        try await GatewayFixture.run(table: table) { gateway async throws in
            let bad = try await traffic(gateway, requests: 60, lanes: 4) { _ in }
            #expect(bad == [])
            let statistics = try await gateway.statistics()
            #expect(statistics.map(\.environment) == ["light"])
            #expect((statistics.first?.retries ?? 0) >= 1)
            #expect(hole.requests <= 8, "it is left alone after the first failures")
        }
        await hole.kill()
        await good.kill()
    }

    @Test("a replica that cannot be reached is retried around")
    func unroutable() async throws {
        let good = try await makeReplica("good")
        let deaf = try DeafPort()
        let table = makeTable([("v1", 100, [("nowhere", "http://127.0.0.1:\(deaf.port)"), ("here", good.url)])])
        try await GatewayFixture.run(table: table) { gateway async throws in
            #expect(try await traffic(gateway, requests: 20, lanes: 2) { _ in } == [])
            let statistics = try await gateway.statistics()
            #expect(statistics.map(\.environment) == ["here"])
            #expect((statistics.first?.retries ?? 0) >= 1)
            // The slowest waited for the connection's deadline, and for no longer.
            #expect((0.45..<1.5).contains(statistics.first?.latencyP99 ?? 0))
        }
        withExtendedLifetime(deaf) {}
        await good.kill()
    }

    @Test("a retry goes to another revision when the own has no other, and the header tells the truth")
    func otherRevision() async throws {
        let busy = try await makeReplica("busy", status: 503)
        let good = try await makeReplica("good")
        let table = makeTable([("champion-v2", 99, [("a", busy.url)]), ("challenger-v1", 1, [("b", good.url)])])
        try await GatewayFixture.run(table: table) { gateway async throws in
            let answer = try await gateway.predict()
            #expect(answer.status == 200)
            #expect(answer.revision == "challenger-v1")
            #expect(answer.site == "b")
        }
        await busy.kill()
        await good.kill()
    }

    @Test("when nobody answers the error says so and is counted")
    func nobody() async throws {
        let hole = try await TestServer.start { _, _ in .silence }
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", hole.url)])])) { gateway async throws in
            let late = try await gateway.predict()
            #expect(late.status == 504)
            #expect(try late.error().kind == .deadline)
            await hole.kill()
            let gone = try await gateway.predict(headers: ["x-request-id": "abc"])
            #expect(gone.status == 503)
            #expect(try gone.error().reference == "abc")
            #expect(gone.headers["retry-after"] == ["1"])
            #expect(try await gateway.statistics().first?.failures == 2)
            let protocolBody = try await gateway.send(
                .POST, "/v2/models/digits/infer", body: .bytes(ByteBuffer(string: "{}")))
            #expect(try Wire.decode([String: String].self, text: protocolBody.body).keys.sorted() == ["error"])
        }
    }

    @Test("what is not there and what is too large is refused with a sentence")
    func refused() async throws {
        let replica = try await makeReplica("a")
        try await GatewayFixture.run(table: makeTable([("v1", 100, [("a", replica.url)])])) { gateway async throws in
            let unknown = try await gateway.predict("digts")
            #expect(unknown.status == 404)
            #expect(try unknown.error().message.contains("'digits'"))
            #expect(try await gateway.get("/v1/endpoints/digits/predict").status == 405)
            #expect(try await gateway.get("/nothing").status == 404)
            #expect(
                try Self.announce(
                    GatewayLimits.body.bytes + 1, to: try #require(Int(gateway.url.split(separator: ":").last ?? "")))
                    == "413")
        }
        await replica.kill()
    }

    /// The status that a request gets which only announces its body: no client library sends one without the other.
    private static func announce(_ length: Int64, to port: Int) throws -> String {
        let script = """
            import socket, sys
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as link:
                head = "POST /v1/endpoints/digits/predict HTTP/1.1\\r\\nHost: g\\r\\n"
                head += "Authorization: Bearer mrt_viewer\\r\\nContent-Length: %s\\r\\n\\r\\n"
                link.sendall((head % sys.argv[2]).encode())
                print(link.recv(12).decode().split()[1])
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, String(port), String(length)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.filter { !$0.isWhitespace }
    }

    @Test("an answer that breaks off ends the client's connection and is not repeated")
    func broken() async throws {
        let replica = try await TestServer.start { head, _ in head.uri == "/predict" ? .broken : .text(200, "") }
        let other = try await TestServer.start { head, _ in head.uri == "/predict" ? .broken : .text(200, "") }
        let table = makeTable([("v1", 100, [("a", replica.url), ("b", other.url)])])
        try await GatewayFixture.run(table: table) { gateway async throws in
            await #expect(throws: (any Error).self) { try await gateway.predict() }
            #expect(replica.requests + other.requests == 1)
        }
        await replica.kill()
        await other.kill()
    }

    @Test("shares of the traffic are as declared, within binomial bounds")
    func shares() async throws {
        let (a, b) = (try await makeReplica("a"), try await makeReplica("b"))
        let table = makeTable([("champion", 90, [("a", a.url)]), ("challenger", 10, [("b", b.url)])])
        try await GatewayFixture.run(table: table) { gateway async throws in
            #expect(try await traffic(gateway, requests: 500, lanes: 8) { _ in } == [])
            // Four standard deviations: 4 × √(500 × 0.9 × 0.1) = 27.
            #expect((423...477).contains(a.requests))
            #expect(a.requests + b.requests == 500)
        }
        await a.kill()
        await b.kill()
    }
}

/// Sends `requests` predictions, `lanes` at a time.
///
/// - Returns: what was not answered with 200.
private func traffic(
    _ gateway: GatewayFixture, requests: Int, lanes: Int, _ onSent: @Sendable @escaping (Int) async -> Void
) async throws -> [String] {
    let next = Counter()
    return try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<lanes {
            group.addTask {
                var bad: [String] = []
                while let number = next.take(upTo: requests) {
                    await onSent(number)
                    let answer = try await gateway.predict()
                    if answer.status != 200 { bad.append("\(answer.status) \(answer.body)") }
                }
                return bad
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    /// The next number; nil after the last.
    func take(upTo last: Int) -> Int? {
        let number = self.count.wrappingAdd(1, ordering: .relaxed).newValue
        return number <= last ? number : nil
    }
}

private func checksum(_ bytes: ByteBuffer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    // Every 997th byte: tests run unoptimized.
    for index in stride(from: bytes.readerIndex, to: bytes.writerIndex, by: 997) {
        hash = (hash ^ UInt64(bytes.getInteger(at: index, as: UInt8.self) ?? 0)) &* 0x0000_0100_0000_01b3
    }
    return hash
}

extension GatewayFixture {
    func statistics() async throws -> [ServingStatistics] {
        try Wire.decode(Page<ServingStatistics>.self, text: try await self.get("/v1/endpoints/digits/statistics").body)
            .items
    }
}

extension TestAnswer {
    func error() throws -> ErrorBody.Content { try Wire.decode(ErrorBody.self, text: self.body).error }
}
