import Contract
import Hummingbird
import Kernel
import NIOCore
import Testing

@testable import Transport

/// Requests to addresses that users chose.
@Suite("Requests to the outside")
struct OutsideTests {
    private func post(
        _ url: String, host: String, at address: String = "127.0.0.1", within deadline: TimeSpan = .seconds(10),
        limit: ByteCount = .kibibytes(1)
    ) async throws -> HTTPAnswer {
        try await HTTPTransport.post(
            HTTPRequest(.post, url, headers: ["x-mark": "1"], body: .bytes(Array("hello".utf8))), host: host,
            at: address,
            within: deadline, limit: limit)
    }

    @Test("a request goes to the address that was looked at, whatever the name means") func pinned() async throws {
        try await withServer { router in
            router.post("/in") { request, _ in
                let body = try await request.body.collect(upTo: 1024)
                return Response(status: .ok, body: ResponseBody(byteBuffer: body))
            }
        } _: { url in
            let port = url.split(separator: ":").last ?? ""
            let answer = try await self.post("http://no-such-name.invalid:\(port)/in", host: "no-such-name.invalid")
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == "hello")
        }
    }

    @Test("every status is an answer, redirects too, and a long body is cut") func answers() async throws {
        try await withServer { router in
            router.post("/gone") { _, _ in
                Response(status: .gone, body: ResponseBody(byteBuffer: ByteBuffer(string: "gone")))
            }
            router.post("/moved") { _, _ in Response(status: .found, headers: [.location: "/gone"]) }
            router.post("/long") { _, _ in
                Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 120, count: 100_000)))
            }
        } _: { url in
            let gone = try await self.post(url + "/gone", host: "127.0.0.1")
            #expect(gone.status == 410 && gone.body == Array("gone".utf8))
            #expect(try await self.post(url + "/moved", host: "127.0.0.1").status == 302)
            #expect(try await self.post(url + "/long", host: "127.0.0.1").body.count == 1024)
        }
    }

    @Test("nobody there is unreachable, a silent one is late") func failures() async throws {
        await #expect(throws: TransportError.self) {
            _ = try await self.post("http://127.0.0.1:1/x", host: "127.0.0.1")
        }
        try await withServer { router in
            router.post("/silent") { _, _ in
                try await Deadline.pause(.seconds(20))
                return Response(status: .ok)
            }
        } _: { url in
            await #expect(throws: TransportError.timedOut(url: url + "/silent", after: .milliseconds(200))) {
                _ = try await self.post(url + "/silent", host: "127.0.0.1", within: .milliseconds(200))
            }
        }
    }

    @Test("a host is looked up by name and by address") func resolving() async throws {
        #expect(try await HTTPTransport.addresses(of: "127.0.0.1").map(\.bytes) == [[127, 0, 0, 1]])
        #expect(try await HTTPTransport.addresses(of: "::1").map(\.text) == ["::1"])
        #expect(
            try await HTTPTransport.addresses(of: "localhost").contains { $0.text == "127.0.0.1" || $0.text == "::1" })
        await #expect(throws: TransportError.self) { _ = try await HTTPTransport.addresses(of: "no-such-name.invalid") }
    }
}
